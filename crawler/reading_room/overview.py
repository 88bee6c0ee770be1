"""What the front page tells of the whole store. Reading it takes seconds in a store of a million articles.

So it is kept, and read again by a thread once it is old; the page says of when it is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from threading import Lock, Thread
from typing import NamedTuple

from sqlalchemy import Connection, Engine, String, cast, distinct, func, select
from sqlalchemy.orm import aliased

from storage.database.engine import open_for_reading
from storage.models import StoredArticle

_OLD = timedelta(minutes=1)
_NEWEST, _LARGEST = 10, 10  # articles, stories
_ROW = StoredArticle.__table__.c
_WHEN = func.coalesce(_ROW.published_at, _ROW.fetched_at)
_MONTH = func.substr(cast(_WHEN, String), 1, 7)
_IS_ARTICLE = _ROW.rejected.is_(None)


class ListedArticle(NamedTuple):
    """An article as a list names it."""

    id: str
    title: str
    site: str
    when: datetime  # published, or else fetched


class ListedStory(NamedTuple):
    """A story as a list names it: by the article that represents it."""

    id: str
    title: str
    site: str
    articles: int
    sites: int


@dataclass(frozen=True, slots=True)
class Overview:
    """What the store held `at` a time."""

    at: datetime
    articles: int
    copies: int  # of these articles, those that repeat another one
    rejected: int
    sites: Mapping[str, int]  # articles, the site with the most first
    # Articles by month of publication ("2026-11"), or else of the fetch, the earliest first; 0 for the months between.
    months: Mapping[str, int]
    newest: Sequence[ListedArticle]  # that repeat no other one
    stories: Sequence[ListedStory]  # the largest first, of as many articles the one on most sites

    @property
    def years(self) -> Mapping[str, int]:
        years: Counter[str] = Counter()
        for month, number in self.months.items():
            years[month[:4]] += number
        return {year: number for year, number in years.items() if number}


class KeptOverview:
    """An overview that is read once, and again when it is old. Any thread may ask."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._lock = Lock()
        self._reading: Thread | None = None
        self._overview: Overview | None = None

    def get(self) -> Overview:
        """Return the last overview; only the first call waits for it."""
        with self._lock:
            if self._overview is None:
                self._read()
            elif datetime.now(UTC) - self._overview.at > _OLD and not (self._reading and self._reading.is_alive()):
                self._reading = Thread(target=self._read, name="overview", daemon=True)
                self._reading.start()
            assert self._overview is not None  # noqa: S101 (it was read)
            return self._overview

    def _read(self) -> None:
        with open_for_reading(self._engine) as connection:
            self._overview = read_overview(connection)


def read_overview(connection: Connection) -> Overview:
    """Count the pages of the store, and list its newest articles and largest stories."""
    at = datetime.now(UTC)
    sites: Counter[str] = Counter()
    months: Counter[str] = Counter()
    for site, month, number in connection.execute(
        select(_ROW.site, _MONTH, func.count()).where(_IS_ARTICLE).group_by(_ROW.site, _MONTH)
    ):
        sites[site] += number
        months[month] += number
    is_copy = _ROW.duplicate_of.is_not(None)
    return Overview(
        at=at,
        articles=sites.total(),
        copies=connection.execute(select(func.count()).where(is_copy, _IS_ARTICLE)).scalar_one(),
        rejected=connection.execute(select(func.count()).where(_ROW.rejected.is_not(None))).scalar_one(),
        sites=dict(sites.most_common()),
        months=_fill_gaps(months),
        newest=_list_newest(connection),
        stories=_list_largest(connection),
    )


def _list_newest(connection: Connection) -> list[ListedArticle]:
    told_first = (_IS_ARTICLE, _ROW.duplicate_of.is_(None))
    newest = select(_ROW.id).where(*told_first).order_by(_WHEN.desc(), _ROW.id).limit(_NEWEST).subquery()
    rows = connection.execute(
        select(_ROW.id, _ROW.title, _ROW.site, _WHEN).where(_ROW.id.in_(select(newest.c.id))).order_by(_WHEN.desc())
    )
    return [ListedArticle(*row) for row in rows]


def _list_largest(connection: Connection) -> list[ListedStory]:
    size = func.count().label("size")
    largest = (
        select(_ROW.duplicate_of.label("id"), size)
        .where(_ROW.duplicate_of.is_not(None), _IS_ARTICLE)
        .group_by(_ROW.duplicate_of)
        .order_by(size.desc(), _ROW.duplicate_of)
        .limit(_LARGEST)
        .subquery()
    )
    rows = connection.execute(
        select(_ROW.id, _ROW.title, _ROW.site, largest.c.size + 1)
        .join(largest, largest.c.id == _ROW.id)
        .order_by(largest.c.size.desc(), _ROW.id)
    ).all()
    copy = aliased(StoredArticle)
    others = func.count(distinct(copy.site))
    of_copies = (
        select(_ROW.id, others)
        .join(copy, copy.duplicate_of == _ROW.id)
        .where(_ROW.id.in_([row.id for row in rows]), copy.rejected.is_(None), copy.site != _ROW.site)
        .group_by(_ROW.id)
    )
    sites: dict[str, int] = {row[0]: row[1] for row in connection.execute(of_copies)}
    stories = [ListedStory(*row, sites=sites.get(row.id, 0) + 1) for row in rows]
    return sorted(stories, key=lambda one: (-one.articles, -one.sites))


def _fill_gaps(months: Mapping[str, int]) -> dict[str, int]:
    """Return the months in their order, and between them those without articles: a row each gap, however long."""
    filled: dict[str, int] = {}
    last = None
    for month in sorted(months):
        number = int(month[:4]) * 12 + int(month[5:]) - 1
        if last is not None and number > last + 1:
            ends = [f"{one // 12:04}-{one % 12 + 1:02}" for one in (last + 1, number - 1)]
            filled[" to ".join(dict.fromkeys(ends))] = 0
        filled[month] = months[month]
        last = number
    return filled
