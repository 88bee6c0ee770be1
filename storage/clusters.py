"""Stories of several articles, to be looked at: who carried them first, and what the others are to it.

An article's day is that of its publication, or of its fetch where the page states none that can be believed. Stories
come as their latest copy does, the newest first.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, func, or_, select
from sqlalchemy.orm import aliased

from storage.models import StoredArticle

AT_ONCE = 100  # stories in memory

_ROW = StoredArticle.__table__.c
_DAY = func.coalesce(_ROW.published_at, _ROW.fetched_at)
_IS_COPY = (_ROW.duplicate_of.is_not(None), _ROW.rejected.is_(None))


@dataclass(frozen=True, slots=True)
class Wanted:
    """Stories of which one member is all of this, and that have so many members or more.

    Days are whole days in UTC, both inclusive. Empty: any.
    """

    sites: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None
    kinds: tuple[str, ...] = ()
    least: int = 2

    def conditions(self, row: Any) -> list[ColumnElement[bool]]:
        """What is asked of a member, `row` being the columns of one."""
        asked: list[ColumnElement[bool]] = []
        day = func.coalesce(row.published_at, row.fetched_at)
        if self.sites:
            asked.append(row.site.in_(self.sites))
        if self.since:
            asked.append(day >= datetime.combine(self.since, time.min, UTC))
        if self.until:
            asked.append(day <= datetime.combine(self.until, time.max, UTC))
        if self.kinds:
            asked.append(row.duplicate_kind.in_(self.kinds))
        return asked


class Member(NamedTuple):
    """One article of a story. What is said of a duplicate is none of the one that stands for it."""

    id: str
    url: str
    site: str
    title: str
    published_at: datetime | None
    fetched_at: datetime
    duplicate_of: str | None
    duplicate_rule: str | None
    duplicate_kind: str | None  # also none where an earlier Broadsheet found the duplicate
    duplicate_likeness: float | None
    duplicate_share: float | None
    duplicate_via: str | None

    @property
    def when(self) -> datetime:
        return self.published_at or self.fetched_at


@dataclass(frozen=True, slots=True)
class Cluster:
    """A story: the article that stands for it, then the others by their time."""

    members: tuple[Member, ...]

    @property
    def representative(self) -> Member:
        return self.members[0]

    @property
    def first(self) -> Member:
        """Who carried it first: by the publication that the pages state, by their fetch where none states any."""
        return min(self.members, key=lambda one: (one.published_at is None, one.when, one.duplicate_of or "", one.id))

    @property
    def sites(self) -> list[str]:
        return sorted({member.site for member in self.members})


class Copied(NamedTuple):
    """How many articles of a site repeat stories that another stands for, of one kind."""

    site: str
    of: str
    kind: str | None
    rule: str | None
    articles: int


def clusters(connection: Connection, wanted: Wanted) -> Iterator[Cluster]:
    """The stories of several members that are wanted."""
    question = (
        select(_ROW.duplicate_of)
        .where(*_IS_COPY)
        .group_by(_ROW.duplicate_of)
        .having(func.count() + 1 >= wanted.least)
        .order_by(func.max(_DAY).desc(), _ROW.duplicate_of)
    )
    copy, first = aliased(StoredArticle), aliased(StoredArticle)
    if wanted.conditions(copy):  # of the two, neither looks at an article that is of no story
        copies = select(copy.duplicate_of).where(
            copy.duplicate_of.is_not(None), copy.rejected.is_(None), *wanted.conditions(copy)
        )
        heads = select(_ROW.duplicate_of).where(*_IS_COPY)
        firsts = select(first.id).where(first.id.in_(heads), *wanted.conditions(first))
        question = question.where(_ROW.duplicate_of.in_(copies) | _ROW.duplicate_of.in_(firsts))
    names = list(connection.scalars(question))  # keys alone: the stories come in batches
    for start in range(0, len(names), AT_ONCE):
        some = names[start : start + AT_ONCE]
        found = _members(connection, some)
        yield from (found[name] for name in some if name in found)


def cluster_of(connection: Connection, name: str) -> Cluster | None:
    """The story in which the article `name` stands, be it alone; None where it is stored as no article."""
    head = connection.scalar(
        select(func.coalesce(_ROW.duplicate_of, _ROW.id)).where(_ROW.id == name, _ROW.rejected.is_(None))
    )
    return None if head is None else _members(connection, [head]).get(head)


def copied(connection: Connection, wanted: Wanted) -> list[Copied]:
    """Who repeats whom, the most first: of the copies that are wanted, by site, by that of the story, by kind."""
    one, first = aliased(StoredArticle), aliased(StoredArticle)
    columns = (one.site, first.site, one.duplicate_kind, one.duplicate_rule)
    rows = connection.execute(
        select(*columns, func.count())
        .join_from(one, first, first.id == one.duplicate_of)
        .where(one.rejected.is_(None), *wanted.conditions(one))
        .group_by(*columns)
    )
    found = [Copied(*row) for row in rows]
    return sorted(found, key=lambda row: (-row.articles, row.site, row.of, row.kind or "", row.rule or ""))


def named(connection: Connection, name: str, url: str) -> tuple[str, str | None] | None:
    """The id of the stored page with that id or, else, that canonical address, and why it is no article.

    Of several with that canonical address an article rather than another page, then the one with the least id.
    """
    for is_meant in (_ROW.id == name, _ROW.canonical_url == url):
        rows = connection.execute(select(_ROW.id, _ROW.rejected).where(is_meant)).all()
        if rows:
            row = min(rows, key=lambda row: (row.rejected is not None, row.id))
            return row.id, row.rejected
    return None


def _members(connection: Connection, heads: list[str]) -> dict[str, Cluster]:
    columns = (_ROW[name] for name in Member._fields)
    rows = connection.execute(
        select(*columns).where(or_(_ROW.id.in_(heads), _ROW.duplicate_of.in_(heads)), _ROW.rejected.is_(None))
    )
    found: dict[str, list[Member]] = {}
    for row in rows:
        found.setdefault(row.duplicate_of or row.id, []).append(Member(*row))
    return {
        head: Cluster(tuple(sorted(some, key=lambda one: (one.duplicate_of is not None, one.when, one.id))))
        for head, some in found.items()
    }
