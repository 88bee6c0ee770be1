"""Plain text: one file an article in a ZIP, `ID.txt`, with the headline, an empty line, and the text.

The entries are stored, not compressed, and bear one date: the bytes depend on no compressor, clock or system.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from storage.export.batch import Batch
from storage.export.formats import Format, Write
from storage.export.schema import ARTICLES, Table

_UNIX = 3
_PLAIN_FILE = 0o100644 << 16
_EARLIEST = (1980, 1, 1, 0, 0, 0)  # that a ZIP can name


@contextmanager
def writing(path: Path, table: Table) -> Iterator[Write]:  # noqa: ARG001 (a batch brings its table)
    with path.open("xb") as file, ZipFile(file, "w", ZIP_STORED) as archive:

        def write(batch: Batch) -> None:
            for key, title, text in zip(*map(batch.column, ("id", "title", "text")), strict=True):
                # An id is made of hexadecimal digits; whatever a foreign store calls one, it is no path.
                entry = ZipInfo(f"{quote(key, safe='')}.txt", _EARLIEST)
                entry.create_system = _UNIX
                entry.external_attr = _PLAIN_FILE
                archive.writestr(entry, f"{' '.join(title.split())}\n\n{text}\n")

        yield write


FORMAT = Format(
    name="text",
    suffix=".txt.zip",
    writing=writing,
    tables=frozenset({ARTICLES.name}),
    how_to_read="""\
from zipfile import ZipFile

articles = []
with ZipFile("{path}") as files:
    for name in files.namelist():
        title, _, text = files.read(name).decode().removesuffix("\\n").partition("\\n\\n")
        articles.append({{"id": name.removesuffix(".txt"), "title": title, "text": text}})""",
)
