"""Parquet: typed columns, compressed with Zstandard, in row groups of a fixed number of records."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
from pyarrow.parquet import ParquetWriter

from storage.export.formats import Format, Write
from storage.export.schema import FIELDS, Kind, Record

# About 25 MB of news text: small enough to hold, large enough to compress and to skip by its statistics.
ROW_GROUP = 5_000

_TYPES = {
    Kind.TEXT: pa.string(),
    Kind.TEXTS: pa.list_(pa.string()),
    Kind.MOMENT: pa.timestamp("us", tz="UTC"),
    Kind.COUNT: pa.int64(),
    Kind.SHARE: pa.float64(),
    Kind.TRUTH: pa.bool_(),
}
SCHEMA = pa.schema([pa.field(field.name, _TYPES[field.kind], nullable=field.nullable) for field in FIELDS])

# Columns whose values recur; a dictionary of texts and addresses is built only to be thrown away.
_RECURRING = ["site", "site_name", "language", "page_kind", "cleaner_version", "duplicate_rule"]


@contextmanager
def writing(path: Path) -> Iterator[Write]:
    # Every setting that shapes the bytes is named here, so that another default of pyarrow's does not change a release.
    with ParquetWriter(
        path,
        SCHEMA,
        version="2.6",
        data_page_version="1.0",
        compression="zstd",
        compression_level=3,
        use_dictionary=_RECURRING,
        write_statistics=True,
        store_schema=False,  # Parquet's own types say everything that ours do
    ) as writer:
        waiting: list[Record] = []

        def write(records: Sequence[Record]) -> None:
            waiting.extend(records)
            while len(waiting) >= ROW_GROUP:
                writer.write_table(_table(waiting[:ROW_GROUP]), row_group_size=ROW_GROUP)
                del waiting[:ROW_GROUP]

        yield write
        if waiting:
            writer.write_table(_table(waiting), row_group_size=ROW_GROUP)


def _table(records: Sequence[Record]) -> pa.Table:
    columns = zip(*records, strict=True)
    arrays = [pa.array(column, type=field.type) for column, field in zip(columns, SCHEMA, strict=True)]
    return pa.Table.from_arrays(arrays, schema=SCHEMA)


FORMAT = Format(
    name="parquet",
    suffix=".parquet",
    writing=writing,
    how_to_read="""\
import pyarrow.parquet

articles = pyarrow.parquet.read_table("{path}").to_pylist()""",
)
