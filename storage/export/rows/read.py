"""Reads rows of the store in batches of columns.

Rows of SQLite are taken from its driver as they are, and converted by column: if SQLAlchemy converted every value of
every row, that would take longer than all the rest.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta, timezone
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, select

from cleaning.markdown.layout import Piece
from storage.export.batch import Batch
from storage.export.schema import ARTICLES, FIELDS, Field, FieldKind, Table
from storage.export.selection.choose import CHOSEN
from storage.models import StoredArticle
from storage.models.packed_blocks import unpack_blocks

BATCH_ROWS = 500  # rows held at once

_COLUMNS = tuple(dict.fromkeys(name for field in FIELDS for name in field.read_from or (field.name,)))


def read_articles(connection: Connection, *extra: ColumnElement[Any]) -> Iterator[tuple[Batch, list[Sequence[Any]]]]:
    """Yield the articles of CHOSEN in its order, in batches of at most BATCH_ROWS, each with the `extra` columns.

    The extra columns are not converted. Memory does not grow with the corpus: the database follows CHOSEN and looks up
    each article.
    """
    columns = StoredArticle.__table__.c
    question = (
        select(*(CHOSEN.c.story if name == "story" else columns[name] for name in _COLUMNS), *extra)
        .select_from(CHOSEN.join(StoredArticle, StoredArticle.id == CHOSEN.c.id))
        .order_by(CHOSEN.c.n)
    )
    dialect = connection.dialect.name
    for rows in stream_rows(connection, question):
        found = list(zip(*rows, strict=True))
        raw = dict(zip(_COLUMNS, found, strict=False))
        yield Batch(ARTICLES, [_convert_field(field, raw, dialect) for field in FIELDS]), list(found[len(_COLUMNS) :])


def read_pieces(connection: Connection, ids: Sequence[str]) -> list[list[Piece]]:
    """Return the kept blocks of each of these articles, at most BATCH_ROWS, in reading order."""
    row = StoredArticle.__table__.c
    question = select(row.id, row.blocks, row.text).where(row.id.in_(ids))
    found: dict[str, list[Piece]] = {name: [] for name in ids}
    for rows in stream_rows(connection, question):
        for name, packed, text in rows:
            found[name] += [
                Piece(block.text, block.kind, block.path, block.layout)
                for block in unpack_blocks(packed, text)
                if block.is_kept
            ]
    return list(found.values())


def read_listed(connection: Connection, ids: Select[str], table: Table) -> Iterator[Batch]:
    """Yield the articles whose ids the query gives, in its order, in batches of at most BATCH_ROWS.

    The fields of `table` are those of ARTICLES, or columns of the articles. Memory does not grow with the number of
    articles: the database sorts and sends ids, and looks up the articles of one batch after another.
    """
    columns = StoredArticle.__table__.c
    names = ("id", *dict.fromkeys(name for field in table.fields for name in field.read_from or (field.name,)))
    story = func.coalesce(columns.duplicate_of, columns.id)
    question = select(*(story if name == "story" else columns[name] for name in names))
    dialect = connection.dialect.name
    for some in stream_rows(connection, ids):
        place = {row[0]: number for number, row in enumerate(some)}
        wanted = question.where(columns.id.in_(list(place)))
        found = [row for rows in stream_rows(connection, wanted) for row in rows]
        found.sort(key=lambda row: place[row[0]])
        raw = dict(zip(names, zip(*found, strict=True), strict=True))
        yield Batch(table, [_convert_field(field, raw, dialect) for field in table.fields])


def read_batches(connection: Connection, question: Select[Any], table: Table) -> Iterator[Batch]:
    """Yield the rows of `question` in batches of at most BATCH_ROWS. Its columns are the fields of `table` in order."""
    dialect = connection.dialect.name
    for rows in stream_rows(connection, question):
        columns = zip(*rows, strict=True)
        yield Batch(
            table,
            [convert_values(field.kind, column, dialect) for field, column in zip(table.fields, columns, strict=True)],
        )


def stream_rows(connection: Connection, question: Select[Any]) -> Iterator[Sequence[Sequence[Any]]]:
    """Yield the rows of `question` in lists of at most BATCH_ROWS.

    Rows of SQLite are as its driver returns them, rows of other databases as SQLAlchemy does. `convert_values` makes
    the same values of both.
    """
    if connection.dialect.name != "sqlite":
        result = connection.execute(question, execution_options={"yield_per": BATCH_ROWS})  # uses a server-side cursor
        with result:
            yield from result.partitions()
        return
    with connection.execute(question) as result:
        assert result.cursor is not None  # noqa: S101 (a SELECT has a cursor)
        while rows := result.cursor.fetchmany(BATCH_ROWS):
            yield rows


def convert_values(kind: FieldKind, column: Sequence[Any], dialect: str) -> Sequence[Any]:
    """Convert a column from `stream_rows` to values of this kind."""
    if dialect != "sqlite":
        return column
    match kind:
        case FieldKind.TIME:  # stored as text in UTC
            read = datetime.fromisoformat
            return [None if value is None else read(value + "+00:00") for value in column]
        case FieldKind.TEXTS:
            if column.count("[]") == len(column):  # the usual case for some fields
                return [[] for _value in column]
            lists: list[Any] = json.loads(f"[{','.join(['null' if value is None else value for value in column])}]")
            return lists
        case FieldKind.BOOLEAN:
            return [None if value is None else bool(value) for value in column]
        case _:
            return column


def _convert_field(field: Field, raw: Mapping[str, Sequence[Any]], dialect: str) -> Sequence[Any]:
    if not field.read_from:
        return convert_values(field.kind, raw[field.name], dialect)
    moments, offsets = (raw[name] for name in field.read_from)
    # Always with a fraction: Arrow reads whole seconds in JSON as a timestamp and would convert it to UTC.
    return [
        None
        if moment is None or offset is None
        else moment.astimezone(_make_zone(offset)).isoformat(timespec="microseconds")
        for moment, offset in zip(convert_values(FieldKind.TIME, moments, dialect), offsets, strict=True)
    ]


@cache
def _make_zone(minutes: int) -> timezone:
    return timezone(timedelta(minutes=minutes))
