"""One crawl at a time on a data folder, and on a database: two would take each other's leases for left-overs."""

from __future__ import annotations

import fcntl
from pathlib import Path
from typing import IO

from sqlalchemy import Connection, Engine, func, select

from cleaning.errors import DatabaseMissing, DataFolderError, UsageError

Claim = Connection | IO[str]  # held until it is closed, or the process ends in whatever way

_NUMBER = 0x42524F4144  # of our advisory lock in PostgreSQL


def claim_data_folder(folder: Path) -> Claim:
    """Claims the folder for one crawl; `DataFolderError` where another has it."""
    message = f"another crawl is using the data folder {folder}; wait for it, or choose another by -s DATA_DIR="
    return _locked(folder / ".lock", DataFolderError(message))


def claim_database(engine: Engine) -> Claim:
    """Claims the database for one crawl; `DatabaseMissing` where another has it."""
    taken = DatabaseMissing("another crawl is using this database; wait for it, or name another by DATABASE_URL")
    if engine.dialect.name != "postgresql":
        return _locked(Path(f"{engine.url.database}.lock"), taken)
    connection = engine.connect()
    if not connection.execute(select(func.pg_try_advisory_lock(_NUMBER))).scalar_one():
        connection.close()
        raise taken
    connection.commit()  # the lock is the session's: no transaction need stay open for it
    return connection


def _locked(path: Path, taken: UsageError) -> IO[str]:
    file = path.open("w", encoding="utf-8")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)  # the kernel lets go of it even after `kill -9`
    except BlockingIOError as error:
        file.close()
        raise taken from error
    return file
