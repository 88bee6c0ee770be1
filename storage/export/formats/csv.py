"""CSV (RFC 4180): UTF-8 with a header, times as ISO 8601, lists as JSON, and nothing that a spreadsheet would compute.

A spreadsheet takes a cell that begins with a sign like "=" for a formula, wherever it believes that a cell begins: also
behind a line break, a semicolon or a tab in a text, where it takes those and not commas for what separates cells. One
rule keeps it from that and loses nothing. Wherever a cell, one of its lines, or what follows a semicolon or a tab
begins, white space and quotation marks aside, with = + - @, their full-width forms, or an apostrophe, an apostrophe is
put in front. To take one away at each such place gives back what was there.

A null is an empty cell. An empty text is a lone apostrophe, which the same rule reads as empty.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from storage.export.batch import Batch
from storage.export.formats import Format, Write
from storage.export.formats.jsonl import moment
from storage.export.schema import Kind, Table

_DANGEROUS = re.compile(r"([;\t\r\n][\s\"]*)(?=['=+\-@＝＋－＠])")


def harmless(text: str) -> str:
    """`text` as it stands in a cell; never empty."""
    # A cell begins as a line in it does. To look for a character is faster than to look for "^" too.
    return _DANGEROUS.sub(r"\1'", f"\n{text}")[1:] if text else "'"


@contextmanager
def writing(path: Path, table: Table) -> Iterator[Write]:
    kinds = [field.kind for field in table.fields]
    with path.open("x", encoding="utf-8", newline="") as file:
        # All but numbers in quotation marks: then neither a comma nor a line break in a text ends its cell.
        writer = csv.writer(file, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\r\n")
        writer.writerow([field.name for field in table.fields])

        def write(batch: Batch) -> None:
            columns = [_column(kind, column) for kind, column in zip(kinds, batch.columns, strict=True)]
            writer.writerows(zip(*columns, strict=True))

        yield write


def _column(kind: Kind, values: Sequence[Any]) -> Sequence[Any]:
    cell = _CELLS.get(kind)
    return [None if value is None else cell(value) for value in values] if cell else values


def _texts(values: Sequence[str]) -> str:
    return harmless(json.dumps(values, ensure_ascii=False))


_CELLS: dict[Kind, Callable[[Any], str]] = {
    Kind.TEXT: harmless,
    Kind.TEXTS: _texts,
    Kind.MOMENT: lambda value: str(moment(value)),
    Kind.TRUTH: lambda value: "true" if value else "false",
}

FORMAT = Format(
    name="csv",
    suffix=".csv",
    writing=writing,
    how_to_read="""\
import csv, json, re

csv.field_size_limit(2**31 - 1)  # a text may be long
with open("manifest.json", encoding="utf-8") as manifest:
    types = {{field["name"]: field["type"] for field in json.load(manifest)["schema"]["articles"]}}

def value(name, cell):  # takes away the apostrophes that keep a spreadsheet from computing what stands in the cell
    text = re.sub(r'((?:^|[;\\t\\r\\n])[\\s"]*)\\x27', r"\\1", cell)
    return None if not cell else text if types[name].startswith(("string", "time")) else json.loads(text)

with open("{path}", encoding="utf-8", newline="") as lines:
    articles = [{{name: value(name, cell) for name, cell in row.items()}} for row in csv.DictReader(lines)]""",
)
