"""Where a response lies in the archive."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ArchiveLocation:
    """The file and the offset of a response in the archive."""

    file: str  # the name of the file in the archive folder
    offset: int  # of its gzip member, in bytes
