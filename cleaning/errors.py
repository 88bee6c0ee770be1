"""What can go wrong, in one tree.

    BroadsheetError                 everything we raise on purpose; its message is one line for a person
    ├── ExportFailed                the disk or the database failed while a release was written; nothing of it is left
    ├── MemoryUnreadable            what is stored of a site's memory was written by another version, or is damaged
    ├── RecordUnreadable            a place in the archive gives no page: wrong, torn, too large, cannot be decoded
    ├── StorageLost                 the database or the archive took no writes for longer than STORAGE_PATIENCE
    └── UsageError                  the user asked for something that cannot be (exit status 2)
        ├── SitesError              sites.toml: which key, which line
        ├── UnknownSite             no such name among the sites
        ├── BadAddress              a URL that is not one
        ├── BadArgument             an option or argument with a value that it does not take
        ├── DataFolderError         the data folder cannot be made or written
        ├── DatabaseMissing         the database cannot be opened, or holds no corpus yet
        ├── ArchiveMissing          a WARC file that is not there or is none
        └── ExportRefused           the export folder is in the way, or the format unknown

A command answers a UsageError with its message and exit status 2, never with a traceback.
"""

from __future__ import annotations


class BroadsheetError(Exception):
    """Base of all errors that Broadsheet raises on purpose."""

    exit_status = 1


class ExportFailed(BroadsheetError):
    """The disk or the database failed while a release was written; nothing of it is left."""


class MemoryUnreadable(BroadsheetError):
    """What is stored of a site's memory was written by another version, or is damaged; it can be learnt again."""


class RecordUnreadable(BroadsheetError):
    """A place in the archive gives no page; `reason` is a word to count it by."""

    def __init__(self, message: str, reason: str = "unreadable") -> None:
        super().__init__(message)
        self.reason = reason


class StorageLost(BroadsheetError):
    """The database or the archive took no writes for longer than it was waited for; `fault` is a word to count it by.

    What was fetched meanwhile is not lost: its address is as it was before, and is asked again by the next start.
    """

    def __init__(self, message: str, fault: str) -> None:
        super().__init__(message)
        self.fault = fault
        self.exit_status = 5 if fault == "full" else 4  # as crawler/outcome.py names them


class UsageError(BroadsheetError):
    """A user's mistake; the message says what to do about it."""

    exit_status = 2


class SitesError(UsageError):
    """`sites.toml` says something that cannot be meant; carries the line where it stands."""

    def __init__(self, message: str, *, path: str, line: int | None = None) -> None:
        where = f"{path}, line {line}" if line else path
        super().__init__(f"{where}: {message}")
        self.path = path
        self.line = line


class UnknownSite(UsageError):
    """A site was named that `sites.toml` does not list."""


class BadAddress(UsageError):
    """A text was given as an address that is no http(s) URL."""


class BadArgument(UsageError):
    """An option or spider argument has a value that it does not take."""


class DataFolderError(UsageError):
    """The data folder cannot be made or written."""


class DatabaseMissing(UsageError):
    """The database cannot be opened, or holds no corpus yet."""


class ArchiveMissing(UsageError):
    """A WARC file is not there, or is none."""


class ExportRefused(UsageError):
    """An export was asked for that would overwrite something, or in a format that is unknown."""
