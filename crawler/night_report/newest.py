"""Find the newest articles of a night."""

from __future__ import annotations

from collections.abc import Collection
from itertools import islice
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, func, select

from crawler.night_report.record import NewArticle
from storage.models import StoredArticle

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from sqlalchemy import Row

NEWEST = 30  # articles
_BATCH = 60  # ids a query


def find_newest(connection: Connection, runs: Collection[int], limit: int = NEWEST) -> tuple[NewArticle, ...]:
    """Return the newest articles that these runs stored, without duplicates and rejected pages, the newest first."""
    row = StoredArticle
    # The times stand before the text in a row of SQLite, the rest behind it: reading that of all would read all texts.
    times = connection.execute(select(row.id, row.published_at, row.fetched_at).where(row.run_id.in_(runs)))
    ordered = [one.id for one in sorted(times, key=_rank, reverse=True)]
    return tuple(islice(_iter_articles(connection, ordered), limit))


def _rank(row: Row[str, datetime | None, datetime]) -> tuple[datetime, str]:
    """Return the time of an article. One that is dated later than it was fetched is not newer for it."""
    published_at = row.published_at or row.fetched_at
    return min(published_at, row.fetched_at), row.id


def _iter_articles(connection: Connection, ids: list[str]) -> Iterator[NewArticle]:
    row = StoredArticle
    columns: tuple[Any, ...] = (row.id, row.site, row.url, row.title, row.language, row.published_at)
    # Judged here: SQLite would rather look up all articles that are no duplicates than those of a few ids.
    verdict: tuple[Any, ...] = (row.rejected, row.duplicate_of)
    for start in range(0, len(ids), _BATCH):
        some = ids[start : start + _BATCH]
        question = select(*columns, *verdict, func.length(row.text).label("characters")).where(row.id.in_(some))
        found = {one.id: one for one in connection.execute(question)}
        for name in some:
            one = found[name]
            if one.rejected is None and one.duplicate_of is None:
                yield NewArticle(name, one.site, one.url, one.title, one.language, one.characters, one.published_at)
