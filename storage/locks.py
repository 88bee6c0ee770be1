"""One crawl at a time on a data folder, and on a database: two would take each other's leases for left-overs."""

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
from storage.faults import Fault

logger = logging.getLogger(__name__)

_NUMBER = 0x42524F4144  # of our advisory lock in PostgreSQL
# A lock on one 64-bit number stands in pg_locks as its two halves, with objsubid 1.
_HOLDS = text(
    "SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 1 AND pid = :server"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    " AND classid = :high AND objid = :low)"
).bindparams(high=_NUMBER >> 32, low=_NUMBER & 0xFFFFFFFF)


def claim_data_folder(folder: Path) -> IO[str]:
    """Claims the folder for one crawl; `DataFolderError` where another has it."""
    message = f"another crawl is using the data folder {folder}; wait for it, or choose another by -s DATA_DIR="
    return _locked(folder / ".lock", DataFolderError(message))


def claim_database(engine: Engine) -> IO[str] | ServerClaim:
    """Claims the database for one crawl; `DatabaseMissing` where another has it.

    The claim on a server ends with its connection. From then on no transaction of this engine begins until the claim is
    taken again; where another crawl was faster, each raises `StorageLost`.
    """
    taken = DatabaseMissing("another crawl is using this database; wait for it, or name another by DATABASE_URL")
    if engine.dialect.name != "postgresql":
        return _locked(Path(f"{engine.url.database}.lock"), taken)
    claim = ServerClaim(engine)
    if not claim.take():
        raise taken
    return claim


class ServerClaim:
    """Held until it is closed, or the process ends in whatever way: an advisory lock of a session of its own.

    It is looked for at the beginning of every transaction that may write."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._held: Connection | None = None
        self._server = 0  # the process at the server that holds it
        self._renewing = Lock()
        event.listen(engine, "begin", self._begun)

    def take(self) -> bool:
        """Whether the lock is ours now."""
        connection = self._engine.connect().execution_options(claims=True)
        try:
            if not connection.execute(select(func.pg_try_advisory_lock(_NUMBER))).scalar_one():
                connection.close()
                return False
            self._server = connection.execute(select(func.pg_backend_pid())).scalar_one()
            connection.commit()  # the lock is the session's: no transaction need stay open for it
        except BaseException:
            connection.close()
            raise
        self._held = connection
        return True

    def close(self) -> None:
        event.remove(self._engine, "begin", self._begun)
        self._let_go()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _begun(self, connection: Connection) -> None:
        options = connection.get_execution_options()
        if options.get("claims") or options.get("reading"):
            return
        with self._renewing:
            if connection.execute(_HOLDS, {"server": self._server}).scalar_one():
                return
            self._let_go()
            if not self.take():
                raise StorageLost("another crawl has taken this database while its server was gone", Fault.TAKEN)
            logger.warning("the claim on the database was lost with its connection, and is taken again")

    def _let_go(self) -> None:
        held, self._held = self._held, None
        if held is None:
            return
        with suppress(DBAPIError):  # the server is gone, and the lock with it
            held.invalidate()  # the connection itself is closed: in the pool it would go on holding the lock
            held.close()


def _locked(path: Path, taken: UsageError) -> IO[str]:
    file = path.open("w", encoding="utf-8")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)  # the kernel lets go of it even after `kill -9`
    except BlockingIOError as error:
        file.close()
        raise taken from error
    return file
