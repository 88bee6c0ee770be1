"""Rows of the store, made into batches by columns.

Of SQLite rows are taken as its driver has them: to have SQLAlchemy turn over every value of every row takes longer than
all the rest.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta, timezone
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, select

from storage.export.batch import Batch
from storage.export.schema import ARTICLES, FIELDS, Field, Kind, Table
from storage.export.selection import CHOSEN
from storage.models import StoredArticle

BATCH = 500  # rows held at once

_COLUMNS = tuple(dict.fromkeys(name for field in FIELDS for name in field.read_from or (field.name,)))


def articles(connection: Connection, *beside: ColumnElement[Any]) -> Iterator[tuple[Batch, list[Sequence[Any]]]]:
    """The articles of CHOSEN in its order, in batches of at most BATCH, each with the columns `beside` as read.

    Memory does not grow with the corpus: the database follows CHOSEN, and looks each article up.
    """
    columns = StoredArticle.__table__.c
    question = (
        select(*(CHOSEN.c.story if name == "story" else columns[name] for name in _COLUMNS), *beside)
        .select_from(CHOSEN.join(StoredArticle, StoredArticle.id == CHOSEN.c.id))
        .order_by(CHOSEN.c.n)
    )
    dialect = connection.dialect.name
    for rows in streamed(connection, question):
        found = list(zip(*rows, strict=True))
        raw = dict(zip(_COLUMNS, found, strict=False))
        yield Batch(ARTICLES, [_field(field, raw, dialect) for field in FIELDS]), list(found[len(_COLUMNS) :])


def batches(connection: Connection, question: Select[Any], table: Table) -> Iterator[Batch]:
    """The rows of `question`, whose columns are the fields of `table` in their order, in batches of at most BATCH."""
    dialect = connection.dialect.name
    for rows in streamed(connection, question):
        columns = zip(*rows, strict=True)
        yield Batch(
            table,
            [values(field.kind, column, dialect) for field, column in zip(table.fields, columns, strict=True)],
        )


def streamed(connection: Connection, question: Select[Any]) -> Iterator[Sequence[Sequence[Any]]]:
    """The rows of `question` in lists of at most BATCH; `values` makes of their values what they mean.

    Of SQLite they are as its driver has them, of other databases as SQLAlchemy makes them.
    """
    if connection.dialect.name != "sqlite":
        result = connection.execute(question, execution_options={"yield_per": BATCH})  # by a cursor of the server
        with result:
            yield from result.partitions()
        return
    with connection.execute(question) as result:
        assert result.cursor is not None  # noqa: S101 (a question has rows)
        while rows := result.cursor.fetchmany(BATCH):
            yield rows


def values(kind: Kind, column: Sequence[Any], dialect: str) -> Sequence[Any]:
    """A column of what `streamed` gave, as values of that kind."""
    if dialect != "sqlite":
        return column
    match kind:
        case Kind.MOMENT:  # stored as a text in UTC
            read = datetime.fromisoformat
            return [None if value is None else read(value + "+00:00") for value in column]
        case Kind.TEXTS:
            if column.count("[]") == len(column):  # the most of some fields
                return [[] for _value in column]
            lists: list[Any] = json.loads(f"[{','.join(['null' if value is None else value for value in column])}]")
            return lists
        case Kind.TRUTH:
            return [None if value is None else bool(value) for value in column]
        case _:
            return column


def _field(field: Field, raw: Mapping[str, Sequence[Any]], dialect: str) -> Sequence[Any]:
    if not field.read_from:
        return values(field.kind, raw[field.name], dialect)
    moments, offsets = (raw[name] for name in field.read_from)
    # With a fraction always: Arrow takes whole seconds in JSON for a moment, and would turn them into UTC.
    return [
        None
        if moment is None or offset is None
        else moment.astimezone(_zone(offset)).isoformat(timespec="microseconds")
        for moment, offset in zip(values(Kind.MOMENT, moments, dialect), offsets, strict=True)
    ]


@cache
def _zone(minutes: int) -> timezone:
    return timezone(timedelta(minutes=minutes))
