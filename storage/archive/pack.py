"""Collects records in memory for one object of an archive elsewhere, where nothing can be appended to a file."""

from __future__ import annotations

from datetime import datetime

from storage.archive.location import ArchiveLocation
from storage.archive.own_files import make_own_name
from storage.archive.write import build_file_info


class Pack:
    """The records of one object, in order, and where each will stand in it."""

    def __init__(self, *, run: int, writer: str, number: int, software: str, now: datetime) -> None:
        self.name = make_own_name(now, run, number, writer)
        self._parts = [build_file_info(self.name, software, run, now)]
        self.size = len(self._parts[0])
        self.sources: set[str] = set()  # ids of its responses that spiders make pages of

    def add(self, records: bytes) -> ArchiveLocation:
        location = ArchiveLocation(self.name, self.size)
        self._parts.append(records)
        self.size += len(records)
        return location

    def to_bytes(self) -> bytes:
        return b"".join(self._parts)
