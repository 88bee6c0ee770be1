"""JSON Lines: one record a line, UTF-8, keys in the order of the schema, times as ISO 8601 in UTC with "Z"."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from storage.export.formats import Format, Write
from storage.export.schema import FIELDS, NAMES, Kind, Record

_MOMENTS = tuple(index for index, field in enumerate(FIELDS) if field.kind is Kind.MOMENT)

# Line ends to some readers (str.splitlines, JavaScript) though not to JSON; as escapes they come back the same.
_LINE_ENDS = str.maketrans({"\u2028": "\\u2028", "\u2029": "\\u2029"})


@contextmanager
def writing(path: Path) -> Iterator[Write]:
    with path.open("x", encoding="utf-8", newline="\n") as file:

        def write(records: Sequence[Record]) -> None:
            file.writelines(line(record) for record in records)

        yield write


def line(record: Record) -> str:
    """One record as a line, with its end."""
    values = list(record)
    for index in _MOMENTS:
        values[index] = moment(values[index])
    text = json.dumps(dict(zip(NAMES, values, strict=True)), ensure_ascii=False, allow_nan=False)
    return text.translate(_LINE_ENDS) + "\n"


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
