"""Finds objects of an archive elsewhere that no row names: the process that wrote them was killed before the COMMIT.

Other stores may write to the same address, and this one may be a copy or a former state of another: what no run of this
store wrote is never counted among them.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, select

from storage.archive.own_files import OwnName, make_mark, parse_own_name
from storage.archive.place import ArchiveFile, ArchivePlace
from storage.models import Run
from storage.upkeep.retention import count_references

AGE = timedelta(days=1)  # younger ones may be of a crawl that goes on
_ROUNDED = timedelta(seconds=1)  # off a name's time


class OwnRuns:
    """The runs of a store, which tell the files that they wrote."""

    def __init__(self, connection: Connection) -> None:
        self._runs = {run.id: run for run in connection.execute(select(Run.id, Run.started_at, Run.ended_at))}

    def wrote_file(self, file: ArchiveFile) -> bool:
        """Return whether one of the runs wrote a file: by its mark. A file that was moved from a folder has none."""
        name = parse_own_name(file.name)
        return name is not None and self._wrote(name)

    def has_ended(self, file: ArchiveFile) -> bool:
        """Return whether the run of that number has ended. One that was killed has no end."""
        name = parse_own_name(file.name)
        run = None if name is None else self._runs.get(name.run)
        return run is not None and run.ended_at is not None

    def _wrote(self, name: OwnName) -> bool:
        run = self._runs.get(name.run)
        if run is None:
            return False
        if name.mark:
            return name.mark == make_mark(run.started_at)
        return run.started_at - _ROUNDED <= name.begun_at and (run.ended_at is None or name.begun_at <= run.ended_at)


def find_orphans(connection: Connection, archive: ArchivePlace, now: datetime) -> list[ArchiveFile]:
    """Return the objects of this store that are older than AGE and of which no row names a record; none of a folder.

    There a file holds all of a crawl. A response that pages were made of is not lost so: their object holds a copy.
    """
    if archive.folder is not None:
        return []
    named, own = count_references(connection), OwnRuns(connection)
    return [
        file
        for file in archive.list_files()
        if file.name not in named and is_begun_before(file, now - AGE) and own.wrote_file(file)
    ]


def is_begun_before(file: ArchiveFile, moment: datetime) -> bool:
    """Return whether a file is ours and was begun before."""
    name = parse_own_name(file.name)
    return name is not None and name.begun_at < moment
