"""Keeps copies of the objects of an archive elsewhere on the disk: the pages of one object are read one by one."""

from __future__ import annotations

import os
import shutil
import time
from contextlib import suppress
from pathlib import Path
from threading import Lock
from typing import BinaryIO

DEFAULT_MAX_BYTES = 2 << 30
_MAX_AGE = 86_400.0  # seconds; what was erased from the archive by another machine is gone from here after that
_LEFT = 0.8  # of `max_bytes`, after old copies were deleted


class ObjectCache:
    """Copies in `folder`, at most `max_bytes` of them, the oldest deleted first. Several processes may use one folder.

    A copy is found by the name of its object and by the `version` of its content: it is `folder/NAME/VERSION`. It need
    not survive a power cut.
    """

    def __init__(self, folder: Path, max_bytes: int = DEFAULT_MAX_BYTES) -> None:
        self._folder = folder
        self._max_bytes = max_bytes
        self._lock = Lock()
        self._bytes: int | None = None  # of all copies; None: not counted yet

    def open(self, name: str, version: str) -> BinaryIO | None:
        """Open the copy of an object; None if there is none. What is too old goes at the first call."""
        if self._bytes is None:
            with self._lock, suppress(OSError):
                self._shrink()
        try:
            return (self._locate(name) / version).open("rb")
        except OSError:
            return None

    def keep(self, name: str, version: str, data: bytes) -> None:
        """Keep a copy, in place of those of earlier versions. A disk that refuses costs the copy alone."""
        if len(data) > self._max_bytes:
            return
        place = self._locate(name)
        draft = place / f".{version}.{os.getpid()}.partial"
        with self._lock, suppress(OSError):
            self._discard(place)
            place.mkdir(parents=True)
            try:
                draft.write_bytes(data)
                draft.replace(place / version)
            finally:
                draft.unlink(missing_ok=True)
            self._bytes = None if self._bytes is None else self._bytes + len(data)
            self._shrink()

    def discard(self, name: str) -> None:
        """Delete what is kept of an object."""
        with self._lock, suppress(OSError):
            self._discard(self._locate(name))

    def _discard(self, place: Path) -> None:
        if place.exists():
            shutil.rmtree(place)
            self._bytes = None

    def _locate(self, name: str) -> Path:
        return self._folder / "".join(letter if letter.isalnum() or letter in "-." else "_" for letter in name)

    def _shrink(self) -> None:
        """Delete what is too old, and the oldest until there is room."""
        if self._bytes is not None and self._bytes <= self._max_bytes:
            return
        found = []
        for path in self._folder.glob("*/*"):
            with suppress(FileNotFoundError):  # another process has deleted it meanwhile
                facts = path.stat()
                found.append((facts.st_mtime, facts.st_size, path))
        total, now = sum(size for _, size, _ in found), time.time()
        most = self._max_bytes if total <= self._max_bytes else round(self._max_bytes * _LEFT)
        for written_at, size, path in sorted(found):
            if total <= most and now - written_at < _MAX_AGE:
                break
            path.unlink(missing_ok=True)
            with suppress(OSError):  # it holds another version
                path.parent.rmdir()
            total -= size
        self._bytes = total
