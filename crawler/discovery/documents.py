"""Detect the kind of a fetched document, and decompress it; the types that the readers return."""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Enum, auto

MAX_BYTES = 52 << 20  # of a decompressed list: sitemaps.org allows 50 MiB
_MAX_GZIP = 3  # times that a body may be packed
_CHUNK = 2**16
_GZIP = b"\x1f\x8b"

_HEAD = 1 << 18  # bytes within which the kind of a document must be visible
_COMMENT_OR_INSTRUCTION = re.compile(r"<!--(?:[^-]|-(?!->))*(?:-->|$)|<\?[^<>]*>")
_FIRST_ELEMENT = re.compile(r"<(?:!doctype\s+)?(?:[\w.-]+:)?([a-z][\w.-]*)", re.IGNORECASE)
_FIRST_ROOT = re.compile(
    r"<(?:!doctype\s+)?(?:[\w.-]+:)?(rss|feed|rdf|urlset|sitemapindex|html|head|body)(?=[\s>/])", re.IGNORECASE
)
_ADDRESS_LINE = re.compile(r"https?://\S+\s*(?:\n|$)", re.IGNORECASE)


class DocumentKind(Enum):
    FEED = auto()
    JSON_FEED = auto()
    SITEMAP = auto()
    TEXT_SITEMAP = auto()
    HTML = auto()


_KIND_OF_ROOT = {
    "rss": DocumentKind.FEED,
    "feed": DocumentKind.FEED,
    "rdf": DocumentKind.FEED,
    "urlset": DocumentKind.SITEMAP,
    "sitemapindex": DocumentKind.SITEMAP,
    "html": DocumentKind.HTML,
    "head": DocumentKind.HTML,
    "body": DocumentKind.HTML,
}


@dataclass(frozen=True, slots=True)
class Entry:
    """An address as a document writes it, perhaps relative, with the date and headline that the document gives."""

    url: str
    changed_at: datetime | None = None  # aware, UTC
    headline: str | None = None  # plain text in one line, at most 300 characters
    others: tuple[str, ...] = ()  # further addresses that the entry gives itself, the likeliest first


@dataclass(slots=True)
class ParsedDocument:
    """The addresses that a feed or a sitemap lists, newest first."""

    entries: list[Entry] = field(default_factory=list)
    children: list[Entry] = field(default_factory=list)  # other sitemaps, all, in the order in which they are read
    is_news: bool = False  # carries the Google News extension
    left_out: int = 0  # entries and children over the cap
    problem: str | None = None


def detect_kind(body: bytes) -> DocumentKind | None:
    """Return the kind of `body` by its first element, bracket or line, whatever its address; None for other kinds.

    Warnings of a program before the first element of a feed or sitemap, which are HTML, do not make it a page.
    """
    head = _decode_head(body[:_HEAD]).lstrip("\ufeff \t\r\n\x00")
    if head.startswith("{"):
        return DocumentKind.JSON_FEED
    if _ADDRESS_LINE.match(head):
        return DocumentKind.TEXT_SITEMAP
    elements = _COMMENT_OR_INSTRUCTION.sub("", head)
    found = _FIRST_ELEMENT.search(elements)
    if found is None:
        return None
    if head.startswith("<?xml"):  # XML of another kind may hold any element
        return _KIND_OF_ROOT.get(found[1].lower())
    root = _FIRST_ROOT.search(elements)
    return _KIND_OF_ROOT[root[1].lower()] if root else DocumentKind.HTML


def _decode_head(head: bytes) -> str:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")) or head[1:2] == b"\x00" or head[:1] == b"\x00":
        return head.replace(b"\x00", b"").decode("latin-1").lstrip("ÿþ")
    return head.decode("utf-8", "replace")


def decompress(body: bytes, limit: int = MAX_BYTES) -> tuple[bytes, bool]:
    """Return `body` without gzip, cut at `limit` bytes, and whether it was cut. A cut body is a bomb or far too long.

    A body that was packed twice is unpacked twice. A truncated gzip member yields the bytes before the break. A body
    that is not gzip is returned as it is, cut at the same limit.
    """
    if not body.startswith(_GZIP):
        return body[:limit], len(body) > limit
    content, is_cut = _unpack_gzip(body, limit)
    for _ in range(_MAX_GZIP - 1):
        if is_cut or not content.startswith(_GZIP):
            break
        inner, is_cut = _unpack_gzip(content, limit)
        content = inner or content
    return content, is_cut


def _unpack_gzip(body: bytes, limit: int) -> tuple[bytes, bool]:
    pieces: list[bytes] = []
    remaining, rest = limit, body
    while rest and remaining > 0:
        member = zlib.decompressobj(wbits=31)
        at = 0
        try:
            while not member.eof and remaining > 0 and (at < len(rest) or member.unconsumed_tail):
                piece = member.decompress(member.unconsumed_tail or rest[at : at + _CHUNK], remaining)
                at += 0 if member.unconsumed_tail and piece else _CHUNK
                pieces.append(piece)
                remaining -= len(piece)
        except zlib.error:
            break
        rest = member.unused_data + rest[at:] if member.eof else b""
    return b"".join(pieces), remaining <= 0


def sort_newest_first(entries: list[Entry]) -> list[Entry]:
    """Sort dated entries, newest first, before undated ones. Entries of equal time keep the order of the document."""
    never = datetime.min.replace(tzinfo=UTC)
    return sorted(entries, key=lambda entry: entry.changed_at or never, reverse=True)
