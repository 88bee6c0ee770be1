"""Parse the name of a record in a WARC file, as `scrapy explain` takes it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

from cleaning.errors import BadArgument
from cleaning.page.canonical import to_canonical_url
from crawler.sites.site import quote_value
from storage.archive.place import FOLDER, ArchiveFile, ArchivePlace, FolderPlace

_RECORD = re.compile(r"(.+):(\d{1,15})")
_WARC_NAME = re.compile(r"\.warc(?:\.gz)?(?::\d+)?$", re.IGNORECASE)


class RecordName(NamedTuple):
    """A record of a WARC file: at an offset in bytes, or the last one with a page at an address."""

    path: Path | ArchiveFile
    offset: int | None = None
    url: str | None = None  # canonical


def parse_record_name(
    text: str, url: str | None, data_dir: Path, archive: ArchivePlace | None = None
) -> RecordName | None:
    """Return the record that FILE.warc.gz:OFFSET, or a WARC file and an address, names; None if it names no WARC file.

    A file that is not found is looked for in the archive, by default the one of the data folder. Raise BadArgument
    where a record is named twice or not at all, and ArchiveMissing where there is no such file.
    """
    if not _WARC_NAME.search(text):
        return None
    from storage.archive.read_back import find_archive_files  # noqa: PLC0415 -- most names are not of WARC files

    numbered = _RECORD.fullmatch(text)
    name = numbered[1] if numbered else text
    place = archive or FolderPlace(data_dir / FOLDER)
    path = Path(name) if Path(name).is_file() else _find_archived(place, name) or Path(name)
    if isinstance(path, Path):
        find_archive_files(path)
    if numbered:
        if url is not None:
            raise BadArgument(f"name the record either by its offset or by --url, not by both: {text}")
        return RecordName(path, int(numbered[2]))
    if url is None:
        raise BadArgument(f"{name} holds many pages; name one: scrapy explain {name}:OFFSET, or with --url ADDRESS")
    canonical = to_canonical_url(url)
    if canonical is None:
        raise BadArgument(f"--url: {quote_value(url)} is not an http(s) address")
    return RecordName(path, url=canonical)


def _find_archived(archive: ArchivePlace, name: str) -> Path | ArchiveFile | None:
    if archive.folder is not None:
        return path if (path := archive.folder / name).is_file() else None
    try:
        archive.open(name).close()
    except OSError:
        return None
    return ArchiveFile(name, 0, archive)
