"""Finds the ids of hits in the index, the newest or the best first, on each database.

A word that stands in most articles has hundreds of thousands of hits. SQLite would have to look up the time of each to
find the newest ten, and to rate each to find the best. So the newest are looked for in blocks of entries, from the one
with the newest article on, until no further block can have a newer hit; and only the last stored hits are rated.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from enum import StrEnum
from heapq import nsmallest

from sqlalchemy import Connection, bindparam, text

from storage.search.expressions import to_fts5, to_tsquery
from storage.search.query import Query

MAX_RATED = 2_000  # hits: rating one takes about 10 microseconds
BLOCK_BITS = 12  # of an entry's number: a block has 4,096 entries, see the migration 0012_search.py
ARTICLE, DUPLICATE, REJECTED = range(3)  # states of an entry
_DAY = 86_400  # seconds
_EVER = 1 << 40  # seconds from 1970, after all times and before them if negative


class Order(StrEnum):
    """In which order hits are given."""

    BEST = "best"  # headline first, then how often and how densely the words occur
    NEWEST = "newest"  # by time of publication, or of the fetch where that is not known


@dataclass(frozen=True, slots=True)
class HitFilter:
    """Which hits are wanted: by default all articles, but no duplicates and no rejected pages."""

    sites: tuple[str, ...] = ()  # any of these; empty for all
    languages: tuple[str, ...] = ()
    since: date | None = None  # published, or else fetched, on this day (UTC) or later
    until: date | None = None  # or before
    include_duplicates: bool = False
    include_rejected: bool = False


_WANTED = "entry.state IN :states AND entry.at >= :since AND entry.at < :until"
# CROSS JOIN keeps SQLite from searching the index once for each entry.
_SQLITE_HITS = f"""
    FROM search_index CROSS JOIN search_entry AS entry ON entry.number = search_index.rowid
    WHERE search_index MATCH :query AND {_WANTED}
"""
_SQLITE_PROBE = "SELECT count(*) FROM (SELECT 1 FROM search_index WHERE search_index MATCH :query LIMIT :limit)"
_SQLITE_NEWEST = f"SELECT article_id, at {_SQLITE_HITS} ORDER BY at DESC, article_id LIMIT :limit"
_SQLITE_NEWEST_IN_BLOCK = f"""
    SELECT article_id, at {_SQLITE_HITS} AND search_index.rowid BETWEEN :first AND :last
    ORDER BY at DESC, article_id LIMIT :limit
"""
_SQLITE_ANY_IN_BLOCK = f"""
    SELECT article_id, at FROM search_entry AS entry WHERE {_WANTED} AND number BETWEEN :first AND :last
    ORDER BY at DESC, article_id LIMIT :limit
"""  # noqa: S608
_ANY = f"SELECT article_id, at FROM search_entry AS entry WHERE {_WANTED} ORDER BY at DESC, article_id LIMIT :limit"  # noqa: S608
_SQLITE_BLOCKS = (
    "SELECT block, newest FROM search_block WHERE newest >= :since AND oldest < :until ORDER BY newest DESC"
)
_SQLITE_BEST = f"""
    SELECT article_id FROM (
      SELECT article_id, at, bm25(search_index, 10.0, 1.0, 0.0) AS score {_SQLITE_HITS}
      ORDER BY search_index.rowid DESC LIMIT :rated
    ) ORDER BY score, at DESC, article_id LIMIT :limit
"""  # noqa: S608 (no value of a user is in these statements)
_POSTGRESQL_HITS = f"FROM search_entry AS entry WHERE words @@ CAST(:query AS tsquery) AND {_WANTED}"
_POSTGRESQL_NEWEST = f"SELECT article_id, at {_POSTGRESQL_HITS} ORDER BY at DESC, article_id LIMIT :limit"
_POSTGRESQL_BEST = f"""
    SELECT article_id FROM (
      SELECT article_id, at, words {_POSTGRESQL_HITS} ORDER BY at DESC, article_id LIMIT :rated
    ) AS hit
    ORDER BY ts_rank('{{0.1, 0, 0, 1}}', words, CAST(:query AS tsquery), 1) DESC, at DESC, article_id LIMIT :limit
"""  # noqa: S608


def find_ids(
    connection: Connection, query: Query, wanted: HitFilter, *, order: Order, limit: int | None
) -> Iterator[str]:
    """Yield the ids of the first hits in this order; of all hits where no limit is given.

    Of more than MAX_RATED hits, the best are those of the last stored (SQLite) or newest (PostgreSQL) MAX_RATED or
    `limit` hits. A query without terms finds all articles, the newest first.
    """
    order = order if query.terms else Order.NEWEST
    if connection.dialect.name == "sqlite":
        return _find_in_sqlite(connection, query, wanted, order, limit)
    return _find_in_postgresql(connection, query, wanted, order, limit)


def _find_in_sqlite(
    connection: Connection, query: Query, wanted: HitFilter, order: Order, limit: int | None
) -> Iterator[str]:
    values = _to_values(wanted) | {"query": to_fts5(query, sites=wanted.sites, languages=wanted.languages)}
    values["limit"] = -1 if limit is None else limit
    if not values["query"]:
        yield from (
            _read_ids(connection, _ANY, values)
            if limit is None
            else _find_newest_by_block(connection, values, limit, _SQLITE_ANY_IN_BLOCK)
        )
    elif order is Order.BEST:
        values["rated"] = -1 if limit is None else max(MAX_RATED, limit)
        yield from _read_ids(connection, _SQLITE_BEST, values)
    # FTS5 gathers all hits of the words with this beginning at each query; so one query must do.
    elif limit is None or any(term.is_prefix for term in query.terms) or not _has_many_hits(connection, values):
        yield from _read_ids(connection, _SQLITE_NEWEST, values)
    else:
        yield from _find_newest_by_block(connection, values, limit, _SQLITE_NEWEST_IN_BLOCK)


def _has_many_hits(connection: Connection, values: dict[str, object]) -> bool:
    probe = {"query": values["query"], "limit": MAX_RATED + 1}
    return int(connection.execute(text(_SQLITE_PROBE), probe).scalar_one()) > MAX_RATED


def _find_newest_by_block(connection: Connection, values: dict[str, object], limit: int, statement: str) -> list[str]:
    in_block = text(statement).bindparams(bindparam("states", expanding=True))
    found: list[tuple[int, str]] = []  # the best of all blocks so far: its time, negative, and its id
    for block, newest in connection.execute(text(_SQLITE_BLOCKS), values).all():
        if len(found) == limit and -found[-1][0] > newest:
            break
        place = {"first": block << BLOCK_BITS, "last": ((block + 1) << BLOCK_BITS) - 1}
        hits = connection.execute(in_block, values | place).all()
        found = nsmallest(limit, [*found, *((-at, article_id) for article_id, at in hits)])
    return [article_id for _, article_id in found]


def _find_in_postgresql(
    connection: Connection, query: Query, wanted: HitFilter, order: Order, limit: int | None
) -> Iterator[str]:
    values = _to_values(wanted) | {"query": to_tsquery(query, sites=wanted.sites, languages=wanted.languages)}
    values |= {"limit": limit, "rated": limit and max(MAX_RATED, limit)}
    by_words = _POSTGRESQL_BEST if order is Order.BEST else _POSTGRESQL_NEWEST
    yield from _read_ids(connection, by_words if values["query"] else _ANY, values)


def _to_values(wanted: HitFilter) -> dict[str, object]:
    return {
        "states": [ARTICLE, *[DUPLICATE] * wanted.include_duplicates, *[REJECTED] * wanted.include_rejected],
        "since": -_EVER if wanted.since is None else _to_seconds(wanted.since),
        "until": _EVER if wanted.until is None else _to_seconds(wanted.until) + _DAY,
    }


def _to_seconds(day: date) -> int:
    return round(datetime.combine(day, time(), UTC).timestamp())


def _read_ids(connection: Connection, statement: str, values: dict[str, object]) -> Iterator[str]:
    rows = connection.execute(
        text(statement).bindparams(bindparam("states", expanding=True)),
        values,
        execution_options={"stream_results": True},
    )
    return (str(row[0]) for row in rows)
