"""JSON Lines: one row a line, UTF-8, keys in the order of the schema, times as ISO 8601 in UTC with "Z"."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from storage.export.batch import Batch
from storage.export.formats import Format, Write
from storage.export.schema import Kind, Table

_encoded = json.JSONEncoder(ensure_ascii=False, allow_nan=False).encode


@contextmanager
def writing(path: Path, table: Table) -> Iterator[Write]:
    with path.open("x", encoding="utf-8", newline="\n") as file:
        yield lambda batch: file.writelines(lines(batch, table))


def lines(batch: Batch, table: Table) -> Iterator[str]:
    """The rows as lines, each with its end."""
    names = table.names
    columns = [
        [moment(value) for value in column] if field.kind is Kind.MOMENT else column
        for field, column in zip(table.fields, batch.columns, strict=True)
    ]
    for row in zip(*columns, strict=True):
        line = _encoded(dict(zip(names, row, strict=True)))
        # Line ends to some readers (str.splitlines, JavaScript) though not to JSON; as escapes they come back the same.
        yield line.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029") + "\n"


def moment(value: datetime | None) -> str | None:
    """An aware time in UTC as ISO 8601; the fraction of a second stands only where there is one."""
    return None if value is None else value.replace(tzinfo=None).isoformat() + "Z"


FORMAT = Format(
    name="jsonl",
    suffix=".jsonl",
    writing=writing,
    how_to_read="""\
import json

with open("{path}", encoding="utf-8") as lines:
    articles = [json.loads(line) for line in lines]""",
)
