"""The extra tables of a release (`scrapy export --include NAME`), one module each.

entries.py      the entries of live blogs
rejected.py     the pages that were rejected, with the reason
removed.py      the blocks that were cut from articles, with the rule
revisions.py    the former versions of the articles
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sqlalchemy import Connection

from storage.export.batch import Batch
from storage.export.schema import Table
from storage.export.selection.selection import Selection
from storage.export.tables import entries, rejected, removed, revisions


@dataclass(frozen=True, slots=True)
class ExtraTable:
    """A table that a release has on request, in a folder of its own.

    `stream_batches` yields its rows in a fixed order, `count_rows` counts them. Both need the tables MATCHED and CHOSEN
    of `storage.export.selection.choose` in the connection.
    """

    table: Table
    stream_batches: Callable[[Connection, Selection], Iterator[Batch]]
    count_rows: Callable[[Connection, Selection], int]


# By name on the command line.
EXTRA_TABLES = {
    module.TABLE.name: ExtraTable(module.TABLE, module.stream_batches, module.count_rows)
    for module in (entries, rejected, removed, revisions)
}
