"""The fields of an exported record: every format, the manifest and the card are made from this one list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

# One article's values in the order of FIELDS: str, list[str], aware datetime in UTC, int, float or None.
Record = Sequence[Any]


class Kind(StrEnum):
    """What a field holds; the words are those of the manifest and the card."""

    TEXT = "string"
    TEXTS = "list of strings"
    MOMENT = "time (UTC, microseconds)"
    COUNT = "int64"
    SHARE = "float64"  # 0 to 1


@dataclass(frozen=True, slots=True)
class Field:
    """A field, named as the column of `StoredArticle` that it is read from."""

    name: str
    kind: Kind
    meaning: str  # one line for the card, in plain words
    nullable: bool = False


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
    Field("modified_at", Kind.MOMENT, "last change as the page states it", nullable=True),
    Field("fetched_at", Kind.MOMENT, "when the page was fetched"),
    Field("language", Kind.TEXT, "language of the text as detected (ISO 639-1), und where there are no letters"),
    Field("language_probability", Kind.SHARE, "how sure the detection is, 0 to 1"),
    Field("description", Kind.TEXT, "summary that the page declares", nullable=True),
    Field("tags", Kind.TEXTS, "keywords that the page declares"),
    Field("image", Kind.TEXT, "address of the lead image that the page declares", nullable=True),
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
