"""Copies the rows of one table, in the order of its primary key, in transactions that also note how far it is."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, CursorResult, Engine, Table, literal, select, tuple_
from sqlalchemy.exc import DBAPIError

from cleaning.errors import BroadsheetError
from storage.database.faults import classify_fault
from storage.database.types import StorableJSON, make_json_storable, make_storable
from storage.upkeep.copy_target import TableProgress, load_progress, save_progress
from storage.upkeep.table_digest import TableDigest

_MOST_ROWS, _MOST_WEIGHT = 20_000, 8 << 20  # of a transaction; in rows, and in characters and bytes of its values
_FETCHED = 1_000  # rows that the driver reads ahead

Values = tuple[Any, ...]  # of all columns of a row, in their order


def copy_table(source: Connection, target: Engine, table: Table, report: Callable[[int], None]) -> int:
    """Copy the rows that are not copied yet; return how many had to lose characters that a database refuses.

    `report` gets the number of rows of the table that are copied, after each transaction.
    """
    with target.connect().execution_options(reading=True) as connection:
        progress = load_progress(connection, table)
    places = [list(table.columns).index(column) for column in table.primary_key.columns]
    changed = 0
    with _open_rows(source, table, progress.last_key) as found:
        for rows in _batch(found):
            cleaned = [_make_row_storable(row) for row in rows]
            changed += sum(one is not other for one, other in zip(rows, cleaned, strict=True))
            last_key = tuple(rows[-1][place] for place in places)
            progress = TableProgress(progress.digest.add(cleaned), last_key)
            try:
                with target.begin() as connection:
                    _insert(connection, table, cleaned)
                    save_progress(connection, table, progress)
            except DBAPIError as error:
                if classify_fault(error) is not None:
                    raise
                reason = str(error.orig).strip().splitlines()[0]
                raise BroadsheetError(f"rows of {table.name} up to {last_key} cannot be copied: {reason}") from error
            report(progress.digest.rows)
    return changed


def digest_table(connection: Connection, table: Table, report: Callable[[int], None]) -> TableDigest:
    """Read a whole table, and return its digest; `report` gets the number of rows that are read."""
    digest = TableDigest()
    with _open_rows(connection, table, None) as found:
        for rows in _batch(found):
            digest = digest.add(map(_make_row_storable, rows))
            report(digest.rows)
    return digest


def _open_rows(connection: Connection, table: Table, after: Values | None) -> CursorResult[Any]:
    """Return the rows behind this primary key, all if it is None; the caller closes them."""
    keys = list(table.primary_key.columns)
    question = select(table).order_by(*keys)
    if after is not None:
        bound = [literal(value, column.type) for column, value in zip(keys, after, strict=True)]
        question = question.where(tuple_(*keys) > tuple_(*bound) if len(keys) > 1 else keys[0] > bound[0])
    return connection.execute(question, execution_options={"yield_per": _FETCHED})


def _batch(rows: Iterable[Sequence[Any]]) -> Iterator[list[Values]]:
    """Yield the rows in lists that are as much as one transaction shall hold."""
    batch: list[Values] = []
    weight = 0
    for row in rows:
        batch.append(tuple(row))
        weight += sum(len(value) for value in row if isinstance(value, str | bytes))
        if len(batch) >= _MOST_ROWS or weight >= _MOST_WEIGHT:
            yield batch
            batch, weight = [], 0
    if batch:
        yield batch


def _make_row_storable(row: Values) -> Values:
    """Return the row without characters that a database refuses; the same object if it has none.

    Broadsheet stores none, but SQLite takes them from any program.
    """
    cleaned = tuple(
        make_storable(value)
        if isinstance(value, str)
        else make_json_storable(value)
        if isinstance(value, list | dict)
        else value
        for value in row
    )
    return row if cleaned == row else cleaned


def _insert(connection: Connection, table: Table, rows: Sequence[Values]) -> None:
    names = [column.name for column in table.columns]
    if connection.dialect.name != "postgresql":
        connection.execute(table.insert(), [dict(zip(names, row, strict=True)) for row in rows])
        return
    is_json = [isinstance(column.type, StorableJSON) for column in table.columns]
    quoted = ", ".join(f'"{name}"' for name in names)
    cursor: Any = connection.connection.cursor()
    try:
        with cursor.copy(f'COPY "{table.name}" ({quoted}) FROM STDIN') as copy:
            for row in rows:
                copy.write_row(
                    [
                        json.dumps(value) if json_too and value is not None else value
                        for value, json_too in zip(row, is_json, strict=True)
                    ]
                )
    except connection.dialect.loaded_dbapi.Error as error:  # SQLAlchemy knows nothing of COPY
        raise DBAPIError(f"COPY {table.name}", None, error) from error
