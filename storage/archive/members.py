"""Reads WARC files member by member: where each record stands, and what its header says.

A record is a gzip member.
"""

from __future__ import annotations

import zlib
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from warcio.statusandheaders import StatusAndHeadersParser

from storage.archive.location import ArchiveLocation
from storage.archive.place import ArchiveFile, ArchivePlace
from storage.archive.spider_note import SpiderNote
from storage.archive.write import NOTE, PART_OF, ROLE, SITE

_HEAD = 1 << 16  # bytes of a record that are looked at: its WARC header stands in them
_BLOCK = 1 << 18
_AHEAD = 16  # files of an archive elsewhere that are opened at once
_AHEAD_BYTES = 64 << 20  # of them together, since most come whole; a single one may be larger


@dataclass(frozen=True, slots=True)
class RecordHead:
    """What the header of a record says, and where its gzip member stands.

    `url` is the address of its page. `refers_to` is the id of another record: of a conversion, of the response that its
    spider made it of. `goes_with` is the id of the response that a request brought. `role` is one of write.ROLE.
    """

    location: ArchiveLocation
    length: int  # of its gzip member, in bytes
    kind: str
    id: str
    date: str
    url: str | None
    site: str | None
    part_of: str | None
    refers_to: str | None
    role: str | None
    goes_with: str | None = None


def iter_heads(path: Path | ArchiveFile, report: Callable[[int], None]) -> Iterator[RecordHead]:
    """Yield the head of each record, up to the point where the file is torn or no longer compressed by record."""
    with path.open("rb") as file:
        yield from _iter_heads(file, path.name, report)


def iter_heads_by_file(
    files: Sequence[ArchiveFile], report: Callable[[int], None]
) -> Iterator[tuple[ArchiveFile, list[RecordHead]]]:
    """Yield each file with the heads of its records. `report` gets the bytes read so far, of all files."""
    before = 0
    for file, opened in iter_files(files):
        with opened:
            heads = list(_iter_heads(opened, file.name, partial(_report_from, report, before)))
        yield file, heads
        before += file.size


def list_heads(file: BinaryIO, name: str) -> list[RecordHead]:
    """Return the heads of the records of an open file, of which nothing is read yet."""
    return list(_iter_heads(file, name, lambda _position: None))


def iter_files(files: Sequence[ArchiveFile]) -> Iterator[tuple[ArchiveFile, BinaryIO]]:
    """Yield each file, and open it, for the caller to close.

    Files of an archive elsewhere are opened ahead: a small one comes whole, after a wait that is longer than reading.
    """
    if not files or files[0].place.folder is not None:
        for file in files:
            yield file, file.open()
        return
    with ThreadPoolExecutor(_AHEAD, thread_name_prefix="read-ahead") as threads:
        waiting: deque[tuple[ArchiveFile, Future[BinaryIO]]] = deque()
        ahead = 0  # bytes
        try:
            for file in files:
                while waiting and (len(waiting) == _AHEAD or ahead + file.size > _AHEAD_BYTES):
                    first, opening = waiting.popleft()
                    ahead -= first.size
                    yield first, opening.result()
                waiting.append((file, threads.submit(file.open)))
                ahead += file.size
            while waiting:
                first, opening = waiting.popleft()
                yield first, opening.result()
        finally:
            for _, opening in waiting:
                opening.cancel()


def _report_from(report: Callable[[int], None], before: int, done: int) -> None:
    report(before + done)


def _iter_heads(file: BinaryIO, name: str, report: Callable[[int], None]) -> Iterator[RecordHead]:
    position, rest = 0, b""
    while (member := _read_next(file, rest)) is not None:
        length, start, rest = member
        head = _parse_head(start, ArchiveLocation(name, position), length)
        if head is not None:
            yield head
        position += length
        report(position)


def read_member(file: BinaryIO, position: int) -> tuple[int, bytes] | None:
    """Return the length of the gzip member at `position` and the beginning of its content; None if there is none."""
    file.seek(position)
    member = _read_next(file, b"")
    return None if member is None else member[:2]


def _read_next(file: BinaryIO, block: bytes) -> tuple[int, bytes, bytes] | None:
    """Return the length of the next gzip member, the beginning of its content, and what was read beyond it.

    `block` was read beyond the member before: no byte of a file elsewhere is asked for twice.
    """
    unpacker = zlib.decompressobj(zlib.MAX_WBITS | 16)
    length, start = 0, b""
    try:
        while not unpacker.eof and (block := block or file.read(_BLOCK)):
            length += len(block)
            unpacked = unpacker.decompress(block)
            start, block = start or unpacked[:_HEAD], b""
    except zlib.error:
        return None
    rest = unpacker.unused_data
    return (length - len(rest), start, rest) if unpacker.eof else None


def _parse_head(start: bytes, location: ArchiveLocation, length: int) -> RecordHead | None:
    try:
        head = StatusAndHeadersParser(["WARC/1.0", "WARC/1.1"], verify=False).parse(BytesIO(start))
    except (EOFError, ValueError, IndexError):
        return None
    get = head.get_header
    return RecordHead(
        location,
        length,
        kind=get("WARC-Type") or "",
        id=get("WARC-Record-ID") or "",
        date=get("WARC-Date") or "",
        url=SpiderNote.from_json(get(NOTE) or "{}").url or get("WARC-Target-URI"),
        site=get(SITE),
        part_of=get(PART_OF),
        refers_to=get("WARC-Refers-To"),
        role=get(ROLE),
        goes_with=get("WARC-Concurrent-To"),
    )


def measure_member(archive: ArchivePlace, location: ArchiveLocation) -> int | None:
    """Return the length in bytes of the gzip member of a record; None if no whole one begins there, or no file."""
    try:
        with archive.open(location.file) as file:
            member = read_member(file, location.offset)
    except OSError:
        return None
    return None if member is None else member[0]
