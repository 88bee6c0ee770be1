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
from storage.export.formats import Format, WriteBatch
from storage.export.schema import FieldKind, Table

# About 15 MB of news text: small enough to hold twice, large enough to compress and to skip by its statistics.
ROW_GROUP = 5_000

_TYPES = {
    FieldKind.TEXT: pa.string(),
    FieldKind.TEXTS: pa.list_(pa.string()),
    FieldKind.TIME: pa.timestamp("us", tz="UTC"),
    FieldKind.COUNT: pa.int64(),
    FieldKind.SHARE: pa.float64(),
    FieldKind.BOOLEAN: pa.bool_(),
}


def make_arrow_schema(table: Table) -> pa.Schema:
    """Return the columns of a table as an Arrow schema."""
    return pa.schema([pa.field(field.name, _TYPES[field.kind], nullable=field.nullable) for field in table.fields])


def make_writer_settings(table: Table) -> dict[str, Any]:
    """Return every setting of pyarrow that shapes the bytes, so that a new default does not change a release."""
    return {
        "version": "2.6",
        "data_page_version": "1.0",
        "compression": "zstd",
        "compression_level": 3,
        # For texts and addresses a dictionary would be built and thrown away.
        "use_dictionary": [field.name for field in table.fields if field.is_repetitive],
        "write_statistics": True,
        "store_schema": False,  # the types of Parquet express all of ours
    }


@contextmanager
def open_writer(path: Path, table: Table) -> Iterator[WriteBatch]:
    with (
        ParquetWriter(path, make_arrow_schema(table), **make_writer_settings(table)) as writer,
        _RowGroupWriter(writer, table) as groups,
    ):
        yield groups.add


class _RowGroupWriter:
    """Collects rows into row groups. A thread compresses one group while the next is collected."""

    def __init__(self, writer: ParquetWriter, table: Table) -> None:
        self._writer = writer
        self._schema = make_arrow_schema(table)
        self._waiting: list[list[Any]] = [[] for _field in table.fields]
        self._thread = ThreadPoolExecutor(1)
        self._running: Future[None] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_rest: object) -> None:
        with self._thread:  # waits for the running group
            if kind is None:
                if self._waiting[0]:
                    self._submit(self._waiting)
                self._wait()

    def add(self, batch: Batch) -> None:
        start = 0
        while start < len(batch):
            end = start + ROW_GROUP - len(self._waiting[0])
            for waiting, column in zip(self._waiting, batch.columns, strict=True):
                waiting.extend(column[start:end])
            start = end
            if len(self._waiting[0]) == ROW_GROUP:
                self._submit(self._waiting)
                self._waiting = [[] for _column in self._waiting]

    def _submit(self, columns: Sequence[Sequence[Any]]) -> None:
        arrays = [pa.array(column, type=field.type) for column, field in zip(columns, self._schema, strict=True)]
        group = pa.Table.from_arrays(arrays, schema=self._schema)
        self._wait()
        self._running = self._thread.submit(self._writer.write_table, group, row_group_size=ROW_GROUP)

    def _wait(self) -> None:
        """Wait for the running group, and raise its error."""
        if self._running is not None:
            self._running.result()
            self._running = None


FORMAT = Format(
    name="parquet",
    suffix=".parquet",
    open_writer=open_writer,
    how_to_read="""\
import pyarrow.parquet

articles = pyarrow.parquet.read_table("{path}").to_pylist()""",
    written_with="pyarrow",
    as_frame={
        "pandas": 'articles = pandas.read_parquet("{path}")',
        "polars": 'articles = polars.read_parquet("{path}")',
        "duckdb": "articles = duckdb.sql(\"SELECT * FROM '{path}'\").df()",
    },
)
