"""Measure what the store takes of the disk, how fast it grows, and when the disk is full."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from crawler.night_report.record import DiskUse
from storage.archive.own_files import parse_own_name
from storage.archive.place import FOLDER, ArchivePlace, FolderPlace
from storage.upkeep.size import measure_size

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from crawler.night_report.series import Night


def measure_disk(
    engine: Engine, data_dir: Path, nights: Sequence[Night], archive: ArchivePlace | None = None
) -> DiskUse:
    """Measure the store and the disk of the data folder as they are now."""
    place = archive or FolderPlace(data_dir / FOLDER)
    size = measure_size(engine, data_dir, place)
    return DiskUse(
        parts=size.parts,
        total=size.total,
        free=size.disk_free,
        disk=shutil.disk_usage(data_dir).total,
        archived=_list_archived(place, nights),
        growth=None if size.growth is None else size.growth.a_night,
        days_left=None if size.days_left is None else int(size.days_left),
    )


def _list_archived(archive: ArchivePlace, nights: Sequence[Night]) -> tuple[float | None, ...]:
    """Return the bytes of raw pages of each night; None where its files are no longer there."""
    by_run: Counter[int] = Counter()
    for file in archive.list_files():
        if (name := parse_own_name(file.name)) is not None:
            by_run[name.run] += file.size
    return tuple(sum(by_run[run.id] for run in night.runs) or None for night in nights)
