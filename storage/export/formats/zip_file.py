"""Writes a ZIP with one file an article.

The entries are stored without compression and with a fixed date, so that the bytes depend on no compressor, clock or
system.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote
from zipfile import ZIP_STORED, ZipFile, ZipInfo

_UNIX = 3
_PLAIN_FILE = 0o100644 << 16
_EARLIEST = (1980, 1, 1, 0, 0, 0)  # the earliest date in a ZIP


@contextmanager
def open_zip(path: Path, suffix: str) -> Iterator[Callable[[str, str], None]]:
    """Create a ZIP; yield the function that adds a text under the id of its article."""
    with path.open("xb") as file, ZipFile(file, "w", ZIP_STORED) as archive:

        def write_entry(key: str, text: str) -> None:
            # An id has only hexadecimal digits. In a foreign store it may be anything; it must not be a path.
            entry = ZipInfo(f"{quote(key, safe='')}{suffix}", _EARLIEST)
            entry.create_system = _UNIX
            entry.external_attr = _PLAIN_FILE
            archive.writestr(entry, text)

        yield write_entry
