"""Reads the responses of a WARC file with fastwarc: the same ones, with the same reasons for others, as
storage/archive/read_back.py gives with warcio, in less of its time."""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Iterator
from io import BytesIO
from types import TracebackType
from typing import Any, Self

from warcio.limitreader import LimitReader

from cleaning.errors import ArchiveMissing, RecordUnreadable
from crawler.bulk.inputs import open_input
from storage.archive.records import TORN, ArchivedResponse, build_unreadable_error, read_response
from storage.archive.write import ArchiveLocation

_GZIP, _HEAD_END = b"\x1f\x8b", b"\r\n\r\n"
_AT_ONCE = 1 << 14  # bytes that are unpacked at once
_MAX_HEAD = 1 << 20  # bytes of the header of a response; of its body, twice the limit: it may come in many chunks


def read_warc(address: str, skipped: Counter[str], *, max_body: int) -> Iterator[ArchivedResponse]:
    """Yield the HTTP responses of a WARC file in order. Count in `skipped` what is none, by kind.

    Raise `ArchiveMissing` if the file cannot be opened.
    """
    with _open(address) as file:
        last, torn = None, skipped[TORN]
        for record in _iter_records(file, skipped):
            last = record.stream_pos, record.content_length
            try:
                yield read_response(_Record(record, max_body), ArchiveLocation(address, record.stream_pos), max_body)
            except RecordUnreadable as error:
                skipped[error.reason] += 1
        if last is not None and skipped[TORN] == torn and _has_more(file, *last):
            skipped[TORN] += 1


class SourceReader:
    """Reads single responses of WARC files by their locations, as `storage.archive.read_back.ArchiveReader` does."""

    def __init__(self, *, max_body: int) -> None:
        self._max_body = max_body

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        pass  # nothing stays open

    def read(self, location: ArchiveLocation) -> ArchivedResponse:
        """Return the response at `location`. Raise ArchiveMissing or RecordUnreadable if there is none."""
        with _open(location.file) as file:
            file.seek(location.offset)
            for record in _iter_records(file, Counter()):
                return read_response(_Record(record, self._max_body), location, self._max_body)
        raise build_unreadable_error(location, "no record begins there")


class _Record:
    """A record of fastwarc as `read_response` reads those of warcio: only the header of WARC is parsed."""

    def __init__(self, record: Any, max_body: int) -> None:
        self.rec_headers = self
        self._headers = record.headers
        self.rec_type = record.headers.get("WARC-Type")
        self.length = record.content_length
        self.raw_stream = LimitReader(BytesIO(record.reader.read(2 * max_body + _MAX_HEAD)), self.length)

    def get_header(self, name: str) -> str | None:
        value: str | None = self._headers.get(name)
        return value


def _open(address: str) -> Any:
    try:
        return open_input(address)
    except OSError as error:
        raise ArchiveMissing(f"{address} cannot be read: {error.strerror or error}") from error


def _has_more(file: Any, offset: int, length: int) -> bool:
    """Return whether a file goes on behind its last record at `offset`, whose block has `length` bytes.

    fastwarc takes a record that breaks off within its header for the end of the file.
    """
    file.seek(0)
    is_packed = file.read(2) == _GZIP
    file.seek(offset)
    if not is_packed:
        start = file.read(_MAX_HEAD)
        file.seek(offset + start.find(_HEAD_END) + len(_HEAD_END) + length)
        return bool(file.read(_MAX_HEAD).strip())
    if file.read(2) != _GZIP:  # one member as a whole: its records have no place in the file
        return False
    file.seek(offset)
    unpacker = zlib.decompressobj(zlib.MAX_WBITS | 16)
    while not unpacker.eof:
        packed = file.read(_AT_ONCE)
        if not packed:
            return True
        unpacker.decompress(packed)
    return bool(unpacker.unused_data or file.read(1))


def _iter_records(file: Any, skipped: Counter[str]) -> Iterator[Any]:
    from fastwarc.warc import ArchiveIterator  # noqa: PLC0415

    try:
        yield from ArchiveIterator(file, parse_http=False, strict_mode=False)
    except (OSError, EOFError, ValueError, RuntimeError):
        skipped[TORN] += 1
