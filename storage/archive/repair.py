"""Cuts off the torn end of a WARC file whose writer was killed, at the next start.

A record is a gzip member. Every record that a row of the store names was on the disk before the row was
(storage/archive/write.py), so the part that is cut off is named by no row.
"""

from __future__ import annotations

import logging
import os
from pathlib import Path

from sqlalchemy import Connection, func, select
from sqlalchemy.orm import aliased

from storage.archive.members import read_member
from storage.archive.own_files import list_own_files, parse_own_name
from storage.models import StoredArticle

logger = logging.getLogger(__name__)

_GZIP = b"\x1f\x8b"


def repair_archive(connection: Connection, folder: Path) -> list[str]:
    """Cut the torn ends off the files that the last run wrote to `folder`; return the names of the files cut.

    Call it only while no crawl writes there. Raise `OSError` if a file cannot be read or cut.
    """
    names = {path: name for path in list_own_files(folder) if (name := parse_own_name(path.name)) is not None}
    last = max(names.values(), default=None)
    newest = [path for path, name in names.items() if last is not None and name.run == last.run]
    return [path.name for path in newest if cut_torn_tail(path, start=_find_last_offset(connection, path.name))]


def cut_torn_tail(path: Path, *, start: int = 0) -> int:
    """Cut a file of gzip members after its last whole member; return how many bytes were cut off.

    A member begins at `start`, in bytes; everything before it counts as whole. Leave a file as it is if no whole member
    begins there: it is empty, or it is not part of this archive.
    """
    with path.open("rb+") as file:
        size = file.seek(0, os.SEEK_END)
        good = position = start
        file.seek(position)
        if file.read(len(_GZIP)) != _GZIP:
            return 0
        while (member := read_member(file, position)) is not None:
            good = position = position + member[0]
        if good in (start, size):
            return 0
        file.truncate(good)
        os.fsync(file.fileno())
    logger.warning(
        "%s ended with a torn record, because its run was killed; its last %d bytes are cut off",
        path.name,
        size - good,
    )
    return size - good


def _find_last_offset(connection: Connection, name: str) -> int:
    """Return the largest offset in this file that the store names; 0 if it names none."""
    table, indexed = StoredArticle, aliased(StoredArticle)
    # Through the ids, which an index holds with the file: reading every article with its text takes minutes.
    inside = select(indexed.id).where(indexed.archive_file == name)
    return connection.execute(select(func.max(table.archive_offset)).where(table.id.in_(inside))).scalar_one() or 0
