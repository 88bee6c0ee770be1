"""Opens the files of a release that somebody else may have made: nothing in its manifest leads out of its folder."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader

LONGEST = 255  # characters of a path; ours have less than 100


class OutsideFile(OSError):
    """A path that leads out of the release, or to what is no plain file. Its text is for a person."""


def is_plain(path: object) -> bool:
    """Whether it is a relative path in our own form: names and "/", nothing hidden, no "..", no backslash."""
    return (
        isinstance(path, str)
        and 0 < len(path) <= LONGEST
        and path.isascii()
        and path.isprintable()
        and "\\" not in path
        and not any(part == "" or part.startswith(".") for part in path.split("/"))
    )


@contextmanager
def opened(folder: int, path: str) -> Iterator[BufferedReader]:
    """The plain file `path` below the open folder `folder`, to read; no link is followed on the way.

    `OutsideFile` where there is a link, where the path is not plain, or at its end stands no plain file; other OSErrors
    as they come, `FileNotFoundError` among them.
    """
    if not is_plain(path):
        raise OutsideFile("is no path within a release")
    *folders, name = path.split("/")
    place = os.dup(folder)
    try:
        for part in folders:
            below = _below(place, part, os.O_RDONLY | os.O_DIRECTORY)
            os.close(place)
            place = below
        file = _below(place, name, os.O_RDONLY | os.O_NONBLOCK)  # a pipe that nobody writes to would be waited for
    finally:
        os.close(place)
    with os.fdopen(file, "rb") as stream:
        if not stat.S_ISREG(os.fstat(file).st_mode):
            raise OutsideFile("is no plain file")
        yield stream


def is_folder(place: int, name: str) -> bool:
    """Whether under that name in the open folder `place` stands a folder that can be read, and no link."""
    try:
        os.close(os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=place))
    except OSError:
        return False
    return True


def _below(place: int, name: str, flags: int) -> int:
    if stat.S_ISLNK(os.stat(name, dir_fd=place, follow_symlinks=False).st_mode):
        raise OutsideFile("is a link")
    return os.open(name, flags | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=place)
