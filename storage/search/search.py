"""Searches the headlines and texts of the store."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Row, select

from storage.models import StoredArticle
from storage.search.query import Query, parse_query
from storage.search.ranked import HitFilter, Order, find_ids
from storage.search.snippets import Passage, cut_passage, mark_hits

_BATCH = 100  # hits whose texts are in memory at once
_ROW = StoredArticle.__table__.c
_COLUMNS = (
    _ROW.id, _ROW.url, _ROW.site, _ROW.title, _ROW.published_at, _ROW.fetched_at, _ROW.language, _ROW.words,
    _ROW.duplicate_of, _ROW.rejected, _ROW.text,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class SearchHit:
    """A stored page that was found."""

    id: str
    url: str
    site: str
    title: str
    published_at: datetime | None
    fetched_at: datetime
    language: str
    words: int
    duplicate_of: str | None
    rejected: str | None
    headline: Passage  # the title with the hits
    snippet: Passage  # a passage of the text with the hits

    @property
    def when(self) -> datetime:
        """When it was published, or else fetched: hits are filtered and ordered by it."""
        return self.published_at or self.fetched_at


def search(
    connection: Connection,
    words: str | Query,
    *,
    wanted: HitFilter = HitFilter(),  # noqa: B008 (frozen)
    order: Order = Order.BEST,
    limit: int | None = None,
) -> Iterator[SearchHit]:
    """Return the articles in which all words are found, read in batches; query.py tells how to write words.

    BadArgument, at once, for words that cannot be searched.
    """
    query = parse_query(words) if isinstance(words, str) else words
    return load_hits(connection, query, find_ids(connection, query, wanted, order=order, limit=limit))


def load_hits(connection: Connection, query: Query, ids: Iterator[str]) -> Iterator[SearchHit]:
    """Yield the pages of these ids, in this order, with what the query finds in each."""
    while some := list(islice(ids, _BATCH)):
        rows = {row.id: row for row in connection.execute(select(*_COLUMNS).where(_ROW.id.in_(some)))}
        for article_id in some:
            if article_id in rows:
                yield _make_hit(rows[article_id], query)


def _make_hit(row: Row[*tuple[Any, ...]], query: Query) -> SearchHit:
    return SearchHit(
        **{name: row._mapping[name] for name in row._fields if name != "text"},
        headline=mark_hits(row.title, query.terms),
        snippet=cut_passage(row.text, query.terms),
    )
