"""Limits an article to what every database accepts, so that no page can make storing fail.

Characters that a database refuses are left out, long values are cut, and impossible values become None. Cleaning
already bounds most values; these limits hold whatever cleaning does. Article text loses only the characters that no
database or reader accepts.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from math import isfinite
from typing import Any

from cleaning.records.article import Article
from cleaning.records.block import Block, LiveEntry
from cleaning.records.times import UNSTATED, format_iso
from storage.database.types import make_storable

# None of 2,615 pages with human gold reaches a fifth of one of these limits, except for `path`.
MAX_CHARACTERS = {
    "title": 2_000,
    "site_name": 300,
    "description": 10_000,
    "published_raw": 300,
    "licence": 2_000,
    "section": 300,
    "source": 300,
    "evidence": 2_000,
    "path": 10_000,
    "clock": 300,  # this and the next two of an entry of a live blog
    "heading": 2_000,
    "anchor": 300,
}
MAX_NAMES = 200  # items of a list: authors, tags, words of robots tags
MAX_NAME_CHARACTERS = 300  # of one item
MAX_LINKS = 5_000  # of one block
# Both are indexed, and an index row of PostgreSQL holds 2,704 bytes. A longer address becomes None: cut, it would be
# the address of another page.
MAX_ADDRESS_BYTES = 2_000
MAX_KEY_BYTES = 1_200  # cleaning.page.headline_key cuts at 300 characters
MAX_WORD_CHARACTERS = 16  # size of the columns for language and kind of page

# The first newspaper was printed in 1605. A clock that was never set reports the start of 1970.
EARLIEST = datetime(1600, 1, 1, tzinfo=UTC)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MAX_AHEAD = timedelta(hours=48)  # after the fetch: a page's clock may be fast, and its zone unknown
MAX_OFFSET = timedelta(hours=14)  # the zone farthest from UTC


def sanitise_article(article: Article, fetched_at: datetime | None) -> Article:
    """Return the article as it may be stored, with each field that hit a limit added to `limits_hit`.

    Idempotent. A time before 1600, exactly at the epoch, or more than two days after the fetch becomes None; a time of
    publication is then kept as text in `published_raw`.
    """
    sanitiser = _Sanitiser(article)
    published_at = sanitiser.check_time("published_at", fetched_at)
    published_raw = sanitiser.limit_text("published_raw")
    if article.published_at is not None and published_at is None:
        published_raw = published_raw or format_iso(article.published_at)
    blocks = tuple(map(sanitiser.sanitise_block, article.blocks))
    values: dict[str, Any] = {
        "title": sanitiser.limit_text("title") or "",
        "blocks": blocks,
        "canonical_url": sanitiser.check_address("canonical_url"),
        "site_name": sanitiser.limit_text("site_name"),
        "authors": sanitiser.limit_names("authors"),
        "source": sanitiser.limit_text("source"),
        "published_at": published_at,
        "published_raw": published_raw,
        "modified_at": sanitiser.check_time("modified_at", fetched_at),
        "description": sanitiser.limit_text("description"),
        "tags": sanitiser.limit_names("tags"),
        "image": sanitiser.check_address("image"),
        "licence": sanitiser.limit_text("licence"),
        "page_kind": sanitiser.check_word("page_kind"),
        "section": sanitiser.limit_text("section"),
        "tdm_policy": sanitiser.check_address("tdm_policy"),
        "ai_refused": None if article.ai_refused is None else sanitiser.limit_names("ai_refused"),
        "usage": sanitiser.limit_names("usage"),
        "robots": sanitiser.limit_names("robots"),
        "language": sanitiser.check_word("language") or "und",
        "language_probability": _clamp_share(article.language_probability),
        "headline_key": sanitiser.limit_key(article.headline_key),
        "entries": tuple(sanitiser.sanitise_entry(entry, fetched_at) for entry in article.entries),
    }
    return replace(article, **values, limits_hit=tuple(dict.fromkeys((*article.limits_hit, *sanitiser.limited))))


class _Sanitiser:
    """Sanitises the fields of one article and collects the names of those that hit a limit."""

    def __init__(self, article: Article) -> None:
        self._article = article
        self.limited: list[str] = []

    def limit_text(self, name: str) -> str | None:
        value: str | None = getattr(self._article, name)
        return None if value is None else self._truncate(name, value, MAX_CHARACTERS[name])

    def limit_names(self, name: str) -> tuple[str, ...]:
        every: tuple[str, ...] = getattr(self._article, name)
        if len(every) > MAX_NAMES:
            self.limited.append(name)
        cut = (self._truncate(name, one, MAX_NAME_CHARACTERS) for one in every[:MAX_NAMES])
        return tuple(one for one in cut if one)

    def check_address(self, name: str) -> str | None:
        """Return None for anything but an http(s) address: a link to a script must not be clickable."""
        value: str | None = getattr(self._article, name)
        if value is None:
            return None
        value = make_storable(value)
        if len(value.encode()) > MAX_ADDRESS_BYTES:
            self.limited.append(name)
            return None
        return value if value.lower().startswith(("http://", "https://")) else None

    def limit_key(self, key: str) -> str:
        data = make_storable(key).encode()
        if len(data) > MAX_KEY_BYTES:
            self.limited.append("headline_key")
        return data[:MAX_KEY_BYTES].decode("utf-8", "ignore").rstrip()

    def check_word(self, name: str) -> str | None:
        value: str | None = getattr(self._article, name)
        if value is None or len(value) <= MAX_WORD_CHARACTERS:
            return value and make_storable(value)
        self.limited.append(name)
        return None

    def check_time(self, name: str, fetched_at: datetime | None) -> datetime | None:
        """Return None for an impossible time. An impossible time zone is dropped; the moment stays the same."""
        return self._limit_time(name, getattr(self._article, name), fetched_at)

    def _limit_time(self, name: str, value: datetime | None, fetched_at: datetime | None) -> datetime | None:
        if value is None:
            return None
        offset = value.utcoffset()
        if offset is None:
            value = value.replace(tzinfo=UNSTATED)
        try:
            universal = value.astimezone(UTC)
        except OverflowError:  # the year 1 or 9999, in a zone that leaves it
            universal = EPOCH
        if (
            universal < EARLIEST
            or universal == EPOCH
            or (fetched_at is not None and universal > fetched_at + MAX_AHEAD)
        ):
            self.limited.append(name)
            return None
        if offset and (abs(offset) > MAX_OFFSET or offset % timedelta(minutes=1)):
            return universal.replace(tzinfo=UNSTATED)
        return value

    def sanitise_entry(self, entry: LiveEntry, fetched_at: datetime | None) -> LiveEntry:
        names = tuple(self._truncate("authors", name, MAX_NAME_CHARACTERS) for name in entry.authors[:MAX_NAMES])
        return replace(
            entry,
            time=self._limit_time("entries", entry.time, fetched_at),
            clock=self._truncate("clock", entry.clock, MAX_CHARACTERS["clock"]),
            heading=self._truncate("heading", entry.heading, MAX_CHARACTERS["heading"]),
            authors=tuple(name for name in names if name),
            anchor=self._truncate("anchor", entry.anchor, MAX_CHARACTERS["anchor"]),
        )

    def sanitise_block(self, block: Block) -> Block:
        links = tuple(make_storable(link) for link in block.links[:MAX_LINKS] if len(link) <= MAX_ADDRESS_BYTES)
        if len(links) < len(block.links):
            self.limited.append("links")
        path = self._truncate("path", block.path, MAX_CHARACTERS["path"])
        evidence = (
            None if block.evidence is None else self._truncate("evidence", block.evidence, MAX_CHARACTERS["evidence"])
        )
        text, link_share = make_storable(block.text), _clamp_share(block.link_share)
        if (text, link_share, links, path, evidence) == (
            block.text,
            block.link_share,
            block.links,
            block.path,
            block.evidence,
        ):
            return block  # the usual case; saves a copy
        return replace(block, text=text, link_share=link_share, links=links, path=path, evidence=evidence)

    def _truncate(self, name: str, text: str, most: int) -> str:
        text = make_storable(text)
        if len(text) > most:
            self.limited.append(name)
        return text[:most].rstrip() if len(text) > most else text


def _clamp_share(value: float) -> float:
    """Limit the value to 0..1. NaN and infinity become 0, because SQLite stores NaN as NULL."""
    return min(max(value, 0.0), 1.0) if isfinite(value) else 0.0
