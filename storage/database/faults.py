"""Tells a fault of the database or the disk, which may pass, from a failure of the operation itself."""

from __future__ import annotations

import errno
import sqlite3
from enum import StrEnum

from sqlalchemy.exc import DBAPIError


class Fault(StrEnum):
    """What is wrong with the storage, whichever operation meets it. All but the last two may pass by themselves."""

    LOCKED = "locked"  # another program holds the database, or rows of it
    UNREACHABLE = "unreachable"  # the server is gone, or accepts no connections
    FULL = "full"  # no space is left
    UNWRITABLE = "unwritable"  # read-only, an I/O error, no memory
    CONFLICT = "conflict"  # two transactions got in each other's way; a retry works
    DAMAGED = "damaged"  # the file is no valid database any more
    TAKEN = "taken"  # another crawl uses it

    @property
    def may_pass(self) -> bool:
        return self not in (Fault.DAMAGED, Fault.TAKEN)


# SQLite's primary result codes (https://www.sqlite.org/rescode.html): the low byte of an error's code.
_SQLITE = {
    sqlite3.SQLITE_BUSY: Fault.LOCKED,
    sqlite3.SQLITE_LOCKED: Fault.LOCKED,
    sqlite3.SQLITE_PROTOCOL: Fault.LOCKED,  # lost the race for the WAL's locks too often
    sqlite3.SQLITE_FULL: Fault.FULL,
    sqlite3.SQLITE_IOERR: Fault.UNWRITABLE,
    sqlite3.SQLITE_CANTOPEN: Fault.UNWRITABLE,
    sqlite3.SQLITE_READONLY: Fault.UNWRITABLE,
    sqlite3.SQLITE_PERM: Fault.UNWRITABLE,
    sqlite3.SQLITE_NOMEM: Fault.UNWRITABLE,
    sqlite3.SQLITE_CORRUPT: Fault.DAMAGED,
    sqlite3.SQLITE_NOTADB: Fault.DAMAGED,
}
# PostgreSQL's SQLSTATE (appendix A of its manual): the longest listed prefix counts.
_SQLSTATE = {
    "08": Fault.UNREACHABLE,  # connection exception
    "57P": Fault.UNREACHABLE,  # shut down, starting up, session ended
    "53": Fault.UNWRITABLE,  # insufficient resources
    "53100": Fault.FULL,  # disk full
    "53300": Fault.UNREACHABLE,  # too many connections
    "25006": Fault.UNWRITABLE,  # read-only: a standby, after a failover
    "58": Fault.UNWRITABLE,  # system error, as of the disk
    "40": Fault.CONFLICT,  # serialization failure, deadlock
    "55P03": Fault.LOCKED,  # lock not available
    "XX001": Fault.DAMAGED,  # data corrupted
    "XX002": Fault.DAMAGED,  # index corrupted
}
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}  # EFBIG: past `ulimit -f`
_UNWRITABLE = {errno.EIO, errno.EROFS, errno.EACCES, errno.EPERM, errno.ENXIO, errno.ESTALE, errno.EMFILE, errno.ENFILE}


def classify_fault(error: BaseException) -> Fault | None:
    """Return the fault behind an error of SQLAlchemy or of the operating system.

    Return None for a failure of the operation itself, which a retry would meet again: a constraint, a type, a defect.
    """
    if isinstance(error, ConnectionError):
        return Fault.UNREACHABLE
    if isinstance(error, OSError):
        return Fault.FULL if error.errno in _FULL else Fault.UNWRITABLE if error.errno in _UNWRITABLE else None
    if not isinstance(error, DBAPIError):
        return None
    if isinstance(error.orig, sqlite3.Error):
        code = getattr(error.orig, "sqlite_errorcode", None)  # missing if Python's own driver refused
        return None if code is None else _SQLITE.get(code & 0xFF)
    state = getattr(error.orig, "sqlstate", None)
    if state:
        return next((_SQLSTATE[state[:length]] for length in (5, 3, 2) if state[:length] in _SQLSTATE), None)
    # The server did not answer: the connection to it failed.
    lost = error.connection_invalidated or type(error.orig).__name__ == "OperationalError"
    return Fault.UNREACHABLE if lost else None


def describe_error(error: BaseException) -> str:
    """Return the message of the database or the operating system, in one line."""
    message = str(error.orig) if isinstance(error, DBAPIError) else getattr(error, "strerror", None) or str(error)
    return " ".join(message.split()) or type(error).__name__
