"""A file to which a program appends its results as it makes them, so that it can continue after a kill.

It consists of frames. The last one may be incomplete:

frame    kind (1 byte), length (8 bytes), CRC-32 of the record (4 bytes), the pickled record
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


class RecordSpool:
    """Records of several kinds (numbers from 0) in the order in which they were appended.

    Opening the file truncates it after the last complete record. Use it as a context manager, in one thread of one
    process.
    """

    def __init__(self, path: Path) -> None:
        """Open or create the file. Raise BroadsheetError if it cannot be opened for writing."""
        self._path = path
        try:
            self._file = path.open("a+b")
        except OSError as error:
            raise BroadsheetError(f"cannot write {path}: {error.strerror or error}") from error
        complete = 0
        for _, _, end in self._iter_frames():
            complete = end
        self._file.truncate(complete)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def append(self, kind: int, record: Any, *, sync: bool = False) -> None:
        """Append a record that survives a kill of this process or, with `sync`, a crash of the machine.

        Raise BroadsheetError if the disk refuses the write.
        """
        data = pickle.dumps(record, pickle.HIGHEST_PROTOCOL)
        try:
            self._file.write(_FRAME.pack(kind, len(data), zlib.crc32(data)) + data)
            self._file.flush()
            if sync:
                os.fsync(self._file.fileno())
        except OSError as error:
            raise BroadsheetError(f"cannot write {self._path}: {error.strerror or error}") from error

    def iter_records(self, *kinds: int) -> Iterator[Any]:
        """Yield the records of these kinds, one at a time. Records that are appended meanwhile may be among them."""
        for kind, data, _ in self._iter_frames():
            if kind in kinds:
                yield _unpickle(data)

    def get_last(self, kind: int) -> Any:
        """Return the last record of this kind, or None."""
        found: bytes | None = None
        for one, data, _ in self._iter_frames():
            if one == kind:
                found = data
        return None if found is None else _unpickle(found)

    def clear(self) -> None:
        self._file.truncate(0)

    def remove(self) -> None:
        """Close and delete the file."""
        self._file.close()
        self._path.unlink(missing_ok=True)

    def _iter_frames(self) -> Iterator[tuple[int, bytes, int]]:
        """Yield kind, record and end position of each complete frame."""
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


def _unpickle(data: bytes) -> Any:
    return pickle.loads(data)  # noqa: S301 -- our own file, in the folder of the store
