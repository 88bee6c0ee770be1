"""The database that a store is copied into: how it begins, how far it is, and how it becomes a store.

While rows are copied it has tables alone: no indexes, no search index, and on a server no foreign keys. All this is
made at the end, which takes a fraction of the time. Until then its version is COPYING, by which every other command
refuses it.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Column, Connection, Engine, Integer, MetaData, Table, Text, delete, func, inspect, select, text
from sqlalchemy.schema import AddConstraint, CreateTable

from cleaning.errors import BadArgument, BroadsheetError
from storage.database.schema import COPYING, find_newest_version
from storage.database.types import UTCDateTime
from storage.migrations import newest
from storage.models import Base
from storage.models.base import limit_indexes
from storage.upkeep.table_digest import TableDigest

_PROGRESS = Table(
    "copy_progress",
    MetaData(),
    Column("name", Text, primary_key=True),  # of a table; or of a fact of the copy
    Column("rows", Integer, nullable=False),
    Column("digest", Text, nullable=False),  # of the rows; or the fact
    Column("last_key", Text),  # JSON: the primary key of the last row, in the order of the source
)
_SOURCE, _SCHEMA = "=source", "=schema"


class TableProgress(NamedTuple):
    """How much of a table is copied: the digest of these rows, and the primary key of the last one, None before it."""

    digest: TableDigest = TableDigest()
    last_key: tuple[Any, ...] | None = None


def begin_copy(engine: Engine, source: str) -> bool:
    """Make the tables of a copy of this source; return whether it goes on with one that was interrupted.

    Raise BadArgument if the target holds anything else.
    """
    name, schema = engine.url.render_as_string(), find_newest_version()
    with engine.begin() as connection:
        tables = inspect(connection).get_table_names()
        if not tables:
            _create_bare_tables(connection)
            facts = ({"name": _SOURCE, "rows": 0, "digest": source}, {"name": _SCHEMA, "rows": 0, "digest": schema})
            connection.execute(_PROGRESS.insert(), list(facts))
            return False
        if _PROGRESS.name not in tables:
            raise BadArgument(f"{name} is not empty; copy into a new file or an empty database")
        begun = {row.name: row.digest for row in connection.execute(select(_PROGRESS))}
    if begun[_SOURCE] != source:
        raise BadArgument(f"{name} holds an unfinished copy of {begun[_SOURCE]}; finish that, or delete {name}")
    if begun[_SCHEMA] != schema:
        raise BadArgument(f"{name} holds an unfinished copy by another version of Broadsheet; delete it")
    return True


def load_progress(connection: Connection, table: Table) -> TableProgress:
    """Return how much of a table is copied."""
    row = connection.execute(select(_PROGRESS).where(_PROGRESS.c.name == table.name)).one_or_none()
    if row is None:
        return TableProgress()
    return TableProgress(TableDigest.parse(row.rows, row.digest), _read_key(table, row.last_key))


def save_progress(connection: Connection, table: Table, progress: TableProgress) -> None:
    """Save how much of a table is copied, in the transaction that adds the rows."""
    connection.execute(delete(_PROGRESS).where(_PROGRESS.c.name == table.name))
    key = json.dumps([one.isoformat() if isinstance(one, datetime) else one for one in progress.last_key or ()])
    values = {"name": table.name, "rows": progress.digest.rows, "digest": str(progress.digest), "last_key": key}
    connection.execute(_PROGRESS.insert().values(values))


def complete_tables(engine: Engine) -> None:
    """Make everything but the tables: indexes, foreign keys, sequences, search index and views; nothing of it twice."""
    with engine.begin() as connection:
        if inspect(connection).has_table("search_backlog"):
            return
        limit_indexes(connection)
        for table in Base.metadata.sorted_tables:
            for index in sorted(table.indexes, key=lambda one: str(one.name)):
                index.create(connection)
        if connection.dialect.name == "postgresql":
            _add_foreign_keys(connection)
            _set_sequences(connection)
        newest.create_views(connection)
        connection.execute(
            text(
                "INSERT INTO search_backlog (article_id)"
                " SELECT id FROM article ORDER BY coalesce(published_at, fetched_at), id"
            )
        )


def check_foreign_keys(connection: Connection) -> None:
    """Raise BroadsheetError if a row of SQLite names another that there is not. A server has refused that."""
    if connection.dialect.name == "sqlite":
        wrong = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
        if wrong is not None:
            raise BroadsheetError(f"a row of {wrong[0]} names a row of {wrong[2]} that is not there: scrapy db check")


def finish_copy(engine: Engine) -> None:
    """Take the mark away: from now on the copy is a store."""
    with engine.begin() as connection:
        _PROGRESS.drop(connection)
        connection.execute(text("UPDATE alembic_version SET version_num = :new"), {"new": find_newest_version()})


def _create_bare_tables(connection: Connection) -> None:
    # SQLite cannot add a foreign key to a table; it is not asked for them until the end.
    keys: list[Any] | None = None if connection.dialect.name == "sqlite" else []
    for table in Base.metadata.sorted_tables:
        connection.execute(CreateTable(table, include_foreign_key_constraints=keys))
    newest.note_version(connection, COPYING)
    _PROGRESS.create(connection)


def _add_foreign_keys(connection: Connection) -> None:
    for table in Base.metadata.sorted_tables:
        for key in sorted(table.foreign_key_constraints, key=lambda one: str(one.name)):
            connection.execute(AddConstraint(key, isolate_from_table=False))


def _set_sequences(connection: Connection) -> None:
    for table in Base.metadata.sorted_tables:
        column = table.autoincrement_column
        if column is None:
            continue
        names = {"table": table.name, "column": column.name}
        sequence = connection.execute(text("SELECT pg_get_serial_sequence(:table, :column)"), names).scalar_one()
        last = connection.execute(select(func.max(column))).scalar_one()
        if sequence is not None and last is not None:
            connection.execute(text("SELECT setval(:sequence, :last)"), {"sequence": sequence, "last": last})


def _read_key(table: Table, value: str) -> tuple[Any, ...]:
    columns = table.primary_key.columns
    return tuple(
        datetime.fromisoformat(one) if isinstance(column.type, UTCDateTime) else one
        for column, one in zip(columns, json.loads(value), strict=True)
    )
