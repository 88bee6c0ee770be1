"""The changes against an older release: found once, when the room is opened, and kept in a temporary file."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

from sqlalchemy import Connection, Engine, func, select

from cleaning.errors import ArticleMissing, BadArgument
from crawler.reading_room.compare_stores import COMPARED, ArticleChange, Cause, ChangeKind, iter_changes
from crawler.reading_room.word_changes import WordRun, compare_words
from storage.database.engine import open_for_reading
from storage.models import StoredArticle
from storage.reading.article_record import ArticleRecord
from storage.reading.find_page import find_page
from storage.reading.load_articles import load_record
from storage.reading.releases.open_release import OpenedRelease

PAGE = 20  # changes
_REPORTED = 1_000  # articles between two reports
_CHOICES: dict[str, frozenset[str] | None] = {
    "kind": frozenset(ChangeKind),
    "cause": frozenset(Cause),
    "site": None,
    "field": frozenset({"title", "text", *COMPARED}),
}
_CHOSEN = {
    "kind": "kind = :kind",
    "cause": "cause = :cause",
    "site": "site = :site",
    "field": "instr(fields, ' ' || :field || ' ')",
}
_MAKE = """
CREATE TABLE change (
  id TEXT PRIMARY KEY, site TEXT, title TEXT, kind TEXT, cause TEXT, lost INTEGER, gained INTEGER, fields TEXT,
  note TEXT, cleaner_before TEXT, cleaner_after TEXT
) WITHOUT ROWID
"""

Report = Callable[[int, int], None]


@dataclass(slots=True)
class ChangeCounts:
    """Numbers of articles: the same, and the changed by kind, cause, field, site and versions of the cleaner."""

    same: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    causes: Counter[str] = field(default_factory=Counter)
    fields: Counter[str] = field(default_factory=Counter)
    sites: dict[str, Counter[str]] = field(default_factory=dict)  # by kind
    cleaners: Counter[tuple[str, str]] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class ChangedArticle:
    """An article on both sides; None where it is not. `fields` have the values before and after of what differs."""

    change: ArticleChange
    before: ArticleRecord | None
    after: ArticleRecord | None
    title: Sequence[WordRun]
    text: Sequence[WordRun]
    fields: Mapping[str, tuple[Any, Any]]


class ChangeList:
    """What changed from `older` on to the store `engine`. Any thread may ask."""

    def __init__(self, older: OpenedRelease, engine: Engine, database: sqlite3.Connection) -> None:
        self.older = older
        self.counts = ChangeCounts()
        self._engine = engine
        self._database = database
        self._lock = Lock()

    def fill(self, report: Report) -> None:
        """Find the changes. Memory does not grow with their number."""
        self._database.execute(_MAKE)
        with open_for_reading(self.older.engine) as old, open_for_reading(self._engine) as new:
            total = _count_pages(new)
            self._database.executemany(
                "INSERT INTO change VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (_to_row(change) for change in self._count(iter_changes(old, new), total, report)),
            )
        self._database.execute("CREATE INDEX change_size ON change (lost + gained DESC, id)")

    def list_page(self, chosen: Mapping[str, str], page: int | None = None) -> list[ArticleChange]:
        """Return one page of the changes that were chosen, the largest first; all of them without a page."""
        limit, offset = (-1, 0) if page is None else (PAGE, (page - 1) * PAGE)
        order = "ORDER BY lost + gained DESC, id LIMIT :limit OFFSET :from"
        question = f"SELECT * FROM change {_to_condition(chosen)} {order}"  # noqa: S608 (our own words)
        with self._lock:
            rows = self._database.execute(question, {**chosen, "limit": limit, "from": offset}).fetchall()
        return [_from_row(row) for row in rows]

    def count(self, chosen: Mapping[str, str]) -> int:
        question = f"SELECT count(*) FROM change {_to_condition(chosen)}"  # noqa: S608 (as above)
        with self._lock:
            return int(self._database.execute(question, dict(chosen)).fetchone()[0])

    def read_article(self, name: str) -> ChangedArticle:
        """Return an article on both sides. Raise ArticleMissing if it did not change."""
        with self._lock:
            row = self._database.execute("SELECT * FROM change WHERE id = ?", (name,)).fetchone()
        if row is None:
            raise ArticleMissing(f"no article with the id {name} changed")
        before, after = (_load(engine, name) for engine in (self.older.engine, self._engine))
        old, new = before.to_dict() if before else {}, after.to_dict() if after else {}
        fields = {one: (old[one], new[one]) for one in COMPARED if old and new and old[one] != new[one]}
        texts = ((str(old.get(one, "")), str(new.get(one, ""))) for one in ("title", "text"))
        title, text = (list(compare_words(*both)) for both in texts)
        return ChangedArticle(_from_row(row), before, after, title, text, fields)

    def _count(self, changes: Iterator[ArticleChange | None], total: int, report: Report) -> Iterator[ArticleChange]:
        counts = self.counts
        for number, change in enumerate(changes, 1):
            if number % _REPORTED == 0:
                report(min(number, total), total)
            if change is None:
                counts.same += 1
                continue
            counts.kinds[change.kind] += 1
            counts.sites.setdefault(change.site, Counter())[change.kind] += 1
            counts.fields.update(change.fields)
            if change.cause is not None:
                counts.causes[change.cause] += 1
                counts.cleaners[change.cleaners] += 1
            yield change


@contextmanager
def find_changes(older: OpenedRelease, engine: Engine, report: Report) -> Iterator[ChangeList]:
    """Find what changed from a release on. The list is in a temporary file, which ends with it."""
    # The name "" makes a temporary database on the disk, which is deleted when it is closed.
    with closing(sqlite3.connect("", isolation_level=None, check_same_thread=False)) as database:
        database.execute("PRAGMA journal_mode = OFF")
        changes = ChangeList(older, engine, database)
        changes.fill(report)
        yield changes


def parse_choice(arguments: Mapping[str, str]) -> dict[str, str]:
    """Return what was chosen among the changes. Raise BadArgument for what cannot be."""
    chosen = {name: arguments[name] for name in _CHOICES if arguments.get(name)}
    for name, value in chosen.items():
        values = _CHOICES[name]
        if values is not None and value not in values:
            raise BadArgument(f"{name} must be one of {', '.join(sorted(values))}, got {value!r}")
    return chosen


def _to_condition(chosen: Mapping[str, str]) -> str:
    return f"WHERE {' AND '.join(_CHOSEN[name] for name in chosen)}" if chosen else ""


def _to_row(change: ArticleChange) -> tuple[Any, ...]:
    fields = f" {' '.join(change.fields)} "
    return (
        *(change.id, change.site, change.title, change.kind, change.cause, change.lost, change.gained),
        *(fields, change.note, *change.cleaners),
    )


def _from_row(row: Sequence[Any]) -> ArticleChange:
    name, site, title, kind, cause, lost, gained, fields, note, *cleaners = row
    reason = None if cause is None else Cause(cause)
    both = (cleaners[0], cleaners[1])
    return ArticleChange(name, site, title, ChangeKind(kind), reason, lost, gained, tuple(fields.split()), note, both)


def _count_pages(connection: Connection) -> int:
    return int(connection.scalar(select(func.count()).select_from(StoredArticle)) or 0)


def _load(engine: Engine, name: str) -> ArticleRecord | None:
    """Return an article; None if the page is not there, or is no article."""
    with open_for_reading(engine) as connection:
        page = find_page(connection, name)
        return None if page is None or page.rejected else load_record(connection, name)
