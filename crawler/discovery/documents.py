"""Detect the kind of a fetched document, decompress it, and parse its dates; the types that the readers return."""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import Enum, auto

MAX_BYTES = 50 * 2**20  # of a decompressed sitemap: the limit that sitemaps.org sets
_CHUNK = 2**16

_HEAD = 4096  # bytes within which the kind of a document must be visible
_COMMENT_OR_INSTRUCTION = re.compile(r"<!--(?:[^-]|-(?!->))*(?:-->|$)|<\?[^>]*>")
_FIRST_ELEMENT = re.compile(r"<(?:!doctype\s+)?(?:[\w.-]+:)?([a-z][\w.-]*)", re.IGNORECASE)
_ADDRESS_LINE = re.compile(r"https?://\S+\s*(?:\n|$)")
_PARTIAL_DATE = re.compile(r"((?:19|20)\d\d)(?:-(0[1-9]|1[0-2]))?")
_MIN_YEAR, _MAX_YEAR = 1990, 2100  # a date outside comes from a broken clock or is a joke


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


@dataclass(slots=True)
class ParsedDocument:
    """The addresses that a feed or a sitemap lists, newest first."""

    entries: list[Entry] = field(default_factory=list)
    children: list[Entry] = field(default_factory=list)  # other sitemaps
    is_news: bool = False  # carries the Google News extension
    left_out: int = 0  # entries and children over the cap
    problem: str | None = None


def detect_kind(body: bytes) -> DocumentKind | None:
    """Return the kind of `body` by its first element, bracket or line, whatever its address; None for other kinds."""
    head = _decode_head(body[:_HEAD]).lstrip("\ufeff \t\r\n\x00")
    if head.startswith("{"):
        return DocumentKind.JSON_FEED
    if _ADDRESS_LINE.match(head):
        return DocumentKind.TEXT_SITEMAP
    found = _FIRST_ELEMENT.search(_COMMENT_OR_INSTRUCTION.sub("", head))
    if found is None:
        return None
    # A page without <html> may begin with any element. XML of another kind begins with an XML declaration.
    return _KIND_OF_ROOT.get(found[1].lower(), None if head.startswith("<?xml") else DocumentKind.HTML)


def _decode_head(head: bytes) -> str:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return head.decode("utf-16", "replace")
    return head.decode("utf-8", "replace")


def decompress(body: bytes, limit: int = MAX_BYTES) -> tuple[bytes, bool]:
    """Return `body` without gzip, cut at `limit` bytes, and whether it was cut. A cut body is a bomb or far too long.

    A truncated gzip member yields the bytes before the break. A body that is not gzip is returned as it is, cut at the
    same limit.
    """
    if not body.startswith(b"\x1f\x8b"):
        return body[:limit], len(body) > limit
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


def parse_time(text: str | None) -> datetime | None:
    """Parse a W3C date (2025, 2025-10, 2025-10-03T12:00Z) or an RFC 822 date into an aware UTC time; else return None.

    A time without a zone is taken as UTC. Years before 1990 and from 2100 on give None.
    """
    text = (text or "").strip()[:64]
    if partial := _PARTIAL_DATE.fullmatch(text):
        return to_plausible_utc(datetime(int(partial[1]), int(partial[2] or 1), 1, tzinfo=UTC))
    for reader in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            return to_plausible_utc(reader(text))
        except (ValueError, OverflowError):
            continue
    return None


def to_plausible_utc(time: datetime) -> datetime | None:
    """Return `time` in UTC, or None if its year is before 1990 or after 2099."""
    if not _MIN_YEAR <= time.year < _MAX_YEAR:
        return None
    return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)


def latest_time(*times: datetime | None) -> datetime | None:
    return max((time for time in times if time is not None), default=None)


def sort_newest_first(entries: list[Entry]) -> list[Entry]:
    """Sort dated entries, newest first, before undated ones. Entries of equal time keep the order of the document."""
    never = datetime.min.replace(tzinfo=UTC)
    return sorted(entries, key=lambda entry: entry.changed_at or never, reverse=True)
