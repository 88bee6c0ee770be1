"""The tables of a release and the fields of their records: formats, manifest and card are made from these lists."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

# One row's values in the order of its table's fields: str, list[str], aware datetime in UTC, int, float, bool or None.
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
    """A field of a record. One of the articles is named as the column of `StoredArticle` that it is read from.

    `read_from` names the columns where it is made from others: a moment and its offset in minutes are the moment by the
    clock with that offset.
    """

    name: str
    kind: Kind
    meaning: str  # one line for the card, in plain words
    nullable: bool = False
    read_from: tuple[str, ...] = ()
    recurs: bool = False  # few values in many records: a format may keep them in a dictionary


@dataclass(frozen=True, slots=True)
class Table:
    """A table of a release: its files stand in `folder`."""

    name: str
    fields: tuple[Field, ...]
    folder: str

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(field.name for field in self.fields)


FIELDS = (
    Field("id", Kind.TEXT, "key of the article, the same in every release made from one store"),
    Field("url", Kind.TEXT, "address that answered, after redirects"),
    Field("canonical_url", Kind.TEXT, "address that the page itself declares", nullable=True),
    Field("site", Kind.TEXT, "the crawler's name of the site", recurs=True),
    Field("site_name", Kind.TEXT, "name that the page gives its site", nullable=True, recurs=True),
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
    Field(
        "language",
        Kind.TEXT,
        "language of the text as detected (ISO 639-1), und where there are no letters",
        recurs=True,
    ),
    Field("language_probability", Kind.SHARE, "how sure the detection is, 0 to 1"),
    Field("description", Kind.TEXT, "summary that the page declares", nullable=True),
    Field("tags", Kind.TEXTS, "keywords that the page declares"),
    Field("image", Kind.TEXT, "address of the lead image that the page declares", nullable=True),
    Field("licence", Kind.TEXT, "licence that the page declares, its address where it gives one", nullable=True),
    Field("free", Kind.TRUTH, "whether the page declares that it may be read without paying", nullable=True),
    Field(
        "page_kind",
        Kind.TEXT,
        "what the page says it is: news, opinion, live, review, article ...",
        nullable=True,
        recurs=True,
    ),
    Field("section", Kind.TEXT, "part of the paper that the page says it stands in", nullable=True),
    Field("robots", Kind.TEXTS, "what the page's robots tags asked of robots, in its own words"),
    Field(
        "tdm_reserved",
        Kind.TRUTH,
        "whether text and data mining was reserved when the page was fetched; null where nothing was said",
        nullable=True,
    ),
    Field("tdm_policy", Kind.TEXT, "address of the conditions of that reservation", nullable=True),
    Field(
        "ai_refused",
        Kind.TEXTS,
        "agents of AI that robots.txt kept from the address; null where nobody looked",
        nullable=True,
    ),
    Field("usage", Kind.TEXTS, "preferences for uses by AI, as stated when the page was fetched"),
    Field("text", Kind.TEXT, "the article, one block a line"),
    Field("words", Kind.COUNT, "words of the text"),
    Field("cleaner_version", Kind.TEXT, "version of the cleaner that made the text", recurs=True),
    Field("story", Kind.TEXT, "id of the article that stands for the story; articles of one story share it"),
    Field(
        "duplicate_of", Kind.TEXT, "id of the article that this one repeats; null in the plain corpus", nullable=True
    ),
    Field("duplicate_rule", Kind.TEXT, "rule that found the repetition", nullable=True, recurs=True),
    Field("duplicate_kind", Kind.TEXT, "what kind of repetition it is", nullable=True, recurs=True),
    Field(
        "duplicate_via",
        Kind.TEXT,
        "id of the article of the story that it was matched with, where that is not the one it repeats",
        nullable=True,
    ),
    Field(
        "duplicate_likeness", Kind.SHARE, "share of shingles that the two texts have in common, 0 to 1", nullable=True
    ),
    Field("duplicate_share", Kind.SHARE, "share of the shorter text that stands in the other, 0 to 1", nullable=True),
)

ARTICLES = Table("articles", FIELDS, "data")
