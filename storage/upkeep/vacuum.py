"""Gives the space of deleted rows back to the disk."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, text

from cleaning.errors import BroadsheetError


def vacuum_store(engine: Engine) -> None:
    """Write the database anew without its free pages. Nothing else may use it meanwhile.

    SQLite needs as much free space as its file takes, where the file is. Raise BroadsheetError if there is less.
    """
    if engine.dialect.name == "sqlite":
        path = Path(engine.url.database or "")
        needed, free = path.stat().st_size, shutil.disk_usage(path.parent).free
        if free < needed:
            raise BroadsheetError(f"--vacuum needs {needed:,} bytes of free space beside {path}; there are {free:,}")
        raw: Any = engine.raw_connection()  # outside of any transaction
        try:
            raw.cursor().execute("VACUUM")
            raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            raw.close()
        return
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT", reading=True) as connection:
        connection.execute(text("VACUUM FULL"))
