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
    FromClause,
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
    question = select_matched(connection, selection)
    connection.execute(insert(MATCHED).from_select([column.name for column in MATCHED.c], question))
    found, order = _rank_matched(connection, selection, MATCHED, with_first=with_first)
    columns = (found.c[name] for name in ("id", "story", "site", "first_site", "first_day"))
    numbered = select(func.row_number().over(order_by=order), *columns).where(*_list_conditions(found, selection))
    connection.execute(insert(CHOSEN).from_select([column.name for column in CHOSEN.c], numbered))
    return connection.scalar(select(func.count()).select_from(CHOSEN)) or 0


def select_matched(connection: Connection, selection: Selection) -> Select[*tuple[Any, ...]]:
    """Return the query for the rows of MATCHED: everything that passes the filters.

    Raise `BadArgument` for a site, language, section or licence without an article in the store.
    """
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
    columns: list[Any] = [column.label(name) for name, column in matched.items()]
    return select(*columns).where(*build_conditions(connection, selection))


def select_chosen_ids(connection: Connection, selection: Selection, *, include_rejected: bool = False) -> Select[str]:
    """Return the query for the ids of the articles that a release of this selection has, in its order.

    It needs no temporary table, so that it also runs where nothing may be written. With `include_rejected` the rejected
    pages that pass the filters are among them. Raise `BadArgument` as `select_matched` does.
    """
    matched = select_matched(connection, selection).subquery()
    found, order = _rank_matched(connection, selection, matched, include_rejected=include_rejected)
    return select(found.c.id).where(*_list_conditions(found, selection)).order_by(*order)


def choose_articles_of_run(connection: Connection, run: int, *, with_duplicates: bool, with_rejected: bool) -> None:
    """Fill CHOSEN with the articles that a run stored and no later one replaced, in the order of a release."""
    CHOSEN.create(connection, checkfirst=False)
    order = (collate_bytewise(connection, StoredArticle.site), DAY, collate_bytewise(connection, StoredArticle.id))
    chosen = {
        "n": func.row_number().over(order_by=order),
        "id": StoredArticle.id,
        "story": func.coalesce(StoredArticle.duplicate_of, StoredArticle.id),
        "site": StoredArticle.site,
    }
    question = select(*chosen.values()).where(StoredArticle.run_id == run)
    if not with_duplicates:
        question = question.where(StoredArticle.duplicate_of.is_(None))
    if not with_rejected:
        question = question.where(StoredArticle.rejected.is_(None))
    connection.execute(insert(CHOSEN).from_select(list(chosen), question))


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


def _rank_matched(
    connection: Connection,
    selection: Selection,
    matched: FromClause,
    *,
    with_first: bool = False,
    include_rejected: bool = False,
) -> tuple[FromClause, tuple[ColumnElement[Any], ...]]:
    """Return the articles among `matched`, each with its place in its story, and the order of a release."""
    # The first article of a story: earliest publication, then most words, then smallest address.
    begins = (matched.c.day, matched.c.words.desc(), collate_bytewise(connection, matched.c.url))

    def first(function: Any) -> Any:
        return function.over(partition_by=matched.c.story, order_by=begins)

    among = select(
        matched.c.id,
        matched.c.story,
        matched.c.site,
        matched.c.day,
        (first(func.row_number()) if selection.one_per_story else null()).label("place"),
        (first(func.first_value(matched.c.site)) if with_first else cast(null(), Text)).label("first_site"),
        (first(func.first_value(matched.c.day)) if with_first else cast(null(), UTCDateTime)).label("first_day"),
    )
    if not include_rejected:
        among = among.where(matched.c.rejected.is_(None))
    if not (selection.include_duplicates or selection.one_per_story):
        among = among.where(~matched.c.duplicate)
    found = among.subquery()
    order = (collate_bytewise(connection, found.c.site), found.c.day, collate_bytewise(connection, found.c.id))
    return found, order


def _list_conditions(found: FromClause, selection: Selection) -> list[ColumnElement[bool]]:
    return [found.c.place == 1] if selection.one_per_story else []


def _load_counts(connection: Connection, question: Select[*tuple[Any, ...]]) -> dict[str, int]:
    return dict(sorted((name, number) for name, number in connection.execute(question)))
