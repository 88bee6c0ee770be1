"""Markdown: one file `ID.md` for each article in a ZIP, with the fields as YAML before the headline and the text.

Headings, lists, quotes, tables and code are as the page shows them (`cleaning.markdown`). Of an article without blocks
each line of the text is a paragraph.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cleaning.markdown.head import format_head
from cleaning.markdown.render import render_article
from storage.export.batch import Batch
from storage.export.formats import Format, WriteBatch
from storage.export.formats.jsonl import format_time
from storage.export.formats.zip_file import open_zip
from storage.export.schema import ARTICLES, FieldKind, Table


@contextmanager
def open_writer(path: Path, table: Table) -> Iterator[WriteBatch]:
    times = {field.name for field in table.fields if field.kind is FieldKind.TIME}

    with open_zip(path, ".md") as write_entry:

        def write(batch: Batch) -> None:
            for row, pieces in zip(batch.records, batch.pieces or [()] * len(batch), strict=True):
                record = dict(zip(table.names, row, strict=True))
                text = record.pop("text")
                head = {name: format_time(value) if name in times else value for name, value in record.items()}
                write_entry(record["id"], f"{format_head(head)}\n{render_article(record['title'], text, pieces)}")

        yield write


FORMAT = Format(
    name="markdown",
    suffix=".md.zip",
    open_writer=open_writer,
    tables=frozenset({ARTICLES.name}),
    needs_blocks=True,
    how_to_read="""\
import json
from zipfile import ZipFile

articles = []
with ZipFile("{path}") as files:
    for name in files.namelist():
        _, head, markdown = files.read(name).decode().split("---\\n", 2)
        fields = (line.split(": ", 1) for line in head.splitlines())
        articles.append({{key: json.loads(value) for key, value in fields}} | {{"markdown": markdown.strip()}})""",
)
