"""Keeps what cleaning saw of a site's newest pages from night to night: what is said of them changes with each night.

Each site has a file in the data folder. It is a cache: what is missing, torn or of another fetch is read from the
archive. A file consists of frames; after the last complete one it is cut off:

frame    key of the page (16 bytes), length (4 bytes), CRC-32 of the reading (4 bytes), the reading
"""

from __future__ import annotations

import logging
import struct
import zlib
from collections.abc import Callable, Iterable
from hashlib import sha256
from pathlib import Path

from crawler.recleaning.limits import READINGS_FOLDER

logger = logging.getLogger(__name__)

_HEAD = struct.Struct(">16sII")
_MOST_WASTE = 0.5  # share of a file that is of pages which are no longer kept; then it is written anew


class SiteReadings:
    """The readings of one site, by the key of `make_reading_key`.

    For one thread. `most` is the size in bytes of what is kept; 0: nothing is.
    """

    def __init__(self, data_dir: Path, site: str, most: int) -> None:
        self._path = data_dir / READINGS_FOLDER / _name_file(site)
        self._most = most
        self._places: dict[bytes, tuple[int, int, int]] = {}  # position, length and checksum of each reading
        self._end = 0  # of the last complete frame
        try:
            if most:
                self._read_file()
        except OSError as error:
            logger.warning("%s cannot be read (%s): pages are read from the archive", self._path, error)

    def get(self, key: bytes) -> bytes | None:
        """Return a reading; None if there is none."""
        return self.get_all([key]).get(key)

    def get_all(self, keys: Iterable[bytes]) -> dict[bytes, bytes]:
        """Return the readings that there are for these keys."""
        places = {key: self._places[key] for key in keys if key in self._places}
        found: dict[bytes, bytes] = {}
        try:
            if places:
                with self._path.open("rb") as file:
                    for key, (position, length, check) in sorted(places.items(), key=lambda item: item[1]):
                        file.seek(position)
                        data = file.read(length)
                        if zlib.crc32(data) == check:
                            found[key] = data
                        else:  # it is made anew
                            del self._places[key]
        except OSError as error:
            logger.warning("%s cannot be read (%s): pages are read from the archive", self._path, error)
        return found

    def update(self, keys: Iterable[bytes], find: Callable[[bytes], bytes | None]) -> None:
        """Keep the readings of these keys, the first ones if there are too many; `find` gives those that are new."""
        if not self._most:
            return
        kept: dict[bytes, bytes | None] = {}  # None: it is in the file
        size = 0
        for key in keys:
            data = None if key in self._places else find(key)
            length = len(data) if data is not None else self._places.get(key, (0, 0, 0))[1]
            if not length or key in kept:
                continue
            if size + length > self._most:
                break
            kept[key] = data
            size += length
        new = {key: data for key, data in kept.items() if data is not None}
        try:
            if size < (1 - _MOST_WASTE) * (self._end + sum(map(len, new.values()))):
                self._write(self.get_all(kept.keys() - new.keys()) | new)
            elif new:
                self._append(new)
            self._read_file()
        except OSError as error:
            logger.warning("%s cannot be written (%s): pages are read from the archive", self._path, error)

    def _read_file(self) -> None:
        """Read where the readings are."""
        self._places.clear()
        self._end = 0
        try:
            with self._path.open("rb") as file:
                size = file.seek(0, 2)
                while self._end + _HEAD.size <= size:
                    file.seek(self._end)
                    key, length, check = _HEAD.unpack(file.read(_HEAD.size))
                    position = self._end + _HEAD.size
                    if position + length > size:
                        return
                    self._places[key] = (position, length, check)
                    self._end = position + length
        except FileNotFoundError:
            pass  # nothing has been kept

    def _append(self, readings: dict[bytes, bytes]) -> None:
        self._path.parent.mkdir(exist_ok=True)
        with self._path.open("ab") as file:
            file.truncate(self._end)
            file.writelines(_pack(key, data) for key, data in readings.items())

    def _write(self, readings: dict[bytes, bytes]) -> None:
        self._path.parent.mkdir(exist_ok=True)
        new = self._path.with_suffix(".new")
        with new.open("wb") as file:
            file.writelines(_pack(key, data) for key, data in readings.items())
        new.replace(self._path)


def discard_site_readings(data_dir: Path) -> None:
    """Delete the readings of all sites: they hold texts. Raise OSError if that is impossible."""
    folder = data_dir / READINGS_FOLDER
    for file in folder.iterdir() if folder.is_dir() else ():
        file.unlink()


def discard_unlisted_readings(data_dir: Path, sites: Iterable[str], *, dry_run: bool = False) -> int:
    """Delete the readings of all other sites than these; return how many bytes they took. `dry_run`: delete nothing."""
    folder, kept, freed = data_dir / READINGS_FOLDER, set(map(_name_file, sites)), 0
    for file in sorted(folder.iterdir()) if folder.is_dir() else ():
        if file.stem not in kept:
            freed += file.stat().st_size
            if not dry_run:
                file.unlink()
    return freed


def _name_file(site: str) -> str:
    return sha256(site.encode()).hexdigest()[:32]


def _pack(key: bytes, data: bytes) -> bytes:
    return _HEAD.pack(key, len(data), zlib.crc32(data)) + data
