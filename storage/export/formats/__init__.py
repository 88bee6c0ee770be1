"""The formats of a release, one module each. A format writes one file of rows and knows nothing else.

jsonl.py        JSON Lines, one row a line
jsonl_zst.py    JSON Lines in one Zstandard frame
parquet.py      typed columns in row groups
sqlite.py       an SQLite database, with a full-text index of the articles
csv.py          CSV that no spreadsheet computes
tei.py          TEI P5, an XML corpus of texts
text.py         plain text, one file an article in a ZIP
markdown.py     Markdown with a head in YAML, one file an article in a ZIP
zip_file.py     writes such a ZIP, the same bytes everywhere
urls.py         addresses and hashes without the texts
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import cast

from cleaning.errors import ExportRefused, tell_install
from storage.export.batch import Batch
from storage.export.schema import Table

WriteBatch = Callable[[Batch], None]

# Name on the command line -> module with its FORMAT. A module is loaded when its format is used, because loading
# pyarrow takes longer than writing a small corpus.
_MODULES = {
    "jsonl": "storage.export.formats.jsonl",
    "jsonl.zst": "storage.export.formats.jsonl_zst",
    "parquet": "storage.export.formats.parquet",
    "sqlite": "storage.export.formats.sqlite",
    "csv": "storage.export.formats.csv",
    "tei": "storage.export.formats.tei",
    "text": "storage.export.formats.text",
    "markdown": "storage.export.formats.markdown",
    "urls": "storage.export.formats.urls",
}
FORMAT_NAMES = tuple(_MODULES)
PYARROW_FORMATS = frozenset(("parquet", "jsonl.zst"))


@dataclass(frozen=True, slots=True)
class Format:
    """A file format.

    `open_writer(path, table)` creates a file and returns a function that takes batches of any size. The file is
    complete when the context ends. The bytes depend only on the rows, not on the batches.

    `tables` are the names of the tables that the format can write; None: all. `written_with` names the library whose
    version shapes the bytes. `as_frame` has lines like `how_to_read`, for data frame libraries.
    """

    name: str
    suffix: str
    open_writer: Callable[[Path, Table], AbstractContextManager[WriteBatch]]
    how_to_read: str  # lines of Python for the card, with {path}
    tables: frozenset[str] | None = None
    written_with: str | None = None
    needs_blocks: bool = False  # whether its batches need `pieces`
    as_frame: Mapping[str, str] = field(
        default_factory=dict, hash=False
    )  # library -> lines of Python that open a data frame

    def can_write(self, table: Table) -> bool:
        return self.tables is None or table.name in self.tables


def load_format(name: str) -> Format:
    """Return the format with this name. Raise `ExportRefused` if there is none, or its library is not installed."""
    if name not in _MODULES:
        raise ExportRefused(f"unknown format {name!r}; choose from: {', '.join(FORMAT_NAMES)}")
    require_library(name)
    return cast("Format", import_module(_MODULES[name]).FORMAT)


def require_library(name: str | None) -> None:
    """Raise `ExportRefused` if the format needs pyarrow, and that is not installed: a crawl does without it."""
    if name in PYARROW_FORMATS and find_spec("pyarrow") is None:
        raise ExportRefused(f"format {name!r} needs pyarrow, which is not installed; run: {tell_install('parquet')}")
