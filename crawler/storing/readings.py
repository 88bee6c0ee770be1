"""Keeps what cleaning saw of the night's pages, so that settling cleans them again without archive and tree.

The readings (`cleaning.records.article.Article.reading`) stand in a nameless file of the data folder: whatever ends
the crawl, nothing is left of it. The index is in memory, about 200 bytes a page.
"""

from __future__ import annotations

import logging
import os
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryFile
from threading import Lock
from typing import Any

from cleaning.reading.packed_reading import HEAD
from cleaning.records.given import Page
from storage.archive.location import ArchiveLocation
from storage.archive.own_files import parse_own_name
from storage.articles.saving import make_article_id

logger = logging.getLogger(__name__)

_LENGTH_BITS = 32


class KeptReadings:
    """The readings of a crawl, by page, fetch, and what the cleaner was told of the page beside its response.

        readings = KeptReadings(folder, most=1 << 30)       # bytes
        readings.keep(page, location, article.reading)
        readings.get(make_reading_key(name, fetched_at, location, conditions))

    For several threads. If the disk refuses one, or has little space, all are dropped: nothing depends on them.
    """

    def __init__(self, folder: Path, most: int) -> None:
        self._folder = folder
        self._most = most
        self._file: Any = None
        self.size = 0  # bytes
        self._index: dict[bytes, int] = {}  # position and length of each reading, as one number
        self._lock = Lock()  # nothing is written to a file that was closed: its number may be another file's by then

    def __len__(self) -> int:
        return len(self._index)

    def keep(self, page: Page, location: ArchiveLocation | None, reading: bytes) -> int:
        """Keep the reading of a fetched page, if it has one and there is room; return how many bytes are kept."""
        fetched_at = page.fetched_at
        if not reading or location is None or fetched_at is None:
            return 0
        key = make_reading_key(make_article_id(page.url), fetched_at, location, describe_conditions(page))
        with self._lock:
            if key in self._index:  # its transaction is tried again
                return len(reading)
            if self.size + len(reading) > self._most:
                return 0
            try:
                self._append(reading)
            except OSError as error:
                logger.warning("what cleaning saw cannot be kept (%s): pages are read from the archive", error)
                self._drop()
                return 0
            self._index[key] = self.size << _LENGTH_BITS | len(reading)
            self.size += len(reading)
            return len(reading)

    def get(self, key: bytes) -> bytes | None:
        """Return the reading with this key; None if there is none."""
        with self._lock:
            found = self._index.get(key)
            if found is None or self._file is None:
                return None
            position, length = found >> _LENGTH_BITS, found & ((1 << _LENGTH_BITS) - 1)
            try:
                data = os.pread(self._file.fileno(), length, position)
            except OSError as error:
                logger.warning("what cleaning saw of a page cannot be read (%s): it is read from the archive", error)
                return None
        return data if len(data) == length else None

    def close(self) -> None:
        """Drop all readings, and keep no more."""
        with self._lock:
            self._drop()

    def _append(self, reading: bytes) -> None:
        if self._file is None:
            self._file = TemporaryFile(dir=self._folder, buffering=0)  # noqa: SIM115 (closed by `close`)
        if os.pwrite(self._file.fileno(), reading, self.size) < len(reading):
            raise OSError("the disk is full")

    def _drop(self) -> None:
        self._most = self.size = 0
        self._index.clear()
        if self._file is not None:
            self._file.close()
        self._file = None


def describe_conditions(page: Page) -> str:
    """Return what settings and sites.toml say of a page: a reading holds while it is the same."""
    return repr((page.language, page.rules, page.robot_name, page.obeyed_tags))


def make_reading_key(name: str, fetched_at: datetime, location: ArchiveLocation, conditions: str) -> bytes:
    """Return the key of the reading of the page with this id, as it was fetched and archived, and is cleaned now.

    What another version of the cleaner or of Python has packed has another key.
    """
    moment = fetched_at.astimezone(UTC).isoformat()
    # A record of an archive elsewhere is moved after the night. The moment tells which fetch of ours it is.
    own = parse_own_name(location.file)
    place = None if own is not None and own.mark else (location.file, location.offset)
    return sha256(HEAD + repr((name, moment, place, conditions)).encode("utf-8", "replace")).digest()[:16]
