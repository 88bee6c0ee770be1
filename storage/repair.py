"""The torn tail of a WARC file whose writer was killed: cut off at the next start, after the last whole record.

A record is a gzip member. Each that a row of the store names was on disk before its row was (storage/warc.py), so that
what is cut is what nobody knows of.
"""

from __future__ import annotations

import logging
import os
import re
import zlib
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import Connection, func, select
from sqlalchemy.orm import aliased

from storage.models import StoredArticle

logger = logging.getLogger(__name__)

_OURS = re.compile(r"broadsheet-\d{8}T\d{6}Z-run(?P<run>\d{6,})-\d{3,}\.warc\.gz")
_GZIP = b"\x1f\x8b"
_BLOCK = 1 << 16


def repair_archive(connection: Connection, folder: Path) -> list[str]:
    """Cuts the torn tails of the files that the last run wrote into `folder`; the names of those that had one.

    Only while no crawl writes there. An `OSError` where a file cannot be read or cut.
    """
    files = sorted(path for path in folder.glob("*.warc.gz") if _OURS.fullmatch(path.name) and path.is_file())
    run = _run(files[-1]) if files else ""
    newest = [path for path in files if _run(path) == run]
    return [path.name for path in newest if cut_torn_tail(path, known=_known(connection, path.name))]


def cut_torn_tail(path: Path, *, known: int = 0) -> int:
    """Cuts a file of gzip members after its last whole one, and says how many bytes that took.

    At `known`, in bytes, a member begins: what stands before it is taken for whole. A file in which no whole member
    begins there is left as it is: it is empty, or none of ours.
    """
    with path.open("rb+") as file:
        size = file.seek(0, os.SEEK_END)
        good = position = known
        file.seek(position)
        if file.read(len(_GZIP)) != _GZIP:
            return 0
        while (length := _member(file, position)) is not None:
            good = position = position + length
        if good in (known, size):
            return 0
        file.truncate(good)
        os.fsync(file.fileno())
    logger.warning(
        "%s ended with a torn record, as its run was killed: its last %d bytes are cut off", path.name, size - good
    )
    return size - good


def _member(file: BinaryIO, position: int) -> int | None:
    """The length of the gzip member that begins at `position`, in bytes; None where no whole one does."""
    file.seek(position)
    unpacker = zlib.decompressobj(zlib.MAX_WBITS | 16)
    length = 0
    try:
        while not unpacker.eof and (block := file.read(_BLOCK)):
            length += len(block)
            unpacker.decompress(block)
    except zlib.error:
        return None
    return length - len(unpacker.unused_data) if unpacker.eof else None


def _known(connection: Connection, name: str) -> int:
    """The last offset in this file that the store knows of; 0 where it knows of none."""
    table, named = StoredArticle, aliased(StoredArticle)
    # By the ids, which an index has beside the file: to read every article with its text takes minutes.
    inside = select(named.id).where(named.archive_file == name)
    return connection.execute(select(func.max(table.archive_offset)).where(table.id.in_(inside))).scalar_one() or 0


def _run(path: Path) -> str:
    named = _OURS.fullmatch(path.name)
    return named["run"] if named else ""
