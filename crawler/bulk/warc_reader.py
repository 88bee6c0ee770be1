"""Reads the responses of a WARC file with fastwarc: the same ones, with the same reasons for others, as
storage/archive/read_back.py gives with warcio, in less of its time."""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Iterator
from io import BytesIO
from typing import Any

from warcio.limitreader import LimitReader

from cleaning.errors import ArchiveMissing, RecordUnreadable
from crawler.bulk.inputs import InputFiles
from storage.archive.location import ArchiveLocation
from storage.archive.records import TORN, ArchivedResponse, read_response

_GZIP, _HEAD_END = b"\x1f\x8b", b"\r\n\r\n"
_AT_ONCE = 1 << 14  # bytes that are unpacked at once
_MAX_HEAD = 1 << 20  # bytes of the header of a response


def read_warc(address: str, skipped: Counter[str], *, max_body: int) -> Iterator[ArchivedResponse]:
    """Yield the HTTP responses of a WARC file in order. Count in `skipped` what is none, by kind.

    Raise `ArchiveMissing` if the file cannot be opened, and `OSError` or `StorageLost` if its disk or its server fails
    later: what is damaged is left out, but never what could not be read this time.
    """
    try:
        opened = InputFiles().open(address)
    except OSError as error:
        raise ArchiveMissing(f"{address} cannot be read: {error.strerror or error}") from error
    with opened as file:
        last, torn = None, skipped[TORN]
        for record in _iter_records(file, skipped):
            last = record.stream_pos, record.content_length
            try:
                yield read_response(_Record(record), ArchiveLocation(address, record.stream_pos), max_body)
            except RecordUnreadable as error:
                skipped[error.reason] += 1
        if last is not None and skipped[TORN] == torn and _has_more(file, *last):
            skipped[TORN] += 1


class _Record:
    """A record of fastwarc as `read_response` reads those of warcio: only the header of WARC is parsed."""

    def __init__(self, record: Any) -> None:
        self.rec_headers = self
        self._headers = record.headers
        self.rec_type = record.headers.get("WARC-Type")
        self.length = record.content_length
        self.raw_stream = LimitReader(_Block(record.reader), self.length)

    def get_header(self, name: str) -> str | None:
        value: str | None = self._headers.get(name)
        return value


class _Block(BytesIO):
    """The block of a record, whose lines are those of its first part: a header."""

    def __init__(self, reader: Any) -> None:
        super().__init__(reader.read(_MAX_HEAD))
        self._reader = reader

    def read(self, size: int | None = -1, /) -> bytes:
        data: bytes = super().read(size) or self._reader.read(size)
        return data


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
    except OSError as error:
        if type(error) is not OSError or error.errno is not None:  # of the disk or the network, not of fastwarc
            raise
        skipped[TORN] += 1
