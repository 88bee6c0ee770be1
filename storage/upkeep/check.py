"""Checks whether a store is sound: the database itself, rows that hang in the air, and what the archive still holds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, Select, func, select, text

from cleaning.errors import ArchiveMissing, RecordUnreadable
from storage.archive.location import ArchiveLocation
from storage.archive.place import ArchivePlace, as_place
from storage.archive.read_back import ArchiveReader
from storage.models import Revision, StoredArticle, StoredPart

SAMPLE = 300  # records of the archive that are read, unless all are
_MOST_TOLD = 20  # faults that SQLite finds in its file

Report = Callable[[int, int], None]  # how many records are read, of how many


class StoreProblem(NamedTuple):
    """What is wrong, and what to do about it: each a part of a sentence."""

    what: str
    advice: str


def check_database(connection: Connection) -> Iterator[StoreProblem]:
    """Yield what the database finds wrong with itself. SQLite reads its whole file for it."""
    if connection.dialect.name == "sqlite":
        for (fault,) in connection.exec_driver_sql(f"PRAGMA integrity_check({_MOST_TOLD})"):
            if fault != "ok":
                yield StoreProblem(
                    f"the file is damaged: {fault}", "restore it (docs/operating.md), or copy: scrapy db copy"
                )
        rows = Counter((row[0], row[2]) for row in connection.exec_driver_sql("PRAGMA foreign_key_check"))
        for (table, other), count in sorted(rows.items()):
            yield StoreProblem(f"{count:,} rows of {table} name rows of {other} that are not there", _RESTORE)
        return
    invalid = text(
        "SELECT 'index ' || CAST(indexrelid AS regclass) FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid"
        " WHERE NOT indisvalid AND relnamespace = CAST(current_schema() AS regnamespace)"
        " UNION ALL SELECT 'constraint ' || conname FROM pg_constraint"
        " WHERE NOT convalidated AND connamespace = CAST(current_schema() AS regnamespace)"
    )
    for name in connection.scalars(invalid):
        yield StoreProblem(f"the {name} is not valid", "make it anew: REINDEX, or ALTER TABLE ... VALIDATE CONSTRAINT")


def check_rows(connection: Connection) -> Iterator[StoreProblem]:
    """Yield what rows lack, beyond what the database itself refuses."""
    for question, what, advice in _QUESTIONS:
        if count := connection.execute(text(question)).scalar_one():
            yield StoreProblem(f"{count:,} {what}", advice)


def count_records(connection: Connection) -> int:
    """Return how many records of the archive the store names."""
    return sum(connection.execute(select(func.count()).select_from(one.subquery())).scalar_one() for one in _records())


def check_archive(
    connection: Connection, archive: Path | ArchivePlace, *, most: int | None, report: Report
) -> Iterator[StoreProblem]:
    """Yield the files of which records cannot be read, with how many rows name them, in order of their names.

    `most`: so many records are read, spread evenly over all; None: all of them. A file that is missing is told anyway.
    """
    counts: Counter[str] = Counter()
    for one in _records():
        grouped = one.subquery()
        for file, count in connection.execute(
            select(grouped.c.archive_file, func.count()).group_by(grouped.c.archive_file)
        ):
            counts[file] += count
    place = as_place(archive)
    missing = _find_missing(place, counts)
    for file in sorted(missing):
        yield StoreProblem(f"{file} is missing; {counts[file]:,} rows name it", _BACKUP)
    left = sum(counts.values()) - sum(counts[file] for file in missing)
    step = 1 if most is None else max(1, -(-left // most))
    unread: Counter[str] = Counter()
    reasons: dict[str, str] = {}
    done, total = 0, -(-left // step)
    with ArchiveReader(place, max_body=1 << 40) as reader:
        for number, row in enumerate(row for row in _iter_rows(connection) if row.archive_file not in missing):
            if number % step:
                continue
            try:
                reader.read(ArchiveLocation(row.archive_file, row.archive_offset))
            except (RecordUnreadable, ArchiveMissing) as error:
                unread[row.archive_file] += 1
                reasons.setdefault(row.archive_file, str(error))
            done += 1
            report(done, total)
    for file in sorted(unread):
        of = f"{unread[file]:,} of its records" if most is None else f"{unread[file]:,} of those tried"
        yield StoreProblem(f"{file}: {of} cannot be read: {reasons[file]}", _BACKUP)


def _find_missing(archive: ArchivePlace, names: Iterable[str]) -> set[str]:
    """Return those files that are not there. One of another place than the archive is opened to see."""
    listed = {file.name for file in archive.list_files()}
    return {name for name in names if name not in listed and not _can_open(archive, name)}


def _can_open(archive: ArchivePlace, name: str) -> bool:
    try:
        archive.open(name).close()
    except OSError:
        return False
    return True


def count_pruned(connection: Connection) -> int:
    """Return how many pages have no raw page because it was pruned. That is no problem."""
    return connection.execute(
        select(func.count()).select_from(StoredArticle).where(StoredArticle.raw_pruned_at.is_not(None))
    ).scalar_one()


def _records() -> list[Select[Any]]:
    """Return the questions for the places in the archive that rows name."""
    tables = (StoredArticle.__table__.c, Revision.__table__.c, StoredPart.__table__.c)
    return [
        select(row.archive_file, row.archive_offset).where(
            row.archive_file.is_not(None),
            row.archive_file != "",
            row.archive_offset.is_not(None),  # else check_rows tells of it
        )
        for row in tables
    ]


def _iter_rows(connection: Connection) -> Iterator[Row[Any]]:
    for one in _records():
        ordered = one.order_by("archive_file", "archive_offset")
        with connection.execute(ordered, execution_options={"yield_per": 1000}) as found:
            yield from found


_RESTORE = "restore the store from a backup: docs/operating.md"
_BACKUP = (
    "put the file back from a backup, or from the machine that wrote it; "
    "without it these pages keep their texts, and are not cleaned again"
)
_QUESTIONS = (
    (
        "SELECT count(*) FROM search_entry WHERE article_id NOT IN (SELECT id FROM article)",
        "entries of the search index are of no article",
        "copy the store, which makes the index anew: scrapy db copy",
    ),
    (
        """
        SELECT count(*) FROM article
        WHERE id NOT IN (SELECT article_id FROM search_entry) AND id NOT IN (SELECT article_id FROM search_backlog)
        """,
        "articles are not in the search index, and do not wait for it",
        "copy the store, which makes the index anew: scrapy db copy",
    ),
    (
        "SELECT count(*) FROM article WHERE duplicate_of = id",
        "articles are duplicates of themselves",
        "clean them again: scrapy reclean",
    ),
    (
        "SELECT count(*) FROM article WHERE archive_file IS NOT NULL AND archive_offset IS NULL",
        "articles name a file of the archive, and no place in it",
        "restore the store from a backup: docs/operating.md",
    ),
    (
        "SELECT count(*) FROM revision WHERE archive_file IS NOT NULL AND archive_offset IS NULL",
        "earlier versions name a file of the archive, and no place in it",
        "restore the store from a backup: docs/operating.md",
    ),
    (
        "SELECT count(*) FROM article WHERE blocks IS NULL AND rejected IS NULL AND text <> ''",
        "articles have a text, and no blocks",
        "clean them again: scrapy reclean",
    ),
)
