"""The tables of a release and their fields. The formats, the manifest and the card are made from these lists."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class FieldKind(StrEnum):
    """Type of a field. The values are the words of the manifest and the card."""

    TEXT = "string"
    TEXTS = "list of strings"
    TIME = "time (UTC, microseconds)"
    COUNT = "int64"
    SHARE = "float64"  # 0 to 1
    BOOLEAN = "boolean"


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a record. A field of the articles has the name of the column of `StoredArticle` that it is read from.

    `read_from` names other columns to make it from: a time and its offset in minutes give the local time.
    """

    name: str
    kind: FieldKind
    meaning: str  # one line for the card, in plain words
    nullable: bool = False
    read_from: tuple[str, ...] = ()
    is_repetitive: bool = False  # few distinct values: a format may store them in a dictionary


@dataclass(frozen=True, slots=True)
class Table:
    """A table of a release, with its files in `folder`."""

    name: str
    fields: tuple[Field, ...]
    folder: str

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(field.name for field in self.fields)


FIELDS = (
    Field("id", FieldKind.TEXT, "key of the article, the same in every release made from one store"),
    Field("url", FieldKind.TEXT, "address that answered, after redirects"),
    Field("canonical_url", FieldKind.TEXT, "address that the page itself declares", nullable=True),
    Field("site", FieldKind.TEXT, "the crawler's name of the site", is_repetitive=True),
    Field("site_name", FieldKind.TEXT, "name that the page gives its site", nullable=True, is_repetitive=True),
    Field("title", FieldKind.TEXT, "headline"),
    Field("authors", FieldKind.TEXTS, "persons who wrote it, one name an item; empty if the page names none"),
    Field(
        "source",
        FieldKind.TEXT,
        "agencies, desks and papers that the byline names, with commas between them",
        nullable=True,
        is_repetitive=True,
    ),
    Field(
        "published_at",
        FieldKind.TIME,
        "publication as the page states it; null if it is missing or implausible",
        True,
    ),
    Field(
        "published_local",
        FieldKind.TEXT,
        "the same moment by the page's own clock, as ISO 8601; null where the page states no zone",
        nullable=True,
        read_from=("published_at", "published_offset"),
    ),
    Field("modified_at", FieldKind.TIME, "last change as the page states it", nullable=True),
    Field(
        "modified_local",
        FieldKind.TEXT,
        "the same moment by the page's own clock, as ISO 8601; null where the page states no zone",
        nullable=True,
        read_from=("modified_at", "modified_offset"),
    ),
    Field("fetched_at", FieldKind.TIME, "when the page was fetched"),
    Field(
        "gone_at",
        FieldKind.TIME,
        "since when its address answers with 404 or 410; null if the page was there when it was last asked for",
        nullable=True,
    ),
    Field(
        "language",
        FieldKind.TEXT,
        "detected language of the text (ISO 639-1); und if it has no letters",
        is_repetitive=True,
    ),
    Field("language_probability", FieldKind.SHARE, "confidence of the detection, 0 to 1"),
    Field("description", FieldKind.TEXT, "summary that the page declares", nullable=True),
    Field("tags", FieldKind.TEXTS, "keywords that the page declares"),
    Field("image", FieldKind.TEXT, "address of the lead image that the page declares", nullable=True),
    Field("licence", FieldKind.TEXT, "licence that the page declares, as an address if it gives one", nullable=True),
    Field("free", FieldKind.BOOLEAN, "whether the page declares that it may be read without paying", nullable=True),
    Field(
        "page_kind",
        FieldKind.TEXT,
        "what the page says it is: news, opinion, live, review, article ...",
        nullable=True,
        is_repetitive=True,
    ),
    Field("section", FieldKind.TEXT, "section of the paper that the page declares", nullable=True),
    Field("robots", FieldKind.TEXTS, "directives of the page's robots tags, as written"),
    Field(
        "tdm_reserved",
        FieldKind.BOOLEAN,
        "whether text and data mining was reserved when the page was fetched; null if nothing was stated",
        nullable=True,
    ),
    Field("tdm_policy", FieldKind.TEXT, "address of the policy of that reservation", nullable=True),
    Field(
        "ai_refused",
        FieldKind.TEXTS,
        "AI agents that robots.txt kept from the address; null if it was not checked",
        nullable=True,
    ),
    Field("usage", FieldKind.TEXTS, "preferences for AI uses, as stated when the page was fetched"),
    Field("text", FieldKind.TEXT, "the article, one block a line"),
    Field("words", FieldKind.COUNT, "words of the text"),
    Field("cleaner_version", FieldKind.TEXT, "version of the cleaner that made the text", is_repetitive=True),
    Field("story", FieldKind.TEXT, "id of the representative of the story; articles of one story share it"),
    Field(
        "duplicate_of",
        FieldKind.TEXT,
        "id of the article that this one repeats; null in the plain corpus",
        nullable=True,
    ),
    Field("duplicate_rule", FieldKind.TEXT, "rule that found the duplicate", nullable=True, is_repetitive=True),
    Field("duplicate_kind", FieldKind.TEXT, "kind of duplicate", nullable=True, is_repetitive=True),
    Field(
        "duplicate_via",
        FieldKind.TEXT,
        "id of the article of the story that it was matched with, if that is not duplicate_of",
        nullable=True,
    ),
    Field(
        "duplicate_likeness",
        FieldKind.SHARE,
        "fraction of shingles that both texts share, 0 to 1",
        nullable=True,
    ),
    Field(
        "duplicate_share",
        FieldKind.SHARE,
        "fraction of the shorter text that is also in the other, 0 to 1",
        nullable=True,
    ),
)

ARTICLES = Table("articles", FIELDS, "data")
