"""Which articles a release holds: the question to the store, and its answer as a stream in a stated order.

The corpus is every article that is neither rejected nor a duplicate. An article's day is that of its publication, or
of its fetch where the page states none that can be believed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, collate, func, select

from cleaning.errors import BadArgument
from storage.export.schema import COLUMNS
from storage.models import StoredArticle

BATCH = 500  # records held at once; also the parameters of one statement, of which SQLite takes 32,766
_LISTED = 20  # names in a message, of the sites or languages that there are

ORDER = ("site", "published_at, or fetched_at where it is null", "id")
DAY = func.coalesce(StoredArticle.published_at, StoredArticle.fetched_at)


@dataclass(frozen=True, slots=True)
class Selection:
    """What is asked for. `since` and `until` are whole days in UTC, both inclusive; `BadArgument` where they cross."""

    sites: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None
    include_duplicates: bool = False

    def __post_init__(self) -> None:
        # Asked for in another order, or twice, it is the same release.
        object.__setattr__(self, "sites", tuple(sorted(set(self.sites))))
        object.__setattr__(self, "languages", tuple(sorted({code.lower() for code in self.languages})))
        if self.since and self.until and self.until < self.since:
            raise BadArgument(f"--until {self.until} is before --since {self.since}")

    @property
    def filters(self) -> dict[str, Any]:
        """As given, for the manifest; null or an empty list where there is no such filter."""
        return {
            "sites": list(self.sites),
            "languages": list(self.languages),
            "since": self.since and self.since.isoformat(),
            "until": self.until and self.until.isoformat(),
            "include_duplicates": self.include_duplicates,
        }


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What the filters let through and the release leaves out, counted by rule and by reason."""

    duplicates: dict[str, int]
    rejected: dict[str, int]


def check(connection: Connection, selection: Selection) -> None:
    """`BadArgument` where a site or a language is named of which the store holds nothing."""
    for option, column, names in (
        ("--site", StoredArticle.site, selection.sites),
        ("--language", StoredArticle.language, selection.languages),
    ):
        for name in names:
            if connection.scalar(select(StoredArticle.id).where(column == name).limit(1)) is None:
                there = sorted(connection.scalars(select(column).distinct()))
                more = f" and {len(there) - _LISTED} more" if len(there) > _LISTED else ""
                holds = f"it holds: {', '.join(there[:_LISTED])}{more}" if there else "it holds none at all"
                raise BadArgument(f"{option}: the store holds no article of {name!r}; {holds}")


def count(connection: Connection, selection: Selection) -> int:
    """How many records `batches` will give."""
    question = select(func.count()).select_from(StoredArticle).where(*_asked(selection), *_corpus(selection))
    return connection.scalar(question) or 0


def left_out(connection: Connection, selection: Selection) -> LeftOut:
    """Counts what the selection asked for and the corpus does not hold."""
    duplicate = (StoredArticle.rejected.is_(None), StoredArticle.duplicate_of.is_not(None))
    return LeftOut(
        duplicates={}
        if selection.include_duplicates
        else _counted(connection, StoredArticle.duplicate_rule, *_asked(selection), *duplicate),
        rejected=_counted(connection, StoredArticle.rejected, *_asked(selection), StoredArticle.rejected.is_not(None)),
    )


def batches(connection: Connection, selection: Selection) -> Iterator[list[Row[Any]]]:
    """The articles, in lists of at most BATCH, ordered by ORDER, each with the schema's COLUMNS.

    The database sorts keys alone, not texts, and hands them over as they are read: memory does not grow with the
    corpus. Names and keys are ordered by their bytes, so that the order is the same on every database.
    """
    keys = (
        select(StoredArticle.id)
        .where(*_asked(selection), *_corpus(selection))
        .order_by(_bytewise(connection, StoredArticle.site), DAY, _bytewise(connection, StoredArticle.id))
    )
    with connection.execute(keys, execution_options={"yield_per": BATCH}) as found:
        for partition in found.scalars().partitions():
            rows = {row.id: row for row in connection.execute(_records(partition))}
            yield [rows[key] for key in partition]


def _records(keys: Any) -> Select[Any]:
    return select(*(StoredArticle.__table__.c[name] for name in COLUMNS)).where(StoredArticle.id.in_(keys))


def _asked(selection: Selection) -> list[ColumnElement[bool]]:
    asked: list[ColumnElement[bool]] = []
    if selection.sites:
        asked.append(StoredArticle.site.in_(selection.sites))
    if selection.languages:
        asked.append(StoredArticle.language.in_(selection.languages))
    if selection.since:
        asked.append(datetime.combine(selection.since, time.min, UTC) <= DAY)
    if selection.until:
        asked.append(datetime.combine(selection.until, time.max, UTC) >= DAY)
    return asked


def _corpus(selection: Selection) -> list[ColumnElement[bool]]:
    if selection.include_duplicates:
        return [StoredArticle.rejected.is_(None)]
    return [StoredArticle.rejected.is_(None), StoredArticle.duplicate_of.is_(None)]


def _counted(connection: Connection, column: Any, *where: ColumnElement[bool]) -> dict[str, int]:
    rows = connection.execute(select(column, func.count()).where(*where).group_by(column)).all()
    return dict(sorted((name, number) for name, number in rows))


def _bytewise(connection: Connection, column: Any) -> ColumnElement[Any]:
    # SQLite compares bytes by itself; PostgreSQL by the rules of whatever language its database was made for.
    return collate(column, "C") if connection.dialect.name == "postgresql" else column
