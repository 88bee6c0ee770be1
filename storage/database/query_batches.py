"""Split the values of an IN (...) over several queries."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

QUERY_SIZE = 500  # values per query: SQLite allows 32,766 variables, older builds 999

T = TypeVar("T")


def split_for_queries(values: Sequence[T]) -> Iterator[Sequence[T]]:
    """Return the values in their order, in batches that one query can take."""
    return (values[start : start + QUERY_SIZE] for start in range(0, len(values), QUERY_SIZE))
