"""Some rows of a table on their way from the store to the files, by columns or by records."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

from storage.export.schema import Table


class Batch:
    """Rows of `table`: `columns` are one sequence of values a field, in the order of the table's fields.

    Values are str, list[str], aware datetime in UTC, int, float, bool, or None where the field may be null.
    """

    def __init__(self, table: Table, columns: Sequence[Sequence[Any]]) -> None:
        if len(columns) != len(table.fields):
            raise ValueError(f"{len(columns)} columns for the {len(table.fields)} fields of {table.name}")
        self.table = table
        self.columns = list(columns)

    def __len__(self) -> int:
        return len(self.columns[0])

    def column(self, name: str) -> Sequence[Any]:
        """The values of the field of that name; ValueError where there is none."""
        return self.columns[self.table.names.index(name)]

    @cached_property
    def records(self) -> Sequence[tuple[Any, ...]]:
        """The rows, each a tuple in the order of the fields; made when first asked for."""
        return list(zip(*self.columns, strict=True))

    def part(self, start: int, end: int) -> Batch:
        """The rows from `start` up to `end`, as a slice takes them."""
        return Batch(self.table, [column[start:end] for column in self.columns])

    def taken(self, places: Sequence[int]) -> Batch:
        """The rows at those places, in that order."""
        return Batch(self.table, [[column[place] for place in places] for column in self.columns])
