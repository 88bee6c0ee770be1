"""Fills an empty store in SQLite with the tables of a release.

What a release does not have stays empty: runs, frontier, memories, archive. Only whoever reads pages may open it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, bindparam, insert, select, text, update

from storage.articles.diff import EditKind
from storage.export.checking.read_table import TableReader
from storage.export.schema import ARTICLES, Table
from storage.export.tables import entries, rejected, removed, revisions
from storage.models import Revision, Run, StoredArticle
from storage.reading.releases.convert_row import convert_row, parse_offset
from storage.reading.releases.fill_blocks import add_entries, add_removed, pack_lines
from storage.search.index import index_backlog

Report = Callable[[int, int], None]  # how many rows are done, of how many

_BATCH = 1_000  # rows of a transaction
_ROW = StoredArticle.__table__.c
_RUN = 1  # a store has a crawl for every article; this one did nothing
_NO_COLUMNS = frozenset({"published_local", "modified_local", "story"})
_INDEXING = "search_article_added"  # the trigger


def fill_store(engine: Engine, folder: Path, tables: Collection[str], report: Report) -> None:
    """Store the articles of the release in `folder`, and the rows of these further tables of it.

    Raise `ExportRefused` if a record is none of a release.
    """
    readers = {name: TableReader(folder, name, with_texts=True) for name in (ARTICLES.name, *tables)}
    rows = _RowReader(readers, report)
    makes_index = _stop_indexing(engine)
    with engine.begin() as connection:
        connection.execute(insert(Run).values(id=_RUN, spider="release", started_at=datetime.now(UTC), counts={}))
    stories: dict[str, str] = {}  # of the articles that do not represent their own
    for some in rows.read_batches(ARTICLES):
        named = ((row["id"], row["story"] or row["duplicate_of"] or row["id"]) for row in some)
        stories |= {name: story for name, story in named if name != story}
        _insert_articles(engine, [_make_article(row) for row in some])
    for some in rows.read_batches(rejected.TABLE):
        _insert_articles(engine, [_make_rejected(row) for row in some])
    add_removed(engine, rows.read(removed.TABLE))
    add_entries(engine, rows.read(entries.TABLE))
    for some in rows.read_batches(revisions.TABLE):
        _insert_revisions(engine, some)
    with engine.begin() as connection:
        _name_representatives(connection, stories)
        # The newest hits are found fast if the articles are indexed in order of time.
        order = "ORDER BY coalesce(published_at, fetched_at), id"
        connection.execute(text(f"INSERT INTO search_backlog (article_id) SELECT id FROM article {order}"))  # noqa: S608
        connection.execute(text(makes_index))
    index_backlog(engine, lambda number, _total: report(rows.done + number, rows.total))


class _RowReader:
    """Reads the tables that a release has, and reports how many rows of all are read. Each article counts twice."""

    def __init__(self, readers: Mapping[str, TableReader], report: Report) -> None:
        self._readers = readers
        self._report = report
        self.done = 0
        self.total = sum(one.rows for one in readers.values()) + readers[ARTICLES.name].rows

    def read_batches(self, table: Table) -> Iterator[list[dict[str, Any]]]:
        if table.name not in self._readers:
            return
        rows = (convert_row(row, table) for row in self._readers[table.name].read_rows())
        while some := list(islice(rows, _BATCH)):
            yield some
            self.done += len(some)
            self._report(self.done, self.total)

    def read(self, table: Table) -> Iterator[dict[str, Any]]:
        return (row for some in self.read_batches(table) for row in some)


def _stop_indexing(engine: Engine) -> str:
    """Drop the trigger that indexes each article at once, and return the statement that makes it."""
    with engine.begin() as connection:
        made_by = connection.scalar(text("SELECT sql FROM sqlite_schema WHERE name = :name"), {"name": _INDEXING})
        connection.execute(text(f"DROP TRIGGER {_INDEXING}"))
    return str(made_by)


def _insert_articles(engine: Engine, rows: list[dict[str, Any]]) -> None:
    with engine.begin() as connection:
        # Of two records with one id the first counts.
        connection.execute(insert(StoredArticle).prefix_with("OR IGNORE"), rows)


def _make_article(row: Mapping[str, Any]) -> dict[str, Any]:
    values = {name: value for name, value in row.items() if name not in _NO_COLUMNS}
    return values | {
        "duplicate_of": None,  # until all articles are stored: the one that it names may come later
        "published_offset": parse_offset(row["published_local"]),
        "modified_offset": parse_offset(row["modified_local"]),
        "headline_key": row["title"],
        "rejected": None,
        "run_id": _RUN,
        "blocks": pack_lines(row["text"]),
    }


def _make_rejected(row: Mapping[str, Any]) -> dict[str, Any]:
    empty: dict[str, Any] = {
        field.name: [] if field.name in ("authors", "tags", "usage") else None for field in ARTICLES.fields
    }
    more = {"language_probability": 0.0, "story": row["id"], "text": row["text"] or ""}
    return _make_article(empty | dict(row) | more) | {"rejected": row["rejected"] or "unknown"}


def _insert_revisions(engine: Engine, rows: list[dict[str, Any]]) -> None:
    """Insert the first and the last fetch of each version, whose blocks are the lines of its text."""
    fetches: dict[tuple[str, Any], dict[str, Any]] = {}
    for row in rows:
        for moment in (row["fetched_at"], row["last_fetched_at"]):
            same = {name: row[name] for name in ("article_id", "title", "authors", "words", "cleaner_version")}
            times = {name: row[name] for name in ("published_at", "modified_at")}
            fetches[row["article_id"], moment] = (
                same
                | times
                | {
                    "fetched_at": moment,
                    "blocks": [["paragraph", line, None] for line in row["text"].split("\n")]
                    + _list_cut(row["changes"]),
                    "run_id": _RUN,
                }
            )
    with engine.begin() as connection:
        names = {name for name, _ in fetches}
        known = set(connection.scalars(select(_ROW.id).where(_ROW.id.in_(names), _ROW.rejected.is_(None))))
        wanted = [fetch for fetch in fetches.values() if fetch["article_id"] in known]
        if wanted:
            connection.execute(insert(Revision).prefix_with("OR IGNORE"), wanted)


def _list_cut(changes: Sequence[str]) -> list[list[str]]:
    """Return the blocks that this version cut and the next one keeps: to cut otherwise is no edit of the page."""
    found = []
    for change in changes:
        try:
            told = json.loads(change)
        except ValueError:
            continue
        if isinstance(told, dict) and told.get("kind") == EditKind.RECUT and isinstance(told.get("after"), str):
            found.append(["paragraph", told["after"], str(told.get("rule"))])
    return found


def _name_representatives(connection: Connection, stories: Mapping[str, str]) -> None:
    """Let each copy name the article that represents its story: the first copy, where the release does not hold it."""
    heads: dict[str, str] = {}
    names = sorted({*stories.values()})
    for start in range(0, len(names), _BATCH):
        some = names[start : start + _BATCH]
        known = connection.scalars(select(_ROW.id).where(_ROW.id.in_(some), _ROW.rejected.is_(None)))
        heads |= {name: name for name in known}
    copies = []
    for name, story in sorted(stories.items()):
        if (head := heads.setdefault(story, name)) != name:
            copies.append({"name": name, "duplicate_of": head})
    if copies:
        connection.execute(update(StoredArticle).where(_ROW.id == bindparam("name")), copies)
