"""Tables of articles for pyarrow and pandas, which are imported when they are asked for."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from cleaning.errors import LibraryMissing, tell_install
from storage.export.batch import Batch
from storage.export.schema import FieldKind, Table

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

_INSTALL = {"pyarrow": tell_install("parquet"), "pandas": "pip install pandas"}


def require_installed(library: str, name: str) -> None:
    """Raise LibraryMissing if the library that the method `name` needs is not installed."""
    if find_spec(library) is None:
        raise LibraryMissing(f"{name} needs {library}, which is not installed; run: {_INSTALL[library]}")


def build_arrow_table(table: Table, batches: Iterator[Batch]) -> pa.Table:
    """Return the rows as an Arrow table, with the types that a Parquet release has."""
    import pyarrow as pa  # noqa: PLC0415 (loading it takes longer than reading a small store)

    from storage.export.formats.parquet import make_arrow_schema  # noqa: PLC0415 (as above)

    schema = make_arrow_schema(table)
    return pa.Table.from_batches(
        [pa.record_batch(list(map(pa.array, batch.columns, schema.types)), schema=schema) for batch in batches], schema
    )


def build_data_frame(table: Table, batches: Iterator[Batch]) -> pd.DataFrame:
    """Return the rows as a DataFrame: times as datetime64 in UTC, lists as lists, missing numbers as NaN or <NA>."""
    import pandas as pd  # noqa: PLC0415 (it is not needed for anything else)

    columns: list[list[Any]] = [[] for _field in table.fields]
    for batch in batches:
        for column, values in zip(columns, batch.columns, strict=True):
            column.extend(values)
    types = {
        FieldKind.TIME: "datetime64[us, UTC]",
        FieldKind.COUNT: "int64",
        FieldKind.SHARE: "float64",
        FieldKind.BOOLEAN: "boolean",
        FieldKind.TEXT: "str",
    }
    return pd.DataFrame(
        {
            field.name: pd.Series(values, dtype=types.get(field.kind, "object"))
            for field, values in zip(table.fields, columns, strict=True)
        }
    )
