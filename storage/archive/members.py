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

from storage.archive.place import ArchiveFile, ArchivePlace
from storage.archive.spider_note import SpiderNote
from storage.archive.write import NOTE, PART_OF, ROLE, SITE, ArchiveLocation

_HEAD = 1 << 16  # bytes of a record that are looked at: its WARC header stands in them
_BLOCK = 1 << 18
_AHEAD = 16  # files of an archive elsewhere that are opened at once


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
    """Yield each file with the heads of its records. `report` gets the bytes read so far, of all files.

    Files of an archive elsewhere are opened ahead: a small one comes whole, after a wait that is longer than reading.
    """
    before = 0
    for file, opened in _open_ahead(files):
        with opened:
            heads = list(_iter_heads(opened, file.name, partial(_report_from, report, before)))
        yield file, heads
        before += file.size


def _open_ahead(files: Sequence[ArchiveFile]) -> Iterator[tuple[ArchiveFile, BinaryIO]]:
    if not files or files[0].place.folder is not None:
        for file in files:
            yield file, file.open()
        return
    with ThreadPoolExecutor(_AHEAD, thread_name_prefix="read-ahead") as threads:
        waiting: deque[tuple[ArchiveFile, Future[BinaryIO]]] = deque()
        try:
            for file in files:
                waiting.append((file, threads.submit(file.open)))
                if len(waiting) > _AHEAD:
                    first, opening = waiting.popleft()
                    yield first, opening.result()
            while waiting:
                first, opening = waiting.popleft()
                yield first, opening.result()
        finally:
            for _, opening in waiting:
                opening.cancel()


def _report_from(report: Callable[[int], None], before: int, done: int) -> None:
    report(before + done)


def _iter_heads(file: BinaryIO, name: str, report: Callable[[int], None]) -> Iterator[RecordHead]:
    position = 0
    while (member := read_member(file, position)) is not None:
        length, start = member
        head = _parse_head(start, ArchiveLocation(name, position), length)
        if head is not None:
            yield head
        position += length
        report(position)


def read_member(file: BinaryIO, position: int) -> tuple[int, bytes] | None:
    """Return the length of the gzip member at `position` and the beginning of its content; None if there is none."""
    file.seek(position)
    unpacker = zlib.decompressobj(zlib.MAX_WBITS | 16)
    length, start = 0, b""
    try:
        while not unpacker.eof and (block := file.read(_BLOCK)):
            length += len(block)
            unpacked = unpacker.decompress(block)
            start = start or unpacked[:_HEAD]
    except zlib.error:
        return None
    return (length - len(unpacker.unused_data), start) if unpacker.eof else None


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
