"""Finds and opens the WARC files of a bulk run: files, folders, patterns, and addresses that fsspec opens (s3://)."""

from __future__ import annotations

import glob
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

from cleaning.errors import ArchiveMissing, BadArgument
from storage.archive.read_back import find_archive_files

_ENDINGS = (".warc", ".warc.gz")
_PATIENCE = 30.0  # seconds for a server that is away while somebody waits for the run to begin


def find_inputs(paths: Iterable[str]) -> tuple[str, ...]:
    """Return the WARC files that these paths name, each once, in the order of the paths; local ones as whole paths.

    Raise `ArchiveMissing` for a path without a WARC file, `LibraryMissing` where an address needs a package, and
    `StorageLost` where its server does not answer.
    """
    found: dict[str, None] = {}
    for path in paths:
        found.update(dict.fromkeys(_find_remote(path) if is_address(path) else _find_local(path)))
    return tuple(found)


def is_address(path: str) -> bool:
    """Return whether fsspec opens it, and not the file system of this machine."""
    return "://" in path


class InputFiles:
    """Opens the files that `find_inputs` has found, as an archive opens its own (storage/archive/place.py).

    Reading waits some minutes for a server that is away, and raises `StorageLost` then.
    """

    def locate(self, name: str) -> str:
        return name

    def open(self, name: str) -> BinaryIO:
        if not is_address(name):
            return Path(name).open("rb")
        from storage.archive.elsewhere import AddressPlace  # noqa: PLC0415 (local files need no fsspec)

        return AddressPlace(name, {}).open(name)


def _find_local(path: str) -> list[str]:
    if glob.has_magic(path) and not Path(path).exists():
        names = sorted(glob.glob(path, recursive=True))  # noqa: PTH207 (a whole path, not below a folder)
        if not names:
            raise ArchiveMissing(f"there is no file that matches {path}")
        return [found for name in names for found in _find_local(name)]
    return [str(file.resolve()) for file in find_archive_files(Path(path))]


def _find_remote(path: str) -> list[str]:
    from storage.archive.elsewhere import AddressPlace, hide_login  # noqa: PLC0415 (local files need no fsspec)

    try:
        names = AddressPlace(path, {}, patience=_PATIENCE).find_addresses(_ENDINGS)
    except BadArgument as error:
        raise ArchiveMissing(f"{hide_login(path)} is no address that fsspec opens") from error
    if not names:
        raise ArchiveMissing(f"there is no WARC file at {hide_login(path)}")
    return names
