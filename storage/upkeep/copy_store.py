"""Copies a store into another database, SQLite or PostgreSQL, and back: scrapy db copy.

What was interrupted, in whatever way, goes on where it was. The source is only read.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import URL, Connection, Engine, event, func, select

from cleaning.errors import BadArgument, BroadsheetError
from storage.database.engine import open_database, open_for_reading, open_unchecked
from storage.database.locks import claim_database
from storage.models import Base
from storage.search.index import index_backlog
from storage.upkeep.copy_rows import copy_table, digest_table
from storage.upkeep.copy_target import (
    begin_copy,
    check_foreign_keys,
    complete_tables,
    finish_copy,
    load_progress,
)
from storage.upkeep.table_digest import TableDigest

Report = Callable[[str, int, int], None]  # what is done, how much is done, of how much


class Copied(NamedTuple):
    """What was copied. `changed`: rows that lost characters which a database refuses, by table."""

    digests: dict[str, TableDigest]  # of each table, the same in both
    changed: dict[str, int]
    is_resumed: bool


def copy_store(source_url: URL, target_url: URL, report: Report) -> Copied:
    """Copy all rows of a store into an empty database, or go on with that; check them by counts and digests.

    Raise a UsageError if the source cannot be read or a crawl uses it, or if the target holds anything else; and
    BroadsheetError if a table is not the same at the end: the copy is no store then.
    """
    if _is_same(source_url, target_url):
        raise BadArgument("FROM and TO are the same database")
    with ExitStack() as stack:
        source = open_database(source_url, create=False)
        stack.callback(source.dispose)
        stack.enter_context(claim_database(source))
        target = open_unchecked(target_url)
        stack.callback(target.dispose)
        stack.enter_context(claim_database(target))
        if target.dialect.name == "sqlite":
            _defer_foreign_keys(target)
        is_resumed = begin_copy(target, source_url.render_as_string())
        with open_for_reading(source) as connection:
            changed = _copy_tables(connection, target, report)
            complete_tables(target)
            index_backlog(target, lambda done, total: report("indexing for scrapy search", done, total))
            digests = _check_tables(connection, target, report, is_resumed=is_resumed)
        finish_copy(target)
    return Copied(digests, changed, is_resumed)


def _copy_tables(source: Connection, target: Engine, report: Report) -> dict[str, int]:
    """Copy what is not copied yet; return how many rows had to be changed, by table."""
    tables = Base.metadata.sorted_tables
    counts = {table.name: source.execute(select(func.count()).select_from(table)).scalar_one() for table in tables}
    total, before = sum(counts.values()), 0
    changed = {}
    for table in tables:
        if some := copy_table(source, target, table, partial(_report_from, report, "copying", before, total)):
            changed[table.name] = some
        before += counts[table.name]
    return changed


def _check_tables(source: Connection, target: Engine, report: Report, *, is_resumed: bool) -> dict[str, TableDigest]:
    """Return the digest of each table. Raise BroadsheetError if one of the copy differs from that of the source.

    The source was hashed when it was copied; after an interruption another program may have changed it since.
    """
    digests: dict[str, TableDigest] = {}
    with open_for_reading(target) as connection:
        check_foreign_keys(connection)
        copied = {table.name: load_progress(connection, table).digest for table in Base.metadata.sorted_tables}
        total, before = sum(digest.rows for digest in copied.values()), 0
        for table in Base.metadata.sorted_tables:
            tell = partial(_report_from, report, "checking", before, total)
            wanted = digest_table(source, table, tell) if is_resumed else copied[table.name]
            found = digests[table.name] = digest_table(connection, table, tell)
            if found != wanted:
                raise BroadsheetError(
                    f"the table {table.name} has {found.rows:,} rows of digest {found} in the copy, and"
                    f" {wanted.rows:,} of digest {wanted} in the source, which was changed meanwhile; delete the copy"
                    " and start again"
                )
            before += found.rows
    return digests


def _report_from(report: Report, doing: str, before: int, total: int, done: int) -> None:
    report(doing, before + done, total)


def _defer_foreign_keys(engine: Engine) -> None:
    """Have SQLite take rows in any order: `check_foreign_keys` checks them at the end."""

    @event.listens_for(engine, "connect")
    def _configure_connection(connection: object, _record: object) -> None:
        connection.execute("PRAGMA foreign_keys = OFF")  # type: ignore[attr-defined]

    engine.dispose()  # of connections from before


def _is_same(one: URL, other: URL) -> bool:
    if one.get_backend_name() == other.get_backend_name() == "sqlite":
        return Path(one.database or "").resolve() == Path(other.database or "").resolve()
    return one == other
