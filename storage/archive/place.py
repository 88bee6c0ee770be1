"""Where the archive is: its files by their names, in a folder of this machine or at an address."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Literal, Protocol

from storage.archive.own_files import list_own_files

# In the data folder: the archive by default; of an archive elsewhere, copies of objects, and files that are changed.
FOLDER, CACHE_FOLDER, WORK_FOLDER = "archive", "archive-cache", "archive-work"


class FileOpener(Protocol):
    """What WARC files are opened by, by their names."""

    def locate(self, name: str) -> str:
        """Return where a file is, to tell people."""

    def open(self, name: str) -> BinaryIO:
        """Open a file for reading, at any position. Raise `FileNotFoundError` or another `OSError`."""


class ArchivePlace(FileOpener, Protocol):
    """The files of an archive. Blocking; several threads may use one.

    A method that names a file raises `FileNotFoundError` if there is none, and another `OSError` if it cannot be read.
    `str` tells people where the archive is, without a password.
    """

    @property
    def folder(self) -> Path | None:
        """The folder of this machine that it is, in which files can be appended to; None elsewhere."""

    def list_files(self) -> list[ArchiveFile]:
        """Return the WARC files, sorted by name; none if there is no archive yet."""

    def check_out(self, name: str) -> AbstractContextManager[Path]:
        """Have a file in a folder of this machine, to change it there; `put_back` makes the change the archive's.

        Only one process may do so at a time: it has claimed the data folder and the database.
        """

    def put_back(self, path: Path) -> None:
        """Put a file of the folder of `check_out` in the place of the one of its name, or as a new one.

        The replacement is atomic, and durable when this returns.
        """

    def delete(self, name: str) -> None:
        """Delete a file."""


@dataclass(frozen=True, slots=True)
class ArchiveFile:
    """One file of an archive. It can be read like a `Path`."""

    name: str
    size: int  # in bytes
    place: ArchivePlace = field(repr=False, compare=False)

    def open(self, mode: Literal["rb"] = "rb") -> BinaryIO:
        assert mode == "rb"  # noqa: S101 (an archive is never changed in place)
        return self.place.open(self.name)


class FolderPlace:
    """An archive in a folder of this machine, or in one that many machines share."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __str__(self) -> str:
        return str(self._folder)

    @property
    def folder(self) -> Path:
        return self._folder

    def locate(self, name: str) -> str:
        return str(self._folder / name)

    def list_files(self) -> list[ArchiveFile]:
        return [ArchiveFile(path.name, path.stat().st_size, self) for path in list_own_files(self._folder)]

    def open(self, name: str) -> BinaryIO:
        return (self._folder / name).open("rb")

    @contextmanager
    def check_out(self, name: str) -> Iterator[Path]:
        yield self._folder / name

    def put_back(self, path: Path) -> None:
        """Do nothing: what was checked out is the file itself, and whoever changes it does so durably."""

    def delete(self, name: str) -> None:
        (self._folder / name).unlink()


def as_place(where: Path | ArchivePlace) -> ArchivePlace:
    """Return the place that a folder is."""
    return FolderPlace(where) if isinstance(where, Path) else where
