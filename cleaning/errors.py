"""The tree of errors.

    BroadsheetError                 base class; its message is one line for a person
    ├── ExportFailed                the disk or the database failed while a release was written; nothing of it is left
    ├── MemoryUnreadable            a stored site memory was written by another version, or is damaged
    ├── ReadingUnreadable           the packed reading of a page was written by another version, or is damaged
    ├── RecordUnreadable            an archive location gives no page: wrong, torn, too large, cannot be decoded
    ├── StorageLost                 the database or the archive took no writes for longer than STORAGE_PATIENCE
    └── UsageError                  a user's mistake (exit status 2)
        ├── SitesError              sites.toml: which key, which line
        ├── UnknownSite             no site of this name in sites.toml
        ├── BadAddress              not an http(s) URL
        ├── BadSelector             no CSS selector that can be used, or no path into JSON-LD
        ├── BadArgument             an option or argument with an invalid value
        ├── DataFolderError         the data folder cannot be created or written
        ├── DatabaseMissing         the database cannot be opened or read, or holds no corpus yet
        ├── StoreOutdated           an older version made the store; `scrapy db upgrade` brings it up to date
        ├── ArticleMissing          the store holds no article of an address or id
        ├── LibraryMissing          a library that only some need is not installed
        ├── ArchiveMissing          a WARC file does not exist or is no WARC file
        └── ExportRefused           the export folder is in the way, the format unknown, or a release unreadable

A command answers a UsageError with its message and exit status 2, never with a traceback.
"""

from __future__ import annotations


class BroadsheetError(Exception):
    """The base of all errors that Broadsheet raises on purpose."""

    exit_status = 1


class ExportFailed(BroadsheetError):
    """The disk or the database failed while a release was written; nothing of it is left."""


class MemoryUnreadable(BroadsheetError):
    """A stored site memory was written by another version, or is damaged; it can be learnt again."""


class ReadingUnreadable(BroadsheetError):
    """The packed reading of a page was written by another version, or is damaged; the page can be read again."""


class RecordUnreadable(BroadsheetError):
    """An archive location gives no page; `reason` is the word that the failure is counted by."""

    def __init__(self, message: str, reason: str = "unreadable") -> None:
        super().__init__(message)
        self.reason = reason


class StorageLost(BroadsheetError):
    """The database or the archive took no writes within STORAGE_PATIENCE; `fault` is the word that it is counted by.

    No page is lost: the addresses that were fetched meanwhile keep their state, and the next run requests them again.
    """

    def __init__(self, message: str, fault: str) -> None:
        super().__init__(message)
        self.fault = fault
        self.exit_status = 5 if fault == "full" else 4  # as crawler/run/exit_codes.py names them


class UsageError(BroadsheetError):
    """A user's mistake; the message tells what to do about it."""

    exit_status = 2


class SitesError(UsageError):
    """`sites.toml` has an invalid key or value; `line` is its line where it is known."""

    def __init__(self, message: str, *, path: str, line: int | None = None) -> None:
        where = f"{path}, line {line}" if line else path
        super().__init__(f"{where}: {message}")
        self.path = path
        self.line = line


class UnknownSite(UsageError):
    """`sites.toml` lists no site of this name."""


class BadAddress(UsageError):
    """An address is not an http(s) URL."""


class BadSelector(UsageError):
    """A text is no CSS selector that can be used, or no path into JSON-LD."""


class BadArgument(UsageError):
    """An option or spider argument has an invalid value."""


class DataFolderError(UsageError):
    """The data folder cannot be created or written."""


class DatabaseMissing(UsageError):
    """The database cannot be opened or read, or holds no corpus yet."""


class StoreOutdated(UsageError):
    """An older version of Broadsheet made the store; `current` is its schema, None where it has none yet."""

    def __init__(self, database: str, current: str | None, newest: str) -> None:
        super().__init__(f"{database} was made by an older version of Broadsheet; upgrade it with: scrapy db upgrade")
        self.database = database
        self.current = current
        self.newest = newest


class ArticleMissing(UsageError):
    """The store holds no article of this address or id."""


class LibraryMissing(UsageError):
    """A library that only some need is not installed; the message says how to install it."""


class ArchiveMissing(UsageError):
    """A WARC file does not exist or is no WARC file."""


class ExportRefused(UsageError):
    """An export would overwrite something or hold nothing, its format is unknown, or a release cannot be read."""


def tell_install(extra: str) -> str:
    """Return the command that installs what an extra of pyproject.toml needs, for the message of `LibraryMissing`."""
    return f".venv/bin/python -m pip install -c constraints.txt -e '.[{extra}]'"
