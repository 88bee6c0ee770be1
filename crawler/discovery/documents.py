"""What a fetched document is by its own account, and what every reader of one gives back."""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import Enum, auto

MOST_BYTES = 50 * 2**20  # of a sitemap unpacked: the limit that sitemaps.org sets
_CHUNK = 2**16

_HEAD = 4096  # bytes in which a document must have said what it is
_NOISE = re.compile(r"<!--(?:[^-]|-(?!->))*(?:-->|$)|<\?[^>]*>")
_FIRST_ELEMENT = re.compile(r"<(?:!doctype\s+)?(?:[\w.-]+:)?([a-z][\w.-]*)", re.IGNORECASE)
_ADDRESS_LINE = re.compile(r"https?://\S+\s*(?:\n|$)")
_PARTIAL_DATE = re.compile(r"((?:19|20)\d\d)(?:-(0[1-9]|1[0-2]))?")
_EARLIEST, _LATEST = 1990, 2100  # years; what lies outside is a broken clock or a joke


class DocumentKind(Enum):
    FEED = auto()
    JSON_FEED = auto()
    SITEMAP = auto()
    TEXT_SITEMAP = auto()
    HTML = auto()


_ROOTS = {
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
    """An address as a document writes it, perhaps relative, and what the document says of the page behind it."""

    url: str
    changed_at: datetime | None = None  # aware, UTC
    headline: str | None = None  # plain text in one line, at most 300 characters


@dataclass(slots=True)
class Reading:
    """What a feed or a sitemap lists, newest first."""

    entries: list[Entry] = field(default_factory=list)
    children: list[Entry] = field(default_factory=list)  # other sitemaps
    is_news: bool = False  # carries the Google News extension
    left_out: int = 0  # entries and children over the cap
    problem: str | None = None


def kind_of(body: bytes) -> DocumentKind | None:
    """What `body` is by its first element, bracket or line, whatever address it came from; None for anything else."""
    head = _decoded_head(body[:_HEAD]).lstrip("\ufeff \t\r\n\x00")
    if head.startswith("{"):
        return DocumentKind.JSON_FEED
    if _ADDRESS_LINE.match(head):
        return DocumentKind.TEXT_SITEMAP
    found = _FIRST_ELEMENT.search(_NOISE.sub("", head))
    if found is None:
        return None
    # A page without <html> begins with any element of its own; XML of another kind says that it is XML.
    return _ROOTS.get(found[1].lower(), None if head.startswith("<?xml") else DocumentKind.HTML)


def _decoded_head(head: bytes) -> str:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return head.decode("utf-16", "replace")
    return head.decode("utf-8", "replace")


def unpacked(body: bytes, most: int = MOST_BYTES) -> tuple[bytes, bool]:
    """`body` without gzip, at most `most` bytes of it, and whether more was left: then it is a bomb or far too long.

    A member that breaks off gives what came before the break. What is not gzip is given back as it is, cut likewise.
    """
    if not body.startswith(b"\x1f\x8b"):
        return body[:most], len(body) > most
    pieces: list[bytes] = []
    room, rest = most, body
    while rest and room > 0:
        member = zlib.decompressobj(wbits=31)
        at = 0
        try:
            while not member.eof and room > 0 and (at < len(rest) or member.unconsumed_tail):
                piece = member.decompress(member.unconsumed_tail or rest[at : at + _CHUNK], room)
                at += 0 if member.unconsumed_tail and piece else _CHUNK
                pieces.append(piece)
                room -= len(piece)
        except zlib.error:
            break
        rest = member.unused_data + rest[at:] if member.eof else b""
    return b"".join(pieces), room <= 0


def parsed_time(text: str | None) -> datetime | None:
    """An aware UTC time out of a W3C date (2025, 2025-10, 2025-10-03T12:00Z) or one of RFC 822; None for the rest.

    A time without a zone is taken as UTC; years before 1990 and from 2100 on are not believed.
    """
    text = (text or "").strip()[:64]
    if partial := _PARTIAL_DATE.fullmatch(text):
        return believed(datetime(int(partial[1]), int(partial[2] or 1), 1, tzinfo=UTC))
    for reader in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            return believed(reader(text))
        except (ValueError, OverflowError):
            continue
    return None


def believed(time: datetime) -> datetime | None:
    """`time` in UTC, or None where its year is none that a newspaper on the web can have."""
    if not _EARLIEST <= time.year < _LATEST:
        return None
    return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)


def latest(*times: datetime | None) -> datetime | None:
    return max((time for time in times if time is not None), default=None)


def newest_first(entries: list[Entry]) -> list[Entry]:
    """Dated entries before undated ones; those of one time, and those of none, in the order of the document."""
    never = datetime.min.replace(tzinfo=UTC)
    return sorted(entries, key=lambda entry: entry.changed_at or never, reverse=True)
