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
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from cleaning.errors import ArchiveMissing
from storage.archive.members import RecordHead, iter_heads
from storage.archive.write import ERASED, ROLE
from storage.database.disk import flush_to_disk

_MAX_EXTRA = 0xFFFF - 4  # bytes of one subfield of the extra field
_GZIP_START = b"\x1f\x8b\x08\x04\x00\x00\x00\x00\x02\xff"  # with an extra field, without a time


def erase_records(
    path: Path, choose: Callable[[list[RecordHead]], list[RecordHead]], report: Callable[[int], None]
) -> int:
    """Erase those records of a file that are chosen of all, and return how many. `report` gets the bytes read so far.

    The file is replaced as a whole, so that a kill leaves the old or the new one. Raise `OSError` if the disk refuses,
    and ArchiveMissing if a record has no room for the note in its place.
    """
    heads = choose(list(iter_heads(path, report)))
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
