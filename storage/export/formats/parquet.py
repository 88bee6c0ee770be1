"""Parquet: typed columns, compressed with Zstandard, in row groups of a fixed number of rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

import pyarrow as pa
from pyarrow.parquet import ParquetWriter

from storage.export.batch import Batch
from storage.export.formats import Format, Write
from storage.export.schema import Kind, Table

# About 15 MB of news text: small enough to hold twice, large enough to compress and to skip by its statistics.
ROW_GROUP = 5_000

_TYPES = {
    Kind.TEXT: pa.string(),
    Kind.TEXTS: pa.list_(pa.string()),
    Kind.MOMENT: pa.timestamp("us", tz="UTC"),
    Kind.COUNT: pa.int64(),
    Kind.SHARE: pa.float64(),
    Kind.TRUTH: pa.bool_(),
}


def schema_of(table: Table) -> pa.Schema:
    """The columns of a table as Arrow knows them."""
    return pa.schema([pa.field(field.name, _TYPES[field.kind], nullable=field.nullable) for field in table.fields])


def settings_of(table: Table) -> dict[str, Any]:
    """Every setting of pyarrow's that shapes the bytes, so that another default of its does not change a release."""
    return {
        "version": "2.6",
        "data_page_version": "1.0",
        "compression": "zstd",
        "compression_level": 3,
        # A dictionary of texts and addresses is built only to be thrown away.
        "use_dictionary": [field.name for field in table.fields if field.recurs],
        "write_statistics": True,
        "store_schema": False,  # Parquet's own types say everything that ours do
    }


@contextmanager
def writing(path: Path, table: Table) -> Iterator[Write]:
    with ParquetWriter(path, schema_of(table), **settings_of(table)) as writer, _Groups(writer, table) as groups:
        yield groups.add


class _Groups:
    """Collects rows into row groups. One is compressed, in a thread of its own, while the next is collected."""

    def __init__(self, writer: ParquetWriter, table: Table) -> None:
        self._writer = writer
        self._schema = schema_of(table)
        self._waiting: list[list[Any]] = [[] for _field in table.fields]
        self._thread = ThreadPoolExecutor(1)
        self._under_way: Future[None] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_rest: object) -> None:
        with self._thread:  # waits for the group that is under way
            if kind is None:
                if self._waiting[0]:
                    self._hand_over(self._waiting)
                self._settle()

    def add(self, batch: Batch) -> None:
        start = 0
        while start < len(batch):
            end = start + ROW_GROUP - len(self._waiting[0])
            for waiting, column in zip(self._waiting, batch.columns, strict=True):
                waiting.extend(column[start:end])
            start = end
            if len(self._waiting[0]) == ROW_GROUP:
                self._hand_over(self._waiting)
                self._waiting = [[] for _column in self._waiting]

    def _hand_over(self, columns: Sequence[Sequence[Any]]) -> None:
        arrays = [pa.array(column, type=field.type) for column, field in zip(columns, self._schema, strict=True)]
        group = pa.Table.from_arrays(arrays, schema=self._schema)
        self._settle()
        self._under_way = self._thread.submit(self._writer.write_table, group, row_group_size=ROW_GROUP)

    def _settle(self) -> None:
        """Waits for the group that is under way, and raises what went wrong with it."""
        if self._under_way is not None:
            self._under_way.result()
            self._under_way = None


FORMAT = Format(
    name="parquet",
    suffix=".parquet",
    writing=writing,
    how_to_read="""\
import pyarrow.parquet

articles = pyarrow.parquet.read_table("{path}").to_pylist()""",
    written_with="pyarrow",
)
