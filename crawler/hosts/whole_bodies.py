"""Decide whether a body is whole, although its connection ended before its length or its last chunk said so."""

from __future__ import annotations

import json
import re
import zlib

_TAIL = 4096  # bytes at the end of a page, in which it must be closed; analytics and comments may follow
_HEAD = 4096  # bytes at the beginning of an XML document, in which its root must be
_PAGE_END = re.compile(rb"</(?:html|body)\s*>", re.IGNORECASE)
_NO_ELEMENT = re.compile(rb"<\?.*?\?>|<!--.*?-->|<!doctype[^>]*>", re.IGNORECASE | re.DOTALL)
_ROOT = re.compile(rb"<((?:[\w.-]+:)?[\w.-]+)")
_XML_ROOTS = (b"urlset", b"sitemapindex", b"rss", b"feed", b"rdf")
_GZIP = b"\x1f\x8b"
_CHUNK = 1 << 16
_MAX_UNPACKED = 50 << 20  # bytes; a larger body is refused later in any case


def is_whole_body(body: bytes, content_encoding: bytes = b"") -> bool:
    """Return whether a page, a feed or a sitemap is closed, as its last tag, bracket or gzip checksum shows.

    Of other kinds and codings nothing can be told: they are not whole.
    """
    coding = content_encoding.strip().lower()
    is_plain = coding in (b"", b"identity")
    if coding in (b"gzip", b"x-gzip", b"deflate") or (is_plain and body.startswith(_GZIP)):
        return _is_whole_stream(body)
    return is_plain and (_is_closed(body) or _is_json(body))


def _is_closed(body: bytes) -> bool:
    if _PAGE_END.search(body[-_TAIL:]):
        return True
    root = _ROOT.search(_NO_ELEMENT.sub(b"", body[:_HEAD]))
    is_list = root is not None and root[1].rpartition(b":")[2].lower() in _XML_ROOTS
    return root is not None and is_list and body.rstrip().endswith(b"</" + root[1] + b">")


def _is_json(body: bytes) -> bool:
    if not body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        return False
    try:
        json.loads(body.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return False
    return True


def _is_whole_stream(body: bytes) -> bool:
    stream = zlib.decompressobj(wbits=zlib.MAX_WBITS | 32)  # gzip or zlib
    rest, unpacked = body, 0
    try:
        while rest and not stream.eof and unpacked <= _MAX_UNPACKED:
            unpacked += len(stream.decompress(rest, _CHUNK))
            rest = stream.unconsumed_tail
    except zlib.error:
        return False
    return stream.eof
