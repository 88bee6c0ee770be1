"""Checks the store and the archive, and says in one line for each problem what to do."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from crawler.terminal.numbers import count_things
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

if TYPE_CHECKING:
    from sqlalchemy import Engine


def check_store(
    engine: Engine, data_dir: Path, *, is_whole: bool, every: float
) -> tuple[list[StoreProblem], list[str]]:
    """Return the problems, and lines that say what was looked at. `is_whole`: every record of the archive is read."""
    with open_for_reading(engine) as connection, show_progress("reading the archive", "records", every=every) as report:
        problems = [*check_database(connection), *check_rows(connection)]
        records = count_records(connection)
        most = None if is_whole else SAMPLE
        problems += check_archive(connection, data_dir / "archive", most=most, report=report)
        pages = connection.execute(select(func.count()).select_from(StoredArticle)).scalar_one()
        pruned = count_pruned(connection)
    tried = "all of them read" if is_whole or records <= SAMPLE else f"{SAMPLE:,} of them tried; --all reads them all"
    lines = [f"{count_things(pages, 'page')}, {count_things(records, 'record')} of the archive ({tried})"]
    if pruned:
        without = count_things(pruned, "page has", "pages have")
        lines.append(f"{without} no raw page any more: scrapy db prune was asked to let it go")
    return problems, lines
