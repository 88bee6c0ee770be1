"""Lets one crawl at a time use a data folder and a database: two would return each other's leases as left-overs."""

from __future__ import annotations

import fcntl
import logging
from contextlib import suppress
from pathlib import Path
from threading import Lock
from typing import IO, Self

from sqlalchemy import Connection, Engine, event, func, select, text
from sqlalchemy.exc import DBAPIError

from cleaning.errors import DatabaseMissing, DataFolderError, StorageLost, UsageError
from storage.database.faults import Fault

logger = logging.getLogger(__name__)

_LOCK_NUMBER = 0x42524F4144  # of the advisory lock in PostgreSQL
# pg_locks lists a lock on one 64-bit number as its two halves, with objsubid 1.
_IS_HELD = text(
    "SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 1 AND pid = :server"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    " AND classid = :high AND objid = :low)"
).bindparams(high=_LOCK_NUMBER >> 32, low=_LOCK_NUMBER & 0xFFFFFFFF)


def claim_data_folder(folder: Path) -> IO[str]:
    """Claim the folder for one crawl. Raise `DataFolderError` if another crawl has it."""
    message = f"another crawl is using the data folder {folder}; wait for it, or choose another with -s DATA_DIR="
    return _lock_file(folder / ".lock", DataFolderError(message))


def is_data_folder_claimed(folder: Path) -> bool:
    """Return whether a crawl has claimed the folder now; for who asks sites without a claim."""
    try:
        with (folder / ".lock").open(encoding="utf-8") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False


def claim_database(engine: Engine) -> IO[str] | ServerClaim:
    """Claim the database for one crawl. Raise `DatabaseMissing` if another crawl has it.

    The claim on a server ends with its connection. Then no transaction of this engine begins until the claim is
    acquired again. If another crawl was faster, every transaction raises `StorageLost`.
    """
    taken = DatabaseMissing("another crawl is using this database; wait for it, or name another with DATABASE_URL")
    if engine.dialect.name != "postgresql":
        return _lock_file(Path(f"{engine.url.database}.lock"), taken)
    claim = ServerClaim(engine)
    if not claim.acquire():
        raise taken
    return claim


class ServerClaim:
    """A claim on a PostgreSQL database, held until it is closed or the process ends in whatever way.

    It is an advisory lock, held by a connection that does nothing else. Every transaction that may write checks first
    that the lock is still held.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._holder: Connection | None = None
        self._server = 0  # the id of the server process that holds the lock
        self._renewing = Lock()
        event.listen(engine, "begin", self._check)

    def acquire(self) -> bool:
        """Try to take the lock; return whether this claim holds it now."""
        connection = self._engine.connect().execution_options(claims=True)
        try:
            if not connection.execute(select(func.pg_try_advisory_lock(_LOCK_NUMBER))).scalar_one():
                connection.close()
                return False
            self._server = connection.execute(select(func.pg_backend_pid())).scalar_one()
            connection.commit()  # the lock belongs to the connection: no transaction has to stay open for it
        except BaseException:
            connection.close()
            raise
        self._holder = connection
        return True

    def close(self) -> None:
        event.remove(self._engine, "begin", self._check)
        if self._holder is not None:
            with suppress(DBAPIError):  # the server is gone, and the lock with it
                # The server notices only later that a connection has ended; the next claim may come before that.
                self._holder.execute(select(func.pg_advisory_unlock(_LOCK_NUMBER)))
        self._release()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _check(self, connection: Connection) -> None:
        options = connection.get_execution_options()
        if options.get("claims") or options.get("reading"):
            return
        with self._renewing:
            if connection.execute(_IS_HELD, {"server": self._server}).scalar_one():
                return
            self._release()
            if not self.acquire():
                raise StorageLost(
                    "another crawl has claimed this database while its server was unreachable", Fault.TAKEN
                )
            logger.warning("the claim on the database was lost with its connection, and has been acquired again")

    def _release(self) -> None:
        holder, self._holder = self._holder, None
        if holder is None:
            return
        with suppress(DBAPIError):  # the server is gone, and the lock with it
            holder.invalidate()  # closes the connection itself: in the pool it would go on holding the lock
            holder.close()


def _lock_file(path: Path, taken: UsageError) -> IO[str]:
    file = path.open("w", encoding="utf-8")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)  # the kernel releases it even after `kill -9`
    except BlockingIOError as error:
        file.close()
        raise taken from error
    return file
