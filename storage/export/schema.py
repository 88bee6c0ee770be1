"""The fields of an exported record: every format, the manifest and the card are made from this one list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from enum import StrEnum
from typing import Any

from sqlalchemy import Row

# One article's values in the order of FIELDS: str, list[str], aware datetime in UTC, int, float, bool or None.
Record = Sequence[Any]


class Kind(StrEnum):
    """What a field holds; the words are those of the manifest and the card."""

    TEXT = "string"
    TEXTS = "list of strings"
    MOMENT = "time (UTC, microseconds)"
    COUNT = "int64"
    SHARE = "float64"  # 0 to 1
    TRUTH = "boolean"


@dataclass(frozen=True, slots=True)
class Field:
    """A field, named as the column of `StoredArticle` that it is read from; `read_from` where it is made from others.

    These are a moment and its offset in minutes: the field tells the moment by the clock with that offset.
    """

    name: str
    kind: Kind
    meaning: str  # one line for the card, in plain words
    nullable: bool = False
    read_from: tuple[str, str] | None = None


FIELDS = (
    Field("id", Kind.TEXT, "key of the article, the same in every release made from one store"),
    Field("url", Kind.TEXT, "address that answered, after redirects"),
    Field("canonical_url", Kind.TEXT, "address that the page itself declares", nullable=True),
    Field("site", Kind.TEXT, "the crawler's name of the site"),
    Field("site_name", Kind.TEXT, "name that the page gives its site", nullable=True),
    Field("title", Kind.TEXT, "headline"),
    Field("authors", Kind.TEXTS, "byline, one name an item; empty where there is none"),
    Field(
        "published_at",
        Kind.MOMENT,
        "publication as the page states it; null where that is missing or implausible",
        True,
    ),
    Field(
        "published_local",
        Kind.TEXT,
        "the same moment by the page's own clock, as ISO 8601; null where the page states no zone",
        nullable=True,
        read_from=("published_at", "published_offset"),
    ),
    Field("modified_at", Kind.MOMENT, "last change as the page states it", nullable=True),
    Field(
        "modified_local",
        Kind.TEXT,
        "the same moment by the page's own clock, as ISO 8601; null where the page states no zone",
        nullable=True,
        read_from=("modified_at", "modified_offset"),
    ),
    Field("fetched_at", Kind.MOMENT, "when the page was fetched"),
    Field("language", Kind.TEXT, "language of the text as detected (ISO 639-1), und where there are no letters"),
    Field("language_probability", Kind.SHARE, "how sure the detection is, 0 to 1"),
    Field("description", Kind.TEXT, "summary that the page declares", nullable=True),
    Field("tags", Kind.TEXTS, "keywords that the page declares"),
    Field("image", Kind.TEXT, "address of the lead image that the page declares", nullable=True),
    Field("licence", Kind.TEXT, "licence that the page declares, its address where it gives one", nullable=True),
    Field("free", Kind.TRUTH, "whether the page declares that it may be read without paying", nullable=True),
    Field("page_kind", Kind.TEXT, "what the page says it is: news, opinion, live, review, article ...", nullable=True),
    Field("text", Kind.TEXT, "the article, one block a line"),
    Field("words", Kind.COUNT, "words of the text"),
    Field("cleaner_version", Kind.TEXT, "version of the cleaner that made the text"),
    Field(
        "duplicate_of", Kind.TEXT, "id of the article that this one repeats; null in the plain corpus", nullable=True
    ),
    Field("duplicate_rule", Kind.TEXT, "rule that found the repetition", nullable=True),
    Field(
        "duplicate_likeness", Kind.SHARE, "share of the shorter text that stands in the other, 0 to 1", nullable=True
    ),
)

NAMES = tuple(field.name for field in FIELDS)
COLUMNS = tuple(dict.fromkeys(name for field in FIELDS for name in field.read_from or (field.name,)))


def record(row: Row[Any]) -> Record:
    """The record of an article, from a row with COLUMNS."""
    return tuple(
        _by_own_clock(*(getattr(row, name) for name in field.read_from))
        if field.read_from
        else getattr(row, field.name)
        for field in FIELDS
    )


def _by_own_clock(moment: datetime | None, offset: int | None) -> str | None:
    if moment is None or offset is None:
        return None
    return moment.astimezone(timezone(timedelta(minutes=offset))).isoformat()
