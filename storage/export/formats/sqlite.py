"""SQLite: a table of rows, and of articles a full-text index; times as ISO 8601, lists as JSON, booleans as 0 and 1.

Each table numbers its rows in the order of the release, from 1, as `row`; these are the rowids of the index
`articles_search`. Its words are folded as those of the store's own search (storage/database/words.py), so that words of
any script are found.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from itertools import count
from pathlib import Path
from typing import Any

from storage.database.words import fold_words
from storage.export.batch import Batch
from storage.export.formats import Format, WriteBatch
from storage.export.formats.jsonl import format_time
from storage.export.schema import ARTICLES, Field, FieldKind, Table

_TYPES = {
    FieldKind.TEXT: "TEXT",
    FieldKind.TEXTS: "TEXT",
    FieldKind.TIME: "TEXT",
    FieldKind.COUNT: "INTEGER",
    FieldKind.SHARE: "REAL",
    FieldKind.BOOLEAN: "INTEGER",
}
_INDEXED = ("site", "published_at", "fetched_at", "language", "story")  # of the articles, beside their id
# All that shapes the bytes and has a default; what is written while the file is made need not survive a power cut.
_PRAGMAS = ("page_size = 4096", "encoding = 'UTF-8'", "auto_vacuum = NONE", "journal_mode = OFF", "synchronous = OFF")
_MAKE_SEARCH = """
    CREATE VIRTUAL TABLE articles_search USING fts5(
        title, text, content='', tokenize='unicode61 remove_diacritics 2'
    )
"""


@contextmanager
def open_writer(path: Path, table: Table) -> Iterator[WriteBatch]:
    path.touch(exist_ok=False)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for pragma in _PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")
        connection.execute("BEGIN")
        connection.execute(_define_table(table))
        is_searched = table is ARTICLES
        if is_searched:
            connection.execute(_MAKE_SEARCH)
        names = ", ".join(f'"{field.name}"' for field in table.fields)
        insert = f'INSERT INTO "{table.name}" ({names}) VALUES ({", ".join("?" for _field in table.fields)})'  # noqa: S608 (our own names)
        done = 0

        def write(batch: Batch) -> None:
            nonlocal done
            columns = [
                _convert_column(field, column) for field, column in zip(table.fields, batch.columns, strict=True)
            ]
            connection.executemany(insert, zip(*columns, strict=True))
            if is_searched:
                _add_words(connection, batch, done + 1)
            done += len(batch)

        yield write
        if is_searched:
            for name in _INDEXED:
                connection.execute(f'CREATE INDEX "articles_{name}" ON articles ("{name}")')
            connection.execute("INSERT INTO articles_search (articles_search) VALUES ('optimize')")
        connection.execute("COMMIT")
        connection.execute("VACUUM")


def _define_table(table: Table) -> str:
    columns = ['"row" INTEGER PRIMARY KEY', *map(_define_column, table.fields)]
    if table is ARTICLES:
        columns.append('UNIQUE ("id")')
    return f'CREATE TABLE "{table.name}" ({", ".join(columns)})'


def _define_column(field: Field) -> str:
    return f'"{field.name}" {_TYPES[field.kind]}{"" if field.nullable else " NOT NULL"}'


def _convert_column(field: Field, column: Sequence[Any]) -> Sequence[Any]:
    match field.kind:
        case FieldKind.TIME:
            return [format_time(value) for value in column]
        case FieldKind.TEXTS:
            return [None if value is None else json.dumps(value, ensure_ascii=False) for value in column]
        case _:
            return column


def _add_words(connection: sqlite3.Connection, batch: Batch, first: int) -> None:
    """Index the articles of a batch; `first` is the row of the first of them."""
    rows = zip(count(first), map(fold_words, batch.column("title")), map(fold_words, batch.column("text")))
    connection.executemany("INSERT INTO articles_search (rowid, title, text) VALUES (?, ?, ?)", rows)


FORMAT = Format(
    name="sqlite",
    suffix=".sqlite",
    open_writer=open_writer,
    how_to_read="""\
import sqlite3

database = sqlite3.connect("file:{path}?mode=ro", uri=True)
database.row_factory = sqlite3.Row
articles = [dict(row) for row in database.execute("SELECT id, title, text FROM articles")]""",
)
