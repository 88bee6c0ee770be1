"""Erases records from the archive. All other records keep their places, so that the rows that name them stay true.

A record is a gzip member. In the place of an erased one stands a member of exactly the same length, with a WARC record
of the type `metadata` that says when it was erased. It keeps the id of the erased record, because others refer to it,
and what that record referred to.
The filler stands in the extra field of the gzip header (RFC 1952, 2.3.1.1), which holds 64 KiB, and in the record.
"""

from __future__ import annotations

import os
import shutil
import struct
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from warcio.statusandheaders import StatusAndHeadersParser

from cleaning.errors import ArchiveMissing
from storage.archive.spider_note import SpiderNote
from storage.archive.write import ERASED, NOTE, PART_OF, ROLE, SITE, ArchiveLocation
from storage.database.disk import flush_to_disk

_HEAD = 1 << 16  # bytes of a record that are looked at: its WARC header stands in them
_BLOCK = 1 << 18
_MAX_EXTRA = 0xFFFF - 4  # bytes of one subfield of the extra field
_GZIP_START = b"\x1f\x8b\x08\x04\x00\x00\x00\x00\x02\xff"  # with an extra field, without a time


@dataclass(frozen=True, slots=True)
class RecordHead:
    """What the header of a record says, and where its gzip member stands.

    `url` is the address of its page. `refers_to` is the id of another record: of a conversion, of the response that its
    spider made it of. `role` is one of write.ROLE.
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


def list_own_files(folder: Path) -> list[Path]:
    """Return the WARC files of an archive folder, sorted."""
    return sorted(path for path in folder.glob("*.warc.gz") if path.is_file())


def erase_records(
    path: Path, choose: Callable[[list[RecordHead]], list[RecordHead]], report: Callable[[int], None]
) -> int:
    """Erase those records of a file that are chosen of all, and return how many. `report` gets the bytes read so far.

    The file is replaced as a whole, so that a kill leaves the old or the new one. Raise `OSError` if the disk refuses,
    and ArchiveMissing if a record has no room for the note in its place.
    """
    heads = choose(list(_iter_heads(path, report)))
    if not heads:
        return 0
    notes = [(head.location.offset, _build_member(head, datetime.now(UTC))) for head in heads]
    draft = path.with_name(f".{path.name}.partial")
    try:
        shutil.copyfile(path, draft)
        with draft.open("rb+") as file:
            for offset, member in notes:
                file.seek(offset)
                file.write(member)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
        flush_to_disk(path.parent)
    finally:
        draft.unlink(missing_ok=True)
    return len(heads)


def _iter_heads(path: Path, report: Callable[[int], None]) -> Iterator[RecordHead]:
    """Yield the head of each record, up to the point where the file is torn or no longer compressed by record."""
    with path.open("rb") as file:
        position = 0
        while (member := _read_member(file, position)) is not None:
            length, start = member
            head = _parse_head(start, ArchiveLocation(path.name, position), length)
            if head is not None:
                yield head
            position += length
            report(position)


def _read_member(file: BinaryIO, position: int) -> tuple[int, bytes] | None:
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
    )


def _build_member(head: RecordHead, now: datetime) -> bytes:
    """Return a gzip member as long as that of the record, with the note in its place."""
    filler = 0
    while True:
        packer = zlib.compressobj(0 if filler else 9, wbits=-zlib.MAX_WBITS)
        record = _build_note(head, now, filler)
        packed = packer.compress(record) + packer.flush()
        tail = struct.pack("<II", zlib.crc32(record), len(record))
        extra = head.length - len(_GZIP_START) - 2 - 4 - len(packed) - len(tail)
        if extra < 0:
            raise ArchiveMissing(
                f"{head.location.file} at byte {head.location.offset}: the record is too short to be erased"
            )
        if extra <= _MAX_EXTRA:
            field = b"BS" + struct.pack("<H", extra) + bytes(extra)
            return _GZIP_START + struct.pack("<H", len(field)) + field + packed + tail
        # Not compressed, the filler is about as long as what it fills.
        filler += extra - _MAX_EXTRA // 2


def _build_note(head: RecordHead, now: datetime, filler: int) -> bytes:
    body = f"erased: {now:%Y-%m-%d}\r\n".encode() + b" " * filler
    lines = (
        "WARC/1.1",
        "WARC-Type: metadata",
        f"WARC-Record-ID: {head.id}",
        f"WARC-Date: {head.date}",
        f"{ROLE}: {ERASED}",
        *([] if head.refers_to is None else [f"WARC-Refers-To: {head.refers_to}"]),
        "Content-Type: application/warc-fields",
        f"Content-Length: {len(body)}",
    )
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body + b"\r\n\r\n"
