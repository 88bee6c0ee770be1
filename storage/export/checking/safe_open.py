"""Opens the files of a release that anybody may have made, without leaving its folder."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader

MAX_PATH_CHARACTERS = 255  # our own paths have less than 100


class OutsideFile(OSError):
    """A path that leads out of the release, or to something that is not a regular file. The text is for a person."""


def is_safe_path(path: object) -> bool:
    """Whether the path is relative and in our own form: names and "/", nothing hidden, no "..", no backslash."""
    return (
        isinstance(path, str)
        and 0 < len(path) <= MAX_PATH_CHARACTERS
        and path.isascii()
        and path.isprintable()
        and "\\" not in path
        and not any(part == "" or part.startswith(".") for part in path.split("/"))
    )


@contextmanager
def open_safely(folder: int, path: str) -> Iterator[BufferedReader]:
    """Open the regular file `path` below the open folder `folder` for reading, without following a link.

    Raise `OutsideFile` for a link, an unsafe path, or anything but a regular file. Other OSErrors pass, among them
    `FileNotFoundError`.
    """
    if not is_safe_path(path):
        raise OutsideFile("is not a path within a release")
    *folders, name = path.split("/")
    place = os.dup(folder)
    try:
        for part in folders:
            below = _open_below(place, part, os.O_RDONLY | os.O_DIRECTORY)
            os.close(place)
            place = below
        file = _open_below(place, name, os.O_RDONLY | os.O_NONBLOCK)  # opening a pipe without a writer would block
    finally:
        os.close(place)
    with os.fdopen(file, "rb") as stream:
        if not stat.S_ISREG(os.fstat(file).st_mode):
            raise OutsideFile("is not a regular file")
        yield stream


def is_readable_folder(place: int, name: str) -> bool:
    """Whether `name` in the open folder `place` is a folder that can be read, and not a link."""
    try:
        os.close(os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=place))
    except OSError:
        return False
    return True


def _open_below(place: int, name: str, flags: int) -> int:
    if stat.S_ISLNK(os.stat(name, dir_fd=place, follow_symlinks=False).st_mode):
        raise OutsideFile("is a link")
    return os.open(name, flags | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=place)
