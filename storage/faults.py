"""What an error of the database or the disk is: a fault of theirs that may pass, or the operation's own failure."""

from __future__ import annotations

import errno
import sqlite3
from enum import StrEnum

from sqlalchemy.exc import DBAPIError


class Fault(StrEnum):
    """What is wrong with the storage, whatever is asked of it. All but the last two may pass by themselves."""

    LOCKED = "locked"  # another program holds the database, or rows of it
    UNREACHABLE = "unreachable"  # the server is gone, or takes no connections
    FULL = "full"  # no space is left
    UNWRITABLE = "unwritable"  # read-only, an I/O error, no memory
    CONFLICT = "conflict"  # two transactions got in each other's way; tried again, it works
    DAMAGED = "damaged"  # what stands there is no database any more
    TAKEN = "taken"  # another crawl uses it

    @property
    def may_pass(self) -> bool:
        return self not in (Fault.DAMAGED, Fault.TAKEN)


# SQLite's primary result codes (https://www.sqlite.org/rescode.html): the low byte of what an error carries.
_SQLITE = {
    sqlite3.SQLITE_BUSY: Fault.LOCKED,
    sqlite3.SQLITE_LOCKED: Fault.LOCKED,
    sqlite3.SQLITE_PROTOCOL: Fault.LOCKED,  # the race for the WAL's locks was lost too often
    sqlite3.SQLITE_FULL: Fault.FULL,
    sqlite3.SQLITE_IOERR: Fault.UNWRITABLE,
    sqlite3.SQLITE_CANTOPEN: Fault.UNWRITABLE,
    sqlite3.SQLITE_READONLY: Fault.UNWRITABLE,
    sqlite3.SQLITE_PERM: Fault.UNWRITABLE,
    sqlite3.SQLITE_NOMEM: Fault.UNWRITABLE,
    sqlite3.SQLITE_CORRUPT: Fault.DAMAGED,
    sqlite3.SQLITE_NOTADB: Fault.DAMAGED,
}
# PostgreSQL's SQLSTATE (appendix A of its manual): the longest beginning that is listed counts.
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


def fault(error: BaseException) -> Fault | None:
    """The fault that an error of SQLAlchemy or of the operating system tells of.

    None where it is the operation's own failure, which it would have again: a constraint, a type, a defect.
    """
    if isinstance(error, ConnectionError):
        return Fault.UNREACHABLE
    if isinstance(error, OSError):
        return Fault.FULL if error.errno in _FULL else Fault.UNWRITABLE if error.errno in _UNWRITABLE else None
    if not isinstance(error, DBAPIError):
        return None
    if isinstance(error.orig, sqlite3.Error):
        code = getattr(error.orig, "sqlite_errorcode", None)  # missing where Python's own driver refused
        return None if code is None else _SQLITE.get(code & 0xFF)
    state = getattr(error.orig, "sqlstate", None)
    if state:
        return next((_SQLSTATE[state[:length]] for length in (5, 3, 2) if state[:length] in _SQLSTATE), None)
    # The server said nothing: what failed is the way to it.
    lost = error.connection_invalidated or type(error.orig).__name__ == "OperationalError"
    return Fault.UNREACHABLE if lost else None


def told(error: BaseException) -> str:
    """The error in one line, as its database or the operating system says it."""
    said = str(error.orig) if isinstance(error, DBAPIError) else getattr(error, "strerror", None) or str(error)
    return " ".join(said.split()) or type(error).__name__
