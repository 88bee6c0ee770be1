"""A file to which work is written as it is done, so that it goes on after a kill.

It is made of frames, of which the last may be torn:

frame    kind (a byte), length (8 bytes), CRC-32 of the record (4 bytes), the record, pickled
"""

from __future__ import annotations

import os
import pickle
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from cleaning.errors import BroadsheetError

_FRAME = struct.Struct(">BQI")


class Spool:
    """Records of several kinds (numbers from 0), in the order in which they were appended. For one process, one thread.

    What stands behind the last whole record is cut off when the file is opened. A context manager, which closes it.
    """

    def __init__(self, path: Path) -> None:
        """BroadsheetError where the file cannot be opened for writing."""
        self._path = path
        try:
            self._file = path.open("a+b")
        except OSError as error:
            raise BroadsheetError(f"cannot write {path}: {error.strerror or error}") from error
        whole = 0
        for _, _, end in self._frames():
            whole = end
        self._file.truncate(whole)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def append(self, kind: int, record: Any, *, sync: bool = False) -> None:
        """Writes a record, so that it outlives a kill of this process; with `sync`, of the machine.

        BroadsheetError where the disk does not take it.
        """
        data = pickle.dumps(record, pickle.HIGHEST_PROTOCOL)
        try:
            self._file.write(_FRAME.pack(kind, len(data), zlib.crc32(data)) + data)
            self._file.flush()
            if sync:
                os.fsync(self._file.fileno())
        except OSError as error:
            raise BroadsheetError(f"cannot write {self._path}: {error.strerror or error}") from error

    def records(self, *kinds: int) -> Iterator[Any]:
        """Those of these kinds, one at a time. What is appended meanwhile may be among them."""
        for kind, data, _ in self._frames():
            if kind in kinds:
                yield _unpacked(data)

    def last(self, kind: int) -> Any:
        """The record of this kind that was appended last, None where there is none."""
        found: bytes | None = None
        for one, data, _ in self._frames():
            if one == kind:
                found = data
        return None if found is None else _unpacked(found)

    def clear(self) -> None:
        self._file.truncate(0)

    def remove(self) -> None:
        """Closes and deletes the file."""
        self._file.close()
        self._path.unlink(missing_ok=True)

    def _frames(self) -> Iterator[tuple[int, bytes, int]]:
        """Kind, record and end of each that is whole."""
        at, size = 0, os.fstat(self._file.fileno()).st_size
        while at + _FRAME.size <= size:
            self._file.seek(at)
            kind, length, check = _FRAME.unpack(self._file.read(_FRAME.size))
            at += _FRAME.size + length
            if at > size:
                return
            data = self._file.read(length)
            if zlib.crc32(data) != check:
                return
            yield kind, data, at


def _unpacked(data: bytes) -> Any:
    return pickle.loads(data)  # noqa: S301 -- of our own file, in the folder that holds the store itself
