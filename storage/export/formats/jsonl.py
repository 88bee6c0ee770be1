"""JSON Lines: one row a line, UTF-8, keys in the order of the schema, times as ISO 8601 in UTC with "Z"."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from storage.export.batch import Batch
from storage.export.formats import Format, WriteBatch
from storage.export.schema import FieldKind, Table

_encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False).encode


@contextmanager
def open_writer(path: Path, table: Table) -> Iterator[WriteBatch]:
    with path.open("x", encoding="utf-8", newline="\n") as file:
        yield lambda batch: file.writelines(encode_lines(batch, table))


def encode_lines(batch: Batch, table: Table) -> Iterator[str]:
    """Yield the rows as lines, each with its line end."""
    names = table.names
    columns = [
        [format_time(value) for value in column] if field.kind is FieldKind.TIME else column
        for field, column in zip(table.fields, batch.columns, strict=True)
    ]
    for row in zip(*columns, strict=True):
        line = _encode(dict(zip(names, row, strict=True)))
        # Some readers take these for line ends (str.splitlines, JavaScript), JSON does not. Escaped, they are the same.
        yield line.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029") + "\n"


def format_time(value: datetime | None) -> str | None:
    """Return an aware time in UTC as ISO 8601, with a fraction of a second only if it is not zero."""
    return None if value is None else value.replace(tzinfo=None).isoformat() + "Z"


FORMAT = Format(
    name="jsonl",
    suffix=".jsonl",
    open_writer=open_writer,
    as_frame={
        "pandas": 'articles = pandas.read_json("{path}", lines=True, dtype=False, precise_float=True)',
        "polars": 'articles = polars.read_ndjson("{path}", infer_schema_length=None)',
        "duckdb": "articles = duckdb.sql(\"SELECT * FROM read_json('{path}')\").df()",
    },
    how_to_read="""\
import json

with open("{path}", encoding="utf-8") as lines:
    articles = [json.loads(line) for line in lines]""",
)
