"""Plain text: one file `ID.txt` for each article in a ZIP, with the headline, an empty line, and the text."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from storage.export.batch import Batch
from storage.export.formats import Format, WriteBatch
from storage.export.formats.zip_file import open_zip
from storage.export.schema import ARTICLES, Table


@contextmanager
def open_writer(path: Path, table: Table) -> Iterator[WriteBatch]:  # noqa: ARG001 (a batch has its table)
    with open_zip(path, ".txt") as write_entry:

        def write(batch: Batch) -> None:
            for key, title, text in zip(*map(batch.column, ("id", "title", "text")), strict=True):
                write_entry(key, f"{' '.join(title.split())}\n\n{text}\n")

        yield write


FORMAT = Format(
    name="text",
    suffix=".txt.zip",
    open_writer=open_writer,
    tables=frozenset({ARTICLES.name}),
    how_to_read="""\
from zipfile import ZipFile

articles = []
with ZipFile("{path}") as files:
    for name in files.namelist():
        title, _, text = files.read(name).decode().removesuffix("\\n").partition("\\n\\n")
        articles.append({{"id": name.removesuffix(".txt"), "title": title, "text": text}})""",
)
