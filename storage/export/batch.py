"""A batch of rows between the store and the files, by columns or by records."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

from cleaning.markdown.layout import Piece
from storage.export.schema import Table


class Batch:
    """Rows of `table`. `columns` has one sequence of values for each field, in the order of the fields.

    `pieces` are the kept blocks of each row in reading order, where a format asks for them (`Format.needs_blocks`).
    Values are str, list[str], aware datetime in UTC, int, float, bool, or None if the field is nullable.
    """

    def __init__(
        self, table: Table, columns: Sequence[Sequence[Any]], pieces: Sequence[Sequence[Piece]] | None = None
    ) -> None:
        if len(columns) != len(table.fields):
            raise ValueError(f"{len(columns)} columns for the {len(table.fields)} fields of {table.name}")
        self.table = table
        self.columns = list(columns)
        self.pieces = pieces

    def __len__(self) -> int:
        return len(self.columns[0])

    def column(self, name: str) -> Sequence[Any]:
        """Return the values of a field. Raise ValueError if the table has no such field."""
        return self.columns[self.table.names.index(name)]

    @cached_property
    def records(self) -> Sequence[tuple[Any, ...]]:
        """The rows, each a tuple in the order of the fields."""
        return list(zip(*self.columns, strict=True))

    def slice(self, start: int, end: int) -> Batch:
        """Return the rows from `start` up to, without, `end`."""
        return Batch(self.table, [column[start:end] for column in self.columns], self.pieces and self.pieces[start:end])

    def take(self, positions: Sequence[int]) -> Batch:
        """Return the rows at these positions, in this order."""
        columns = [[column[position] for position in positions] for column in self.columns]
        return Batch(self.table, columns, self.pieces and [self.pieces[position] for position in positions])
