"""Copies SQLite's file before it is upgraded, so that the old one can be put back."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from cleaning.errors import BadArgument
from storage.database.disk import flush_to_disk

_PAGES = 2_000  # of the file, between two reports

Report = Callable[[int, int], None]  # how many pages of the file are copied, of how many


def copy_before_upgrade(path: Path, current: str, newest: str, report: Report) -> Path:
    """Copy a file with the schema `current` beside it, and return the copy; it is there whole or not at all.

    One that was made before an upgrade that was interrupted is kept: it holds an older schema. Raise BadArgument if
    there is no room for it.
    """
    copy = path.with_name(f"{path.name}.before-{newest}")
    if copy.is_file() and _read_version(copy) < current:
        return copy
    needed, free = path.stat().st_size, shutil.disk_usage(path.parent).free
    if free < needed:
        raise BadArgument(
            f"a copy of the old file needs {needed:,} bytes beside {path}, and {free:,} are free; make space, or leave"
            " the copy out: --no-copy"
        )
    draft = copy.with_name(f".{copy.name}.partial")
    draft.unlink(missing_ok=True)
    with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(draft)) as target:
        source.backup(target, pages=_PAGES, progress=lambda _status, left, total: report(total - left, total))
    with draft.open("rb+") as file:
        os.fsync(file.fileno())
    draft.replace(copy)
    flush_to_disk(copy.parent)
    return copy


def _read_version(path: Path) -> str:
    """Return the schema of a file; "" if it has none."""
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as store:
        try:
            row = store.execute("SELECT version_num FROM alembic_version").fetchone()
        except sqlite3.DatabaseError:
            return ""
    return str(row[0]) if row else ""
