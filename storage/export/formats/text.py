"""Plain text: one file `ID.txt` for each article in a ZIP, with the headline, an empty line, and the text.

The entries are stored without compression and with a fixed date, so that the bytes depend on no compressor, clock or
system.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from storage.export.batch import Batch
from storage.export.formats import Format, WriteBatch
from storage.export.schema import ARTICLES, Table

_UNIX = 3
_PLAIN_FILE = 0o100644 << 16
_EARLIEST = (1980, 1, 1, 0, 0, 0)  # the earliest date in a ZIP


@contextmanager
def open_writer(path: Path, table: Table) -> Iterator[WriteBatch]:  # noqa: ARG001 (a batch has its table)
    with path.open("xb") as file, ZipFile(file, "w", ZIP_STORED) as archive:

        def write(batch: Batch) -> None:
            for key, title, text in zip(*map(batch.column, ("id", "title", "text")), strict=True):
                # An id has only hexadecimal digits. In a foreign store it may be anything; it must not be a path.
                entry = ZipInfo(f"{quote(key, safe='')}.txt", _EARLIEST)
                entry.create_system = _UNIX
                entry.external_attr = _PLAIN_FILE
                archive.writestr(entry, f"{' '.join(title.split())}\n\n{text}\n")

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
