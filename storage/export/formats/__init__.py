"""The formats of a release, one file each. A format writes one file of records and knows nothing else."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import cast

from cleaning.errors import ExportRefused
from storage.export.schema import Record

Write = Callable[[Sequence[Record]], None]

# Named as on the command line -> the module with its FORMAT. A module is loaded when its format is asked for: pyarrow
# takes longer to load than a small corpus to write.
_MODULES = {
    "jsonl": "storage.export.formats.jsonl",
    "parquet": "storage.export.formats.parquet",
}
FORMAT_NAMES = tuple(_MODULES)


@dataclass(frozen=True, slots=True)
class Format:
    """How one file of records is written.

    `writing(path)` opens the new file and gives a function that takes batches of records of any size; the file is
    complete when the context ends. The bytes depend on the records alone, not on how they were batched.
    """

    name: str
    suffix: str
    writing: Callable[[Path], AbstractContextManager[Write]]
    how_to_read: str  # lines of Python for the card, with {path}


def format_named(name: str) -> Format:
    """The format of that name; `ExportRefused` where there is none."""
    if name not in _MODULES:
        raise ExportRefused(f"unknown format {name!r}; there are: {', '.join(FORMAT_NAMES)}")
    return cast("Format", import_module(_MODULES[name]).FORMAT)
