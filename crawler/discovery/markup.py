"""Elements out of XML as it is really written: broken, cut off, hostile. Never fetches, never expands, never raises."""

from __future__ import annotations

import re
from io import BytesIO
from typing import TYPE_CHECKING

from lxml import etree

if TYPE_CHECKING:
    from collections.abc import Iterator

# The commonest faults of sitemaps and feeds: an address with a bare "&", which libxml2 would drop with the word behind
# it, and an entity of HTML, after which it would drop those of XML.
_BARE_AMPERSAND = re.compile(rb"&(?!(?:#\d{1,8}|#[xX][0-9a-fA-F]{1,8}|amp|lt|gt|quot|apos);)")
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


def elements(body: bytes, *names: str) -> Iterator[etree._Element]:
    """Every element with one of these local names, in any namespace, as soon as it is complete.

    An element is emptied when the next one is asked for, so memory does not grow with the document. Reading ends where
    the parser gives up: at the end, at a broken tail, at an entity that would blow up.
    """
    events = etree.iterparse(
        BytesIO(_repaired(body)),
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
            # Its finished fellows go too. Nothing else does: in broken markup an element may end inside an earlier one.
            while (fellow := element.getprevious()) is not None and local_name(fellow) in names:
                element.getparent().remove(fellow)
    except etree.XMLSyntaxError:
        return


def _repaired(body: bytes) -> bytes:
    if body.startswith(_UTF16):
        return body
    # Text before the first element is fatal even to a parser that recovers; text after the last tag is half an address
    # where the document broke off.
    start, end = max(body.find(b"<"), 0), body.rfind(b">") + 1
    return _BARE_AMPERSAND.sub(b"&amp;", body[start:end])


def local_name(element: etree._Element) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def child_text(element: etree._Element, name: str) -> str | None:
    """The text of the first child with this local name, without the white space around it; None if empty or missing."""
    for child in element:
        if local_name(child) == name:
            return "".join(child.itertext(with_tail=False)).strip() or None
    return None


def whole_text(element: etree._Element) -> str:
    """All text within an element, that of its children included, as it stands."""
    return "".join(element.itertext())
