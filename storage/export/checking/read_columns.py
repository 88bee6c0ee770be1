"""Reads the records of files that store every value as text or number: SQLite and CSV.

What a value is, a column's name tells: it is the same in all tables of a release.
"""

from __future__ import annotations

import csv
import json
import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from io import TextIOWrapper
from typing import Any, BinaryIO

from storage.export.schema import ARTICLES, FieldKind
from storage.export.tables import EXTRA_TABLES

MAX_CELL_CHARACTERS = 1 << 30  # a long article exceeds the default limit of csv
_TABLES = {ARTICLES.name: ARTICLES, **{name: extra.table for name, extra in EXTRA_TABLES.items()}}
_KINDS = {field.name: field.kind for table in _TABLES.values() for field in table.fields}
# The white space, quotation marks and semicolons before an apostrophe that may have been put there by csv.py. Always
# matches, so that a long run is read once.
_ESCAPED = re.compile(r"([\s\";]++)('?)")
_SEPARATORS = frozenset(";\t\r\n")


def read_sqlite(stream: BinaryIO) -> Iterator[dict[str, Any]]:
    """Yield the rows of a database of one table. Raise `ValueError` if it is none.

    The file is opened by its descriptor: what has its path now may be another one.
    """
    address = f"file:/dev/fd/{stream.fileno()}?mode=ro&immutable=1"
    try:
        with closing(sqlite3.connect(address, uri=True)) as database:
            for pragma in ("trusted_schema = OFF", "cell_size_check = ON", "query_only = ON"):
                database.execute(f"PRAGMA {pragma}")
            yield from _read_table(database)
    except sqlite3.Error as error:
        raise ValueError(str(error)) from error


def read_csv(stream: BinaryIO) -> Iterator[dict[str, Any]]:
    """Yield the rows of a CSV file, without the apostrophes against formulas. Raise `ValueError` if it is none."""
    before = csv.field_size_limit(MAX_CELL_CHARACTERS)
    try:
        with TextIOWrapper(stream, encoding="utf-8", newline="") as text:
            for row in csv.DictReader(text, strict=True):
                if None in row or None in row.values():
                    raise ValueError("a line has more or fewer cells than the first")
                yield {name: _read_cell(name, cell) for name, cell in row.items()}
    except csv.Error as error:
        raise ValueError(str(error)) from error
    finally:
        csv.field_size_limit(before)


def _read_table(database: sqlite3.Connection) -> Iterator[dict[str, Any]]:
    # A view or a virtual table would run what a stranger wrote.
    names = [
        name
        for name, made_by in database.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'table'")
        if name in _TABLES and not made_by.upper().startswith("CREATE VIRTUAL")
    ]
    if len(names) != 1:
        raise ValueError(f"a database of a release has one table of {', '.join(_TABLES)}; this one has {len(names)}")
    columns = [row[1] for row in database.execute(f"PRAGMA table_info({names[0]})") if row[1] in _KINDS]
    question = f'SELECT {", ".join(columns)} FROM "{names[0]}" ORDER BY rowid'  # noqa: S608 (our own names)
    convert: list[Callable[[Any], Any] | None] = [_FROM_SQLITE.get(_KINDS[name]) for name in columns]
    for row in database.execute(question):
        values = (
            value if value is None or one is None else one(value) for one, value in zip(convert, row, strict=True)
        )
        yield dict(zip(columns, values, strict=True))


def _read_cell(name: str, cell: str) -> Any:
    if not cell:
        return None
    match _KINDS.get(name):
        case FieldKind.TEXTS:
            return _read_list(_restore_text(cell))
        case FieldKind.COUNT | FieldKind.SHARE | FieldKind.BOOLEAN:
            return json.loads(cell)
        case FieldKind.TIME:
            return cell
        case _:
            return _restore_text(cell)


def _restore_text(cell: str) -> str:
    """Take away the apostrophes that `escape_formulas` put in."""
    return _ESCAPED.sub(lambda match: match[1] if _SEPARATORS & {*match[1]} else match[0], f"\n{cell}")[1:]


def _read_list(value: Any) -> list[str]:
    items = json.loads(value)
    if not isinstance(items, list) or not all(isinstance(item, str) for item in items):
        raise ValueError("a list of a release has only texts")
    return items


_FROM_SQLITE: dict[FieldKind, Callable[[Any], Any]] = {FieldKind.TEXTS: _read_list, FieldKind.BOOLEAN: bool}
