"""Copies a file of SQLite whose schema is old, before it is upgraded."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import URL

from cleaning.errors import StoreOutdated
from crawler.terminal.progress import show_progress
from storage.database.engine import open_database
from storage.upkeep.old_copy import copy_before_upgrade


def copy_old_file(url: URL, *, every: float) -> Path | None:
    """Copy the file beside itself, and return the copy; None for a server, and for a schema that is the newest one.

    `every`: seconds between two log lines, where there is no terminal for a bar. Raise BadArgument if there is no room.
    """
    if url.get_backend_name() != "sqlite":
        return None
    try:
        open_database(url, create=False, upgrade=False).dispose()
    except StoreOutdated as outdated:
        if outdated.current is None:
            return None
        with show_progress("copying the old file", "pages", every=every) as report:
            return copy_before_upgrade(Path(url.database or ""), outdated.current, outdated.newest, report)
    return None
