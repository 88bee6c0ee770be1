"""Finds the articles of a release in the store, and counts what is left out.

The corpus is every article that is neither rejected nor a duplicate. The day of an article is the day of its
publication, or of its fetch if the page states no plausible one.

`choose_articles` reads the store once and fills two temporary tables. MATCHED has everything that passes the filters,
with duplicates and rejected pages. CHOSEN has the articles of the release, numbered in its order. They hold keys, no
texts; the database keeps them on its disk and drops them when the transaction ends.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Connection,
    Integer,
    MetaData,
    Select,
    String,
    Table,
    Text,
    cast,
    collate,
    func,
    insert,
    null,
    select,
)

from storage.database.types import StorableText, UTCDateTime
from storage.export.selection.filters import DAY, build_conditions
from storage.export.selection.selection import Selection
from storage.models import StoredArticle

ORDER = ("site", "published_at, or fetched_at where it is null", "id")

_temporary = MetaData()
MATCHED = Table(
    "export_matched",
    _temporary,
    Column("id", String(16)),
    Column("site", StorableText),
    Column("day", UTCDateTime),
    Column("story", String(16)),
    Column("words", BigInteger),
    Column("url", StorableText),
    Column("rejected", String(64)),  # null for an article
    Column("duplicate", Boolean),
    Column("rule", String(32)),
    prefixes=["TEMPORARY"],
)
CHOSEN = Table(
    "export_chosen",
    _temporary,
    Column("n", Integer, primary_key=True, autoincrement=False),  # position in the release, from 1
    Column("id", String(16)),
    Column("story", String(16)),
    Column("site", StorableText),
    Column("first_site", StorableText),  # of the first article of the story; null unless requested
    Column("first_day", UTCDateTime),
    prefixes=["TEMPORARY"],
)


@dataclass(frozen=True, slots=True)
class LeftOutCounts:
    """What passes the filters but is not in the release: duplicates by rule, rejected pages by reason."""

    duplicates: dict[str, int]
    rejected: dict[str, int]


def choose_articles(connection: Connection, selection: Selection, *, with_first: bool = False) -> int:
    """Fill MATCHED and CHOSEN, and return the number of chosen articles.

    With `with_first`, CHOSEN also has site and day of the first article of each story. Raise `BadArgument` for a site,
    language, section or licence without an article in the store.
    """
    for table in (MATCHED, CHOSEN):
        table.create(connection, checkfirst=False)
    matched = {
        "id": StoredArticle.id,
        "site": StoredArticle.site,
        "day": DAY,
        "story": func.coalesce(StoredArticle.duplicate_of, StoredArticle.id),
        "words": StoredArticle.words,
        "url": StoredArticle.url,
        "rejected": StoredArticle.rejected,
        "duplicate": StoredArticle.duplicate_of.is_not(None),
        "rule": StoredArticle.duplicate_rule,
    }
    question = select(*matched.values()).where(*build_conditions(connection, selection))
    connection.execute(insert(MATCHED).from_select(list(matched), question))
    _fill_chosen(connection, selection, with_first=with_first)
    return connection.scalar(select(func.count()).select_from(CHOSEN)) or 0


def count_left_out(connection: Connection, selection: Selection) -> LeftOutCounts:
    """Count what passes the filters but is not in the release. MATCHED and CHOSEN must be filled."""
    duplicates: dict[str, int] = {}
    if selection.one_per_story:
        among = select(MATCHED).where(MATCHED.c.rejected.is_(None)).subquery()
        rule = func.coalesce(
            among.c.rule, "stands for its story"
        )  # a representative that is not the first of its story
        missing = select(rule, func.count()).select_from(among.outerjoin(CHOSEN, CHOSEN.c.id == among.c.id))
        duplicates = _load_counts(connection, missing.where(CHOSEN.c.id.is_(None)).group_by(rule))
    elif not selection.include_duplicates:
        rules = select(MATCHED.c.rule, func.count()).where(MATCHED.c.rejected.is_(None), MATCHED.c.duplicate)
        duplicates = _load_counts(connection, rules.group_by(MATCHED.c.rule))
    reasons = select(MATCHED.c.rejected, func.count()).where(MATCHED.c.rejected.is_not(None))
    return LeftOutCounts(duplicates, rejected=_load_counts(connection, reasons.group_by(MATCHED.c.rejected)))


def collate_bytewise(connection: Connection, column: Any) -> ColumnElement[Any]:
    """Return `column` with a collation by bytes, so that the order is the same on every database.

    SQLite compares bytes by default, PostgreSQL by the language of the database.
    """
    return collate(column, "C") if connection.dialect.name == "postgresql" else column


def _fill_chosen(connection: Connection, selection: Selection, *, with_first: bool) -> None:
    # The first article of a story: earliest publication, then most words, then smallest address.
    begins = (MATCHED.c.day, MATCHED.c.words.desc(), collate_bytewise(connection, MATCHED.c.url))

    def first(function: Any) -> Any:
        return function.over(partition_by=MATCHED.c.story, order_by=begins)

    among = select(
        MATCHED.c.id,
        MATCHED.c.story,
        MATCHED.c.site,
        MATCHED.c.day,
        (first(func.row_number()) if selection.one_per_story else null()).label("place"),
        (first(func.first_value(MATCHED.c.site)) if with_first else cast(null(), Text)).label("first_site"),
        (first(func.first_value(MATCHED.c.day)) if with_first else cast(null(), UTCDateTime)).label("first_day"),
    ).where(MATCHED.c.rejected.is_(None))
    if not (selection.include_duplicates or selection.one_per_story):
        among = among.where(~MATCHED.c.duplicate)
    found = among.subquery()
    order = (collate_bytewise(connection, found.c.site), found.c.day, collate_bytewise(connection, found.c.id))
    numbered = select(
        func.row_number().over(order_by=order),
        found.c.id,
        found.c.story,
        found.c.site,
        found.c.first_site,
        found.c.first_day,
    )
    if selection.one_per_story:
        numbered = numbered.where(found.c.place == 1)
    connection.execute(insert(CHOSEN).from_select([column.name for column in CHOSEN.c], numbered))


def _load_counts(connection: Connection, question: Select[*tuple[Any, ...]]) -> dict[str, int]:
    return dict(sorted((name, number) for name, number in connection.execute(question)))
