"""Finds objects of an archive elsewhere that no row names: the process that wrote them was killed before the COMMIT."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection

from storage.archive.own_files import parse_own_name
from storage.archive.place import ArchiveFile, ArchivePlace
from storage.upkeep.retention import count_references

AGE = timedelta(days=1)  # younger ones may be of a crawl that goes on


def find_orphans(connection: Connection, archive: ArchivePlace, now: datetime) -> list[ArchiveFile]:
    """Return the objects that are older than AGE and of which no row names a record; none of a folder.

    There a file holds all of a crawl. A response that pages were made of is not lost so: their object holds a copy.
    """
    if archive.folder is not None:
        return []
    named = count_references(connection)
    return [file for file in archive.list_files() if file.name not in named and _is_begun_before(file.name, now - AGE)]


def _is_begun_before(name: str, moment: datetime) -> bool:
    own = parse_own_name(name)
    return own is not None and own.begun_at < moment
