"""Reads a large object of an archive elsewhere in ranges: as much as is asked for, and more of it in a row."""

from __future__ import annotations

from collections.abc import Callable
from io import BufferedReader, RawIOBase
from typing import Any, BinaryIO, cast

_FIRST, _MOST = 1 << 17, 1 << 22  # bytes of a request: twice as many as before while what is read is in a row
_GAP = 1 << 16  # bytes that may be left out in it, such as the record of a request

ReadRange = Callable[[int, int], bytes]  # the first byte, and the one after the last


def open_ranged(read: ReadRange, size: int) -> BinaryIO:
    """Open an object of so many bytes, of which `read` reads ranges."""
    return cast("BinaryIO", BufferedReader(_RangedFile(read, size), 1 << 16))


class _RangedFile(RawIOBase):
    """Keeps the range that was read last: what is asked for again, or a little later, costs no request."""

    def __init__(self, read: ReadRange, size: int) -> None:
        self._read_bytes = read
        self._size = size
        self._position = 0
        self._start, self._kept = 0, b""
        self._next = _FIRST

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        self._position = max(0, offset + (0, self._position, self._size)[whence])
        return self._position

    def tell(self) -> int:
        return self._position

    def readinto(self, buffer: Any) -> int:
        if self._position >= self._size:
            return 0
        if not self._start <= self._position < self._start + len(self._kept):
            self._read_on()
        begin = self._position - self._start
        data = self._kept[begin : begin + len(buffer)]
        buffer[: len(data)] = data
        self._position += len(data)
        return len(data)

    def _read_on(self) -> None:
        is_in_row = bool(self._kept) and 0 <= self._position - self._start - len(self._kept) <= _GAP
        self._next = min(2 * self._next, _MOST) if is_in_row else _FIRST
        self._kept = self._read_bytes(self._position, min(self._size, self._position + self._next))
        self._start = self._position
