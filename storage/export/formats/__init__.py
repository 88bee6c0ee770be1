"""The formats of a release, one file each. A format writes one file of rows and knows nothing else."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import cast

from cleaning.errors import ExportRefused
from storage.export.batch import Batch
from storage.export.schema import Table

Write = Callable[[Batch], None]

# Named as on the command line -> the module with its FORMAT. A module is loaded when its format is asked for: pyarrow
# takes longer to load than a small corpus to write.
_MODULES = {
    "jsonl": "storage.export.formats.jsonl",
    "jsonl.zst": "storage.export.formats.jsonl_zst",
    "parquet": "storage.export.formats.parquet",
    "csv": "storage.export.formats.csv",
    "tei": "storage.export.formats.tei",
    "text": "storage.export.formats.text",
    "urls": "storage.export.formats.urls",
}
FORMAT_NAMES = tuple(_MODULES)


@dataclass(frozen=True, slots=True)
class Format:
    """How one file of rows is written.

    `writing(path, table)` makes the new file and gives a function that takes batches of any size; the file is complete
    when the context ends. The bytes depend on the rows alone, not on how they were batched.

    `tables` are the names of the tables that it writes, none where it writes any. `written_with` names the library
    whose version shapes the bytes.
    """

    name: str
    suffix: str
    writing: Callable[[Path, Table], AbstractContextManager[Write]]
    how_to_read: str  # lines of Python for the card, with {path}
    tables: frozenset[str] | None = None
    written_with: str | None = None

    def writes(self, table: Table) -> bool:
        return self.tables is None or table.name in self.tables


def format_named(name: str) -> Format:
    """The format of that name; `ExportRefused` where there is none."""
    if name not in _MODULES:
        raise ExportRefused(f"unknown format {name!r}; there are: {', '.join(FORMAT_NAMES)}")
    return cast("Format", import_module(_MODULES[name]).FORMAT)
