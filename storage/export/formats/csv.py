"""CSV (RFC 4180): UTF-8 with a header, times as ISO 8601, lists as JSON, without formulas.

A spreadsheet takes a cell that begins with a character like "=" for a formula. It may also see the beginning of a cell
behind a line break, semicolon or tab in a text, if it separates cells by those and not by commas. One reversible rule
prevents this. If a cell, one of its lines, or the text after a semicolon or tab begins with = + - @, their full-width
forms, or an apostrophe (white space and quotation marks aside), an apostrophe is put in front. Removing one apostrophe
at each such position restores the text.

A null is an empty cell. An empty text is a single apostrophe, which the same rule reads as empty.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from storage.export.batch import Batch
from storage.export.formats import Format, WriteBatch
from storage.export.formats.jsonl import format_time
from storage.export.schema import FieldKind, Table

_DANGEROUS = re.compile(r"([;\t\r\n][\s\"]*)(?=['=+\-@＝＋－＠])")


def escape_formulas(text: str) -> str:
    """Return the text for a cell, with apostrophes against formulas; never empty."""
    # A leading line break makes the beginning of the cell the beginning of a line: faster than matching "^" too.
    return _DANGEROUS.sub(r"\1'", f"\n{text}")[1:] if text else "'"


@contextmanager
def open_writer(path: Path, table: Table) -> Iterator[WriteBatch]:
    kinds = [field.kind for field in table.fields]
    with path.open("x", encoding="utf-8", newline="") as file:
        # Everything but numbers is quoted, so that no comma or line break in a text ends its cell.
        writer = csv.writer(file, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\r\n")
        writer.writerow([field.name for field in table.fields])

        def write(batch: Batch) -> None:
            columns = [_convert_column(kind, column) for kind, column in zip(kinds, batch.columns, strict=True)]
            writer.writerows(zip(*columns, strict=True))

        yield write


def format_cell(value: Any) -> Any:
    """Return one value of a record as it stands in a cell; None, which is an empty cell, and numbers stay."""
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return escape_formulas(value)
        case list():
            return _encode_list(value)
        case datetime():
            return format_time(value)
        case _:
            return value


def _convert_column(kind: FieldKind, values: Sequence[Any]) -> Sequence[Any]:
    cell = _CONVERTERS.get(kind)
    return [None if value is None else cell(value) for value in values] if cell else values


def _encode_list(values: Sequence[str]) -> str:
    return escape_formulas(json.dumps(values, ensure_ascii=False))


_CONVERTERS: dict[FieldKind, Callable[[Any], str]] = {
    FieldKind.TEXT: escape_formulas,
    FieldKind.TEXTS: _encode_list,
    FieldKind.TIME: lambda value: str(format_time(value)),
    FieldKind.BOOLEAN: lambda value: "true" if value else "false",
}

FORMAT = Format(
    name="csv",
    suffix=".csv",
    open_writer=open_writer,
    as_frame={
        "pandas": 'articles = pandas.read_csv("{path}", dtype=str, keep_default_na=False)',
        "polars": 'articles = polars.read_csv("{path}", infer_schema=False)',
        "duckdb": "articles = duckdb.sql(\"SELECT * FROM read_csv('{path}', all_varchar=true)\").df()",
    },
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
