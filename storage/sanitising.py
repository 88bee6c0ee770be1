"""The one step between what a page said and what is stored: the same on every database, and never a reason to fail.

What a database refuses is left out, what is too long is cut, what cannot be true is none. Cleaning bounds most of it
already; here is what holds whatever cleaning is or becomes. Article text stays as it is but for characters that no
database or reader takes.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from math import isfinite
from typing import Any

from cleaning.article import UNSTATED, Article, Block, iso
from storage.types import storable

# Characters. None of 2,615 pages with human gold reaches a fifth of one of these, paths aside.
LONGEST = {
    "title": 2_000,
    "site_name": 300,
    "description": 10_000,
    "published_raw": 300,
    "licence": 2_000,
    "section": 300,
    "evidence": 2_000,
    "path": 10_000,
}
LONGEST_NAME = 300  # characters of one of these:
MOST_NAMES = 200  # authors, tags, words of robots tags
MOST_LINKS = 5_000  # of one block
# Bytes: both are indexed, and an index row of PostgreSQL holds 2,704. A longer address would be another when cut.
LONGEST_ADDRESS = 2_000
LONGEST_KEY = 1_200  # cleaning.headlines cuts at 300 characters
LONGEST_WORD = 16  # characters of the columns for a language, a kind of page

# The first newspaper was printed in 1605. 1970 began for clocks that were never set.
EARLIEST = datetime(1600, 1, 1, tzinfo=UTC)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LATE = timedelta(hours=48)  # a page's clock may be ahead of ours, and its zone unknown
FURTHEST = timedelta(hours=14)  # the zone farthest from UTC


def sanitised(article: Article, fetched_at: datetime | None) -> Article:
    """The article as it may be stored; `limited` names each field that was more than may be, beside what stood there.

    Sanitised again it stays as it is. A time before 1600, at the very epoch or later than two days after the fetch is
    none; the time of publication is then kept as text in `published_raw`.
    """
    step = _Step(article)
    published_at = step.moment("published_at", fetched_at)
    published_raw = step.text("published_raw")
    if article.published_at is not None and published_at is None:
        published_raw = published_raw or iso(article.published_at)
    blocks = tuple(map(step.block, article.blocks))
    values: dict[str, Any] = {
        "title": step.text("title") or "",
        "blocks": blocks,
        "canonical_url": step.address("canonical_url"),
        "site_name": step.text("site_name"),
        "authors": step.names("authors"),
        "published_at": published_at,
        "published_raw": published_raw,
        "modified_at": step.moment("modified_at", fetched_at),
        "description": step.text("description"),
        "tags": step.names("tags"),
        "image": step.address("image"),
        "licence": step.text("licence"),
        "page_kind": step.word("page_kind"),
        "section": step.text("section"),
        "tdm_policy": step.address("tdm_policy"),
        "ai_refused": None if article.ai_refused is None else step.names("ai_refused"),
        "usage": step.names("usage"),
        "robots": step.names("robots"),
        "language": step.word("language") or "und",
        "language_probability": _share(article.language_probability),
        "headline_key": step.key(article.headline_key),
    }
    return replace(article, **values, limited=tuple(dict.fromkeys((*article.limited, *step.limited))))


class _Step:
    """One article's way through: its fields, and the names of those that hit a limit."""

    def __init__(self, article: Article) -> None:
        self._article = article
        self.limited: list[str] = []

    def text(self, name: str) -> str | None:
        value: str | None = getattr(self._article, name)
        return None if value is None else self._cut(name, value, LONGEST[name])

    def names(self, name: str) -> tuple[str, ...]:
        every: tuple[str, ...] = getattr(self._article, name)
        if len(every) > MOST_NAMES:
            self.limited.append(name)
        cut = (self._cut(name, one, LONGEST_NAME) for one in every[:MOST_NAMES])
        return tuple(one for one in cut if one)

    def address(self, name: str) -> str | None:
        """None where it is no http(s) address: nobody shall be led to click on a script."""
        value: str | None = getattr(self._article, name)
        if value is None:
            return None
        value = storable(value)
        if len(value.encode()) > LONGEST_ADDRESS:
            self.limited.append(name)
            return None
        return value if value.lower().startswith(("http://", "https://")) else None

    def key(self, key: str) -> str:
        data = storable(key).encode()
        if len(data) > LONGEST_KEY:
            self.limited.append("headline_key")
        return data[:LONGEST_KEY].decode("utf-8", "ignore").rstrip()

    def word(self, name: str) -> str | None:
        value: str | None = getattr(self._article, name)
        if value is None or len(value) <= LONGEST_WORD:
            return value and storable(value)
        self.limited.append(name)
        return None

    def moment(self, name: str, fetched_at: datetime | None) -> datetime | None:
        """None where it cannot be; a zone that is none on Earth is left off, the moment stays."""
        value: datetime | None = getattr(self._article, name)
        if value is None:
            return None
        offset = value.utcoffset()
        if offset is None:
            value = value.replace(tzinfo=UNSTATED)
        try:
            universal = value.astimezone(UTC)
        except OverflowError:  # the year 1 or 9999, in a zone that leaves it
            universal = EPOCH
        if universal < EARLIEST or universal == EPOCH or (fetched_at is not None and universal > fetched_at + LATE):
            self.limited.append(name)
            return None
        if offset and (abs(offset) > FURTHEST or offset % timedelta(minutes=1)):
            return universal.replace(tzinfo=UNSTATED)
        return value

    def block(self, block: Block) -> Block:
        links = tuple(storable(link) for link in block.links[:MOST_LINKS] if len(link) <= LONGEST_ADDRESS)
        if len(links) < len(block.links):
            self.limited.append("links")
        path = self._cut("path", block.path, LONGEST["path"])
        evidence = None if block.evidence is None else self._cut("evidence", block.evidence, LONGEST["evidence"])
        text, link_share = storable(block.text), _share(block.link_share)
        if (text, link_share, links, path, evidence) == (
            block.text,
            block.link_share,
            block.links,
            block.path,
            block.evidence,
        ):
            return block  # nearly always
        return replace(block, text=text, link_share=link_share, links=links, path=path, evidence=evidence)

    def _cut(self, name: str, text: str, most: int) -> str:
        text = storable(text)
        if len(text) > most:
            self.limited.append(name)
        return text[:most].rstrip() if len(text) > most else text


def _share(value: float) -> float:
    """Between 0 and 1; what is no number is 0, for SQLite stores it as NULL."""
    return min(max(value, 0.0), 1.0) if isfinite(value) else 0.0
