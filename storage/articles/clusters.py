"""Reads the stories of several articles: which article was first, and how the others relate to it.

The day of an article is the day of its publication, or of its fetch if the page states no plausible one. Stories are
ordered by the day of their latest copy, newest first.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, func, or_, select
from sqlalchemy.orm import aliased

from storage.models import StoredArticle

BATCH_STORIES = 100  # stories in memory at once

_ROW = StoredArticle.__table__.c
_DAY = func.coalesce(_ROW.published_at, _ROW.fetched_at)
_IS_COPY = (_ROW.duplicate_of.is_not(None), _ROW.rejected.is_(None))


@dataclass(frozen=True, slots=True)
class StoryFilter:
    """Selects stories with at least `min_members` members, one of which meets all other conditions.

    `since` and `until` are whole days in UTC, both inclusive. An empty condition accepts every story.
    """

    sites: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None
    kinds: tuple[str, ...] = ()
    min_members: int = 2

    def make_conditions(self, row: Any) -> list[ColumnElement[bool]]:
        """Return the SQL conditions on a member, where `row` holds the columns of the member."""
        conditions: list[ColumnElement[bool]] = []
        day = func.coalesce(row.published_at, row.fetched_at)
        if self.sites:
            conditions.append(row.site.in_(self.sites))
        if self.since:
            conditions.append(day >= datetime.combine(self.since, time.min, UTC))
        if self.until:
            conditions.append(day <= datetime.combine(self.until, time.max, UTC))
        if self.kinds:
            conditions.append(row.duplicate_kind.in_(self.kinds))
        return conditions


class StoryMember(NamedTuple):
    """One article of a story. The representative has None in all `duplicate_` fields."""

    id: str
    url: str
    site: str
    title: str
    published_at: datetime | None
    fetched_at: datetime
    duplicate_of: str | None
    duplicate_rule: str | None
    duplicate_kind: str | None  # also None if an earlier version of Broadsheet found the duplicate
    duplicate_likeness: float | None
    duplicate_share: float | None
    duplicate_via: str | None

    @property
    def when(self) -> datetime:
        return self.published_at or self.fetched_at


@dataclass(frozen=True, slots=True)
class Cluster:
    """A story: its representative, then the other members by their time."""

    members: tuple[StoryMember, ...]

    @property
    def representative(self) -> StoryMember:
        return self.members[0]

    @property
    def first(self) -> StoryMember:
        """The earliest member by stated publication; by fetch if no member states one."""
        return min(self.members, key=lambda one: (one.published_at is None, one.when, one.duplicate_of or "", one.id))

    @property
    def sites(self) -> list[str]:
        return sorted({member.site for member in self.members})


class CopyCount(NamedTuple):
    """Number of articles of `site` that repeat a story whose representative is of the site `of`, for one kind."""

    site: str
    of: str
    kind: str | None
    rule: str | None
    articles: int


def iter_clusters(connection: Connection, wanted: StoryFilter) -> Iterator[Cluster]:
    """Yield the stories that the filter selects, in batches of BATCH_STORIES."""
    question = (
        select(_ROW.duplicate_of)
        .where(*_IS_COPY)
        .group_by(_ROW.duplicate_of)
        .having(func.count() + 1 >= wanted.min_members)
        .order_by(func.max(_DAY).desc(), _ROW.duplicate_of)
    )
    copy, first = aliased(StoredArticle), aliased(StoredArticle)
    if wanted.make_conditions(copy):  # neither query below reads an article without a story
        copies = select(copy.duplicate_of).where(
            copy.duplicate_of.is_not(None), copy.rejected.is_(None), *wanted.make_conditions(copy)
        )
        heads = select(_ROW.duplicate_of).where(*_IS_COPY)
        firsts = select(first.id).where(first.id.in_(heads), *wanted.make_conditions(first))
        question = question.where(_ROW.duplicate_of.in_(copies) | _ROW.duplicate_of.in_(firsts))
    names = list(connection.scalars(question))  # only keys; the stories are loaded in batches
    for start in range(0, len(names), BATCH_STORIES):
        some = names[start : start + BATCH_STORIES]
        found = _load_clusters(connection, some)
        yield from (found[name] for name in some if name in found)


def load_cluster(connection: Connection, name: str) -> Cluster | None:
    """Return the story of the article with the id `name`; None if the id is not stored or the page was rejected.

    The story may have a single member.
    """
    head = connection.scalar(
        select(func.coalesce(_ROW.duplicate_of, _ROW.id)).where(_ROW.id == name, _ROW.rejected.is_(None))
    )
    return None if head is None else _load_clusters(connection, [head]).get(head)


def count_copies(connection: Connection, wanted: StoryFilter) -> list[CopyCount]:
    """Count the selected copies by their site, the site of the representative, kind and rule; largest count first."""
    one, first = aliased(StoredArticle), aliased(StoredArticle)
    columns = (one.site, first.site, one.duplicate_kind, one.duplicate_rule)
    rows = connection.execute(
        select(*columns, func.count())
        .join_from(one, first, first.id == one.duplicate_of)
        .where(one.rejected.is_(None), *wanted.make_conditions(one))
        .group_by(*columns)
    )
    found = [CopyCount(*row) for row in rows]
    return sorted(found, key=lambda row: (-row.articles, row.site, row.of, row.kind or "", row.rule or ""))


def _load_clusters(connection: Connection, heads: list[str]) -> dict[str, Cluster]:
    columns = (_ROW[name] for name in StoryMember._fields)
    rows = connection.execute(
        select(*columns).where(or_(_ROW.id.in_(heads), _ROW.duplicate_of.in_(heads)), _ROW.rejected.is_(None))
    )
    found: dict[str, list[StoryMember]] = {}
    for row in rows:
        found.setdefault(row.duplicate_of or row.id, []).append(StoryMember(*row))
    return {
        head: Cluster(tuple(sorted(some, key=lambda one: (one.duplicate_of is not None, one.when, one.id))))
        for head, some in found.items()
    }
