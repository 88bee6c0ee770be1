"""Stage 6: puts the stores of all shares together, with the duplicate verdicts, and writes the release of the whole.

The store is one like that of a crawl, in a data folder of its own: all commands read it, `scrapy export` writes other
releases of it.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Table, bindparam, insert, select, update

from cleaning.duplicates.article_sketch import unpack_sketch
from crawler.bulk.match_articles import MatchArticles, read_matches
from crawler.bulk.settle_sites import SettleSites
from crawler.bulk.site_store import RUN, STORE_FILE, read_site_store
from crawler.bulk.stage import Stage
from crawler.bulk.stories import VERDICTS_FILE, JudgeStories
from storage import runs
from storage.articles.story_index import make_index_keys
from storage.database.engine import make_database_url, open_database
from storage.export.release import ReleaseOptions, export_release
from storage.export.selection.selection import Selection
from storage.models import Base, Run, SketchKey, StoredArticle, StoredMatch

_BATCH = 2_000  # rows
# Filled from what the stages found, and by the articles themselves.
_MADE_HERE = {SketchKey.__tablename__, StoredMatch.__tablename__}
_VERDICT = ("duplicate_of", "rule", "kind", "via", "likeness", "share")


class WriteRelease(Stage):
    """One task."""

    name = "release"
    doing = "writing the release"
    things = "stores"
    needs = JudgeStories
    is_divided = False

    def work(self, task: int, tasks: int) -> Counter[str]:  # noqa: ARG002 (there is one)
        counts: Counter[str] = Counter()
        plan = self.plan
        with self.draft(plan.store) as draft:
            draft.mkdir()
            engine = open_database(make_database_url(draft, None))
            try:
                self._fill(engine, counts)
                _shrink_log(engine)
            finally:
                engine.dispose()
        engine = open_database(make_database_url(plan.store, None))
        try:
            if not plan.release.exists():
                options = ReleaseOptions(formats=plan.formats, name=plan.name)
                export_release(engine, plan.release, Selection(), options, progress=lambda _done, _total: None)
        finally:
            engine.dispose()
        return counts

    def _fill(self, engine: Engine, counts: Counter[str]) -> None:
        stores = sorted(SettleSites(self.plan).folder.glob("[0-9]*"))
        for number, path in enumerate(stores):
            with read_site_store(path / STORE_FILE) as source, engine.begin() as target:
                for table in Base.metadata.sorted_tables:
                    if table.name not in _MADE_HERE and (table.name != Run.__tablename__ or not number):
                        counts[f"rows/{table.name}"] += _copy_table(source, target, table)
            self.report(0, number + 1)
        with engine.begin() as target:
            _index(target)
            for some in _make_batches(_iter_matches(MatchArticles(self.plan).folder)):
                target.execute(insert(StoredMatch), some)
            _save_verdicts(target, JudgeStories(self.plan).folder / VERDICTS_FILE)
            runs.end(target, RUN, outcome="finished", exit_code=0, counts={}, now=datetime.now(UTC))


def _copy_table(source: Connection, target: Connection, table: Table) -> int:
    """Copy all rows of a table as they are stored, and return how many."""
    names = ", ".join(f'"{column.name}"' for column in table.columns)
    marks = ", ".join("?" for _ in table.columns)
    rows = source.exec_driver_sql(f"SELECT {names} FROM {table.name}")  # noqa: S608 (names of our own tables)
    number = 0
    for some in rows.partitions(_BATCH):
        target.exec_driver_sql(
            f"INSERT INTO {table.name} ({names}) VALUES ({marks})",  # noqa: S608 (likewise)
            [tuple(row) for row in some],
        )
        number += len(some)
    return number


def _index(connection: Connection) -> None:
    """Fill the index of near-duplicates, which a later crawl into this store needs."""
    row = StoredArticle
    question = select(row.id, row.sketch).where(row.rejected.is_(None), row.sketch.is_not(None)).order_by(row.id)
    after = ""
    while some := connection.execute(question.where(row.id > after).limit(_BATCH)).all():
        after = some[-1].id
        keys = {key for name, sketch in some for key in make_index_keys(name, unpack_sketch(sketch or b""))}
        connection.exec_driver_sql(
            f"INSERT OR IGNORE INTO {SketchKey.__tablename__} (key) VALUES (?)",  # noqa: S608 (our own table)
            [(key,) for key in sorted(keys)],
        )


def _iter_matches(folder: Path) -> Iterator[dict[str, Any]]:
    for one, other, match in read_matches(folder):
        ids = sorted((one.id, other.id))
        yield {
            "one": ids[0],
            "other": ids[1],
            "rule": match.rule,
            "likeness": match.likeness,
            "share": match.share,
        }


def _save_verdicts(connection: Connection, path: Path) -> None:
    row = StoredArticle.__table__.c
    change = (
        update(StoredArticle)
        .where(row.id == bindparam("name"))
        .values(
            {name if name == "duplicate_of" else f"duplicate_{name}": bindparam(f"new_{name}") for name in _VERDICT}
        )
    )
    with path.open(encoding="utf-8") as lines:
        verdicts = (json.loads(line) for line in lines)
        rows = ({"name": one["id"], **{f"new_{name}": one[name] for name in _VERDICT}} for one in verdicts)
        for some in _make_batches(rows):
            connection.execute(change, some)


def _shrink_log(engine: Engine) -> None:
    with engine.connect() as connection:
        connection.connection.driver_connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # type: ignore[union-attr]


def _make_batches(rows: Iterator[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    while some := list(islice(rows, _BATCH)):
        yield some
