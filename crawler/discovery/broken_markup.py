"""Read the whole entries of XML that is not well-formed, each on its own: a fault costs one entry at most."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING

from lxml import etree

if TYPE_CHECKING:
    from collections.abc import Iterator

_MAX_BYTES = 1 << 20  # of one entry
_HEAD_BYTES = 16_384  # of the document, in which its namespaces are declared

_NAMESPACE = re.compile(rb"""\s(xmlns(?::[\w.-]+)?|xml:base)\s*=\s*("[^"<]*"|'[^'<]*')""")
# Parts of an entry that hold texts, often HTML that should be escaped and is not. No address of the entry is in them.
_TEXT = re.compile(rb"<((?:[\w.-]+:)?(?:description|encoded|content|summary|script|style))\b", re.IGNORECASE)
_TAG = re.compile(rb"<([A-Za-z][\w:.-]*+)([^<>]*+)>")
_ATTRIBUTE = re.compile(rb"""([A-Za-z_][\w:.-]*)(?:\s*=\s*("[^"]*"|'[^']*'|[^\s"'>]+))?""")
_BARE_BRACKET = re.compile(rb"<(?!/?[A-Za-z]|[!?])")
_EMPTY_TAGS = frozenset((b"br", b"hr", b"img", b"input", b"meta", b"wbr"))  # of HTML, which are not closed


def iter_whole_entries(body: bytes, names: tuple[str, ...], *, skip: int) -> Iterator[etree._Element]:
    """Yield the elements of these names that are closed, from the one with the number `skip` on."""
    declared = {found[1]: found[0] for found in _NAMESPACE.finditer(body[:_HEAD_BYTES])}
    start = b"<x" + b"".join(declared.values()) + b">"
    for entry in islice(_iter_fragments(body, names), skip, None):
        parser = etree.XMLParser(
            recover=True, resolve_entities=False, no_network=True, load_dtd=False, encoding="utf-8"
        )
        tree = etree.fromstring(start + _repair_entry(entry) + b"</x>", parser)
        if tree is not None and len(tree):
            yield tree[0]


def _iter_fragments(body: bytes, names: tuple[str, ...]) -> Iterator[bytes]:
    """Yield the bytes of each element of these names, from its opening to its closing tag."""
    name = "|".join(names).encode()
    token = re.compile(
        rb"(<!\[CDATA\[)|(<!--)|<(?:[\w.-]+:)?(?:" + name + rb")[\s>]|(</(?:[\w.-]+:)?(?:" + name + rb")\s*>)"
    )
    opened = -1
    at = 0
    while (found := token.search(body, at)) is not None:
        at = found.end()
        if found[1] or found[2]:
            closing = b"]]>" if found[1] else b"-->"
            at = body.find(closing, at)
            if at < 0:
                return
        elif not found[3]:
            opened = found.start()
        elif opened >= 0:
            if at - opened <= _MAX_BYTES:
                yield body[opened:at]
            opened = -1


def _repair_entry(entry: bytes) -> bytes:
    """Return the entry without its texts, with its attributes quoted and a bare "<" escaped."""
    kept: list[bytes] = []
    at = 0
    while (found := _TEXT.search(entry, at)) is not None:
        end = entry.find(b"</" + found[1], found.end())
        if end < 0:
            break
        kept.append(entry[at : found.start()])
        at = entry.find(b">", end) + 1 or len(entry)
    kept.append(entry[at:])
    return _TAG.sub(_repair_tag, _BARE_BRACKET.sub(b"&lt;", b"".join(kept)))


def _repair_tag(found: re.Match[bytes]) -> bytes:
    name, rest = found[1], found[2]
    is_closed = rest.endswith(b"/") or name.lower() in _EMPTY_TAGS
    attributes = {one[1]: one[2] or b'""' for one in _ATTRIBUTE.finditer(rest.removesuffix(b"/"))}
    written = (
        b" " + key + b"=" + (value if value[:1] in (b'"', b"'") else b'"' + value + b'"')
        for key, value in attributes.items()
    )
    return b"<" + name + b"".join(written) + (b"/>" if is_closed else b">")
