"""The tables beside the articles, one a file: what `scrapy export --include NAME` puts into a release."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sqlalchemy import Connection

from storage.export.batch import Batch
from storage.export.schema import Table
from storage.export.selection import Selection
from storage.export.tables import rejected, removed, revisions


@dataclass(frozen=True, slots=True)
class Extra:
    """A table that a release holds on request, in a folder of its own.

    `batches` streams its rows in a stated order, `count` says how many they will be. Both are called while the tables
    MATCHED and CHOSEN of `storage.export.selection` stand in the connection.
    """

    table: Table
    batches: Callable[[Connection, Selection], Iterator[Batch]]
    count: Callable[[Connection, Selection], int]


# Named as on the command line.
EXTRAS = {room.TABLE.name: Extra(room.TABLE, room.batches, room.count) for room in (rejected, removed, revisions)}
