"""Iterate over the elements of XML that may be broken, cut off or hostile. Never fetches, expands or raises."""

from __future__ import annotations

import re
from io import BytesIO
from typing import TYPE_CHECKING

from lxml import etree

if TYPE_CHECKING:
    from collections.abc import Iterator

# The most common faults of sitemaps and feeds: an address with a bare "&", which libxml2 would drop with the word after
# it, and an HTML entity, after which libxml2 would drop the XML entities.
_BARE_AMPERSAND = re.compile(rb"&(?!(?:#\d{1,8}|#[xX][0-9a-fA-F]{1,8}|amp|lt|gt|quot|apos);)")
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


def iter_elements(body: bytes, *names: str) -> Iterator[etree._Element]:
    """Yield every element with one of these local names, in any namespace, as soon as it is complete.

    An element is emptied when the next one is asked for, so memory does not grow with the document. Reading ends where
    the parser gives up: at the end, at a broken tail, or at an entity that would expand too far.
    """
    events = etree.iterparse(
        BytesIO(_repair(body)),
        events=("end",),
        tag=[f"{{*}}{name}" for name in names],
        recover=True,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        for _, element in events:
            yield element
            element.clear()
            # Only finished siblings are removed: in broken markup an element may end inside an earlier one.
            while (sibling := element.getprevious()) is not None and get_local_name(sibling) in names:
                element.getparent().remove(sibling)
    except etree.XMLSyntaxError:
        return


def _repair(body: bytes) -> bytes:
    if body.startswith(_UTF16):
        return body
    # Text before the first element is fatal even with recover=True. Text after the last tag is half an address, if the
    # document broke off there.
    start, end = max(body.find(b"<"), 0), body.rfind(b">") + 1
    return _BARE_AMPERSAND.sub(b"&amp;", body[start:end])


def get_local_name(element: etree._Element) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def get_child_text(element: etree._Element, name: str) -> str | None:
    """Return the stripped text of the first child with this local name; None if it is empty or missing."""
    for child in element:
        if get_local_name(child) == name:
            return "".join(child.itertext(with_tail=False)).strip() or None
    return None


def get_whole_text(element: etree._Element) -> str:
    """Return all text within an element, including that of its children, unchanged."""
    return "".join(element.itertext())
