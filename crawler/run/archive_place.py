"""The archive that the settings name, and the WARC files that a replay is to read."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from cleaning.errors import ArchiveMissing, BadArgument
from storage.archive.open_place import open_place
from storage.archive.read_back import find_archive_files

if TYPE_CHECKING:
    from scrapy.settings import BaseSettings

    from storage.archive.place import ArchiveFile, ArchivePlace


def archive_place_of(settings: BaseSettings, data_dir: Path | None = None, *, is_cached: bool = True) -> ArchivePlace:
    """Return the archive of ARCHIVE_URI, or the one in the data folder. Raise BadArgument and LibraryMissing.

    `is_cached`: objects that are read are kept in the data folder.
    """
    place = open_place(
        data_dir or Path(settings["DATA_DIR"]),
        settings.get("ARCHIVE_URI") or "",
        settings.get("ARCHIVE_OPTIONS") or "",
        cache_bytes=settings.getint("ARCHIVE_CACHE_MAXSIZE") if is_cached else 0,
        patience=settings.getfloat("STORAGE_PATIENCE"),
    )
    assert place is not None  # noqa: S101 (there is a data folder)
    return place


def find_replayed_files(settings: BaseSettings, where: str) -> list[Path] | list[ArchiveFile]:
    """Return the WARC file at a path or an address, or those of such a folder, sorted.

    An address is one of the kind of ARCHIVE_URI, and opened with ARCHIVE_OPTIONS. Raise ArchiveMissing if there is no
    file, and BadArgument.
    """
    if "://" not in where or where.startswith("file://"):
        return find_archive_files(Path(where.removeprefix("file://")))
    kind = where.partition("://")[0]
    if not (settings.get("ARCHIVE_URI") or "").startswith(f"{kind}://"):
        raise BadArgument(f"a path of {kind}:// needs an ARCHIVE_URI of the same kind: later runs read the pages there")
    folder, _, name = where.rstrip("/").rpartition("/")
    is_file = name.endswith(".warc.gz")
    place = open_place(
        Path(settings["DATA_DIR"]),
        folder if is_file else where,
        settings.get("ARCHIVE_OPTIONS") or "",
        patience=settings.getfloat("STORAGE_PATIENCE"),
    )
    files = [] if place is None else [file for file in place.list_files() if not is_file or file.name == name]
    if not files:
        raise ArchiveMissing(f"there is no *.warc.gz file at {place}")
    return files
