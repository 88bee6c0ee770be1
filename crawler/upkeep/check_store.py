"""Checks the store and the archive, and says in one line for each problem what to do."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from crawler.terminal.numbers import count_things, format_bytes
from crawler.terminal.progress import show_progress
from storage.database.engine import open_for_reading
from storage.models import StoredArticle
from storage.upkeep.check import (
    SAMPLE,
    StoreProblem,
    check_archive,
    check_database,
    check_rows,
    count_pruned,
    count_records,
)
from storage.upkeep.orphans import find_orphans

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from storage.archive.place import ArchivePlace


def check_store(
    engine: Engine, archive: ArchivePlace, *, is_whole: bool, every: float
) -> tuple[list[StoreProblem], list[str]]:
    """Return the problems, and lines that say what was looked at. `is_whole`: every record of the archive is read."""
    with open_for_reading(engine) as connection, show_progress("reading the archive", "records", every=every) as report:
        problems = [*check_database(connection), *check_rows(connection)]
        records = count_records(connection)
        most = None if is_whole else SAMPLE
        problems += check_archive(connection, archive, most=most, report=report)
        pages = connection.execute(select(func.count()).select_from(StoredArticle)).scalar_one()
        pruned = count_pruned(connection)
        orphans = find_orphans(connection, archive, datetime.now(UTC))
    tried = "all of them read" if is_whole or records <= SAMPLE else f"{SAMPLE:,} of them tried; --all reads them all"
    lines = [f"{count_things(pages, 'page')}, {count_things(records, 'record')} of the archive ({tried})"]
    if pruned:
        without = count_things(pruned, "page has", "pages have")
        lines.append(f"{without} no raw page any more: scrapy db prune was asked to let it go")
    if orphans:
        size = format_bytes(sum(file.size for file in orphans))
        named = count_things(len(orphans), "object of the archive", "objects of the archive")
        lines.append(
            f"{named} ({size}) are named by no row: their crawl was killed before it "
            "stored a page of them, or had none to store; scrapy db prune removes them, with any of its options"
        )
    return problems, lines
