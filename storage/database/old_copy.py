"""Copies SQLite's file before it is upgraded, so that the old one can be put back.

Whoever opens an old store to upgrade it has it copied: the step that does it is a value of the type KeepOld.
"""

from __future__ import annotations

import logging
import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from cleaning.errors import BadArgument
from storage.database.disk import flush_to_disk

_PAGES = 2_000  # of the file, between two reports
_WITHOUT = "upgrade without a copy: scrapy db upgrade --no-copy"

Report = Callable[[int, int], None]  # how many pages of the file are copied, of how many
KeepOld = Callable[[Path, str, str], object]  # copies the file with this schema, before it is brought to that one

logger = logging.getLogger(__name__)


def keep_old_file(path: Path, current: str, newest: str) -> None:
    """Copy a file with the schema `current` beside it, and log where the copy is."""
    logger.info("the old file is copied before: %d bytes", path.stat().st_size)
    copy = copy_before_upgrade(path, current, newest, lambda _done, _total: None)
    logger.info(
        "%s is the store as it was: in the place of %s it is that again. Delete it when you need it no more", copy, path
    )


def copy_before_upgrade(path: Path, current: str, newest: str, report: Report) -> Path:
    """Copy a file with the schema `current` beside it, and return the copy; it is there whole or not at all.

    One that was made before an upgrade that was interrupted is kept: it holds an older schema. Raise BadArgument if
    there is no room for it, or the file cannot be read.
    """
    copy = path.with_name(f"{path.name}.before-{newest}")
    if copy.is_file() and _read_version(copy) < current:
        return copy
    needed, free = path.stat().st_size, shutil.disk_usage(path.parent).free
    if free < needed:
        raise BadArgument(
            f"before the upgrade, a copy of the old file needs {needed:,} bytes beside {path}, and {free:,} are free;"
            f" make space, or {_WITHOUT}"
        )
    draft = copy.with_name(f".{copy.name}.partial")
    draft.unlink(missing_ok=True)
    try:
        with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(draft)) as target:
            source.backup(target, pages=_PAGES, progress=lambda _status, left, total: report(total - left, total))
        with draft.open("rb+") as file:
            os.fsync(file.fileno())
        draft.replace(copy)
        flush_to_disk(copy.parent)
    except (sqlite3.Error, OSError) as error:
        draft.unlink(missing_ok=True)
        raise BadArgument(
            f"before the upgrade, {path} cannot be copied to {copy.name} beside it: {error}; repair that, or {_WITHOUT}"
        ) from error
    return copy


def _read_version(path: Path) -> str:
    """Return the schema of a file; "" if it has none."""
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as store:
        try:
            row = store.execute("SELECT version_num FROM alembic_version").fetchone()
        except sqlite3.DatabaseError:
            return ""
    return str(row[0]) if row else ""
