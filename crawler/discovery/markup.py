"""Iterate over the elements of XML that may be broken, cut off or hostile. Never fetches, expands or raises."""

from __future__ import annotations

import re
from html.entities import html5
from io import BytesIO
from typing import TYPE_CHECKING

from lxml import etree

from crawler.discovery.broken_markup import iter_whole_entries

if TYPE_CHECKING:
    from collections.abc import Iterator

# Characters that XML does not have: controls, and two code points in UTF-8.
_CONTROLS = bytes(sorted(set(range(0x20)) - set(b"\t\n\r")))
_NO_CHARACTERS = (b"\xef\xbf\xbe", b"\xef\xbf\xbf")
_ENTITIES = (b"&amp;", b"&lt;", b"&gt;", b"&quot;", b"&apos;")
# Every ampersand but those of the five entities of XML: a bare one, an entity of HTML, and a character by its number,
# perhaps an illegal one.
_AMPERSAND = re.compile(
    rb"&(?!(?:amp|lt|gt|quot|apos);)(?:#(\d{1,8}|[xX][0-9a-fA-F]{1,8});|([A-Za-z][0-9A-Za-z]{1,30};))?"
)
_SURROGATES = re.compile(rb"&#(5[56]\d{3});&#(5[67]\d{3});")  # one character, written as UTF-16 has it
_START = re.compile(rb"<\?xml\b|<(?:!doctype\s+)?(?:[\w.-]+:)?(?:rss|feed|rdf|urlset|sitemapindex)[\s>]", re.IGNORECASE)
_XML_DECLARATION = re.compile(rb"\A<\?xml\b[^>]{0,300}>")  # its version, charset and faults tell nothing any more
_PIECE = 1 << 20  # bytes that are repaired at once: other threads, as the event loop, get their turn between
_START_BYTES = 1 << 18  # within which a document must begin


def iter_elements(body: bytes, *names: str) -> Iterator[etree._Element]:
    """Yield every element of a document in UTF-8 with one of these local names, in any namespace, once it is complete.

    An element is emptied when the next one is asked for, so memory does not grow with the document. From the first
    fault on, each element is read on its own, as far as it is closed. No entity is expanded.
    """
    content = _repair(body)
    complete = 0
    events = etree.iterparse(
        BytesIO(content),
        events=("end",),
        tag=[f"{{*}}{name}" for name in names],
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        encoding="utf-8",  # whatever the document declares
        remove_comments=True,
        remove_pis=True,
    )
    try:
        for _, element in events:
            yield element
            complete += 1
            element.clear()
            # Only finished siblings are removed: in broken markup an element may end inside an earlier one.
            while (sibling := element.getprevious()) is not None and get_local_name(sibling) in names:
                element.getparent().remove(sibling)
    except etree.XMLSyntaxError:
        yield from iter_whole_entries(content, names, skip=complete)


def _repair(body: bytes) -> bytes:
    # Without the text before the first element, and after the last tag.
    found = _START.search(body[:_START_BYTES])
    start, end = found.start() if found else max(body.find(b"<"), 0), body.rfind(b">") + 1
    content = _XML_DECLARATION.sub(b"", body[start:end], count=1)
    return b"".join(map(_repair_piece, _iter_pieces(content)))


def _repair_piece(content: bytes) -> bytes:
    content = content.translate(None, _CONTROLS)
    for no_character in _NO_CHARACTERS:
        content = content.replace(no_character, b"")
    if content.count(b"&") == sum(map(content.count, _ENTITIES)):
        return content
    return _AMPERSAND.sub(_repair_ampersand, _SURROGATES.sub(_join_surrogates, content))


def _iter_pieces(content: bytes) -> Iterator[bytes]:
    """Yield the content in pieces of about a megabyte that end before a tag, so that none cuts an entity."""
    start = 0
    while start < len(content):
        end = content.find(b"<", start + _PIECE)
        yield content[start : end if end >= 0 else len(content)]
        start = end if end >= 0 else len(content)


def _repair_ampersand(found: re.Match[bytes]) -> bytes:
    number, name = found[1], found[2]
    if number:
        code = int(number[1:], 16) if number[:1] in b"xX" else int(number)
        is_legal = code in (9, 10, 13) or 0x20 <= code < 0xD800 or 0xE000 <= code < 0xFFFE or 0x10000 <= code < 0x110000
        return found[0] if is_legal else b""
    if name and (text := html5.get(name.decode("ascii"))):
        return text.encode()
    return b"&amp;" + found[0][1:]


def _join_surrogates(found: re.Match[bytes]) -> bytes:
    high, low = int(found[1]), int(found[2])
    if 0xD800 <= high < 0xDC00 <= low < 0xE000:
        return b"&#%d;" % (0x10000 + ((high - 0xD800) << 10) + low - 0xDC00)
    return b""


def get_local_name(element: etree._Element) -> str:
    """Return the name of an element without its namespace, or without a prefix that was never declared."""
    return element.tag.rpartition("}")[2].rpartition(":")[2] if isinstance(element.tag, str) else ""


def get_child_text(element: etree._Element, name: str) -> str | None:
    """Return the stripped text of the first child with this local name, in any case; None if it is empty or missing."""
    for child in element:
        if get_local_name(child).lower() == name:
            return "".join(child.itertext(with_tail=False)).strip() or None
    return None


def get_whole_text(element: etree._Element) -> str:
    """Return all text within an element, including that of its children, unchanged."""
    return "".join(element.itertext())
