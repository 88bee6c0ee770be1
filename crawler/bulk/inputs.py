"""Finds the WARC files of a bulk run: files, folders, patterns, and addresses that fsspec opens (s3://, https://)."""

from __future__ import annotations

import glob
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from cleaning.errors import ArchiveMissing, LibraryMissing
from storage.archive.read_back import find_archive_files

_ENDINGS = (".warc", ".warc.gz")


def find_inputs(paths: Iterable[str]) -> tuple[str, ...]:
    """Return the WARC files that these paths name, each once, in the order of the paths; local ones as whole paths.

    Raise `ArchiveMissing` for a path without a WARC file, `LibraryMissing` where an address needs a package.
    """
    found: dict[str, None] = {}
    for path in paths:
        found.update(dict.fromkeys(_find_remote(path) if is_address(path) else _find_local(path)))
    return tuple(found)


def is_address(path: str) -> bool:
    """Return whether fsspec opens it, and not the file system of this machine."""
    return "://" in path


def open_input(address: str) -> Any:
    """Return a file that is open for reading. Raise OSError if it cannot be read."""
    if not is_address(address):
        return Path(address).open("rb")
    import fsspec  # noqa: PLC0415 -- comes with the extra `bulk`

    return fsspec.open(address, "rb").open()


def _find_local(path: str) -> list[str]:
    if glob.has_magic(path) and not Path(path).exists():
        names = sorted(glob.glob(path, recursive=True))  # noqa: PTH207 (a whole path, not below a folder)
        if not names:
            raise ArchiveMissing(f"there is no file that matches {path}")
        return [found for name in names for found in _find_local(name)]
    return [str(file.resolve()) for file in find_archive_files(Path(path))]


def _find_remote(path: str) -> list[str]:
    import fsspec  # noqa: PLC0415 -- comes with the extra `bulk`

    try:
        system, name = fsspec.core.url_to_fs(path)
        if glob.has_magic(name):
            names = sorted(map(str, system.glob(name)))
        elif system.isdir(name):
            names = sorted(one for one in map(str, system.find(name)) if one.endswith(_ENDINGS))
        else:
            names = [name] if system.exists(name) else []
    except ImportError as error:
        raise LibraryMissing(f"{path}: {error}; for s3: pip install 'broadsheet[s3]'") from error
    except (OSError, ValueError) as error:
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise ArchiveMissing(f"{path} cannot be read: {reason}") from error
    if not names:
        raise ArchiveMissing(f"there is no WARC file at {path}")
    return [str(system.unstrip_protocol(one)) for one in names]
