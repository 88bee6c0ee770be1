"""The WARC files of the archive folder, and what their names say."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

_NAME = re.compile(
    r"broadsheet-(?P<begun>\d{8}T\d{6}Z)-run(?P<run>\d{6,})(?:-(?P<writer>[0-9a-f]{8}))?-(?P<number>\d{3,})\.warc\.gz"
)


class OwnName(NamedTuple):
    """The name of a file that a crawl wrote: when it was begun, by which run, as the how manieth of it.

    Where several crawls share a run, each has a `writer`: eight hexadecimal digits.
    """

    begun_at: datetime
    run: int
    number: int
    writer: str = ""


def list_own_files(folder: Path) -> list[Path]:
    """Return the WARC files of an archive folder, sorted."""
    return sorted(path for path in folder.glob("*.warc.gz") if path.is_file())


def parse_own_name(name: str) -> OwnName | None:
    """Return what the name of a file says; None if no crawl gave it."""
    match = _NAME.fullmatch(name)
    if match is None:
        return None
    begun_at = datetime.strptime(match["begun"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    return OwnName(begun_at, int(match["run"]), int(match["number"]), match["writer"] or "")


def make_own_name(begun_at: datetime, run: int, number: int, writer: str = "") -> str:
    """Return the name of a file of a run; names sort as the files were begun."""
    by = f"{writer}-" if writer else ""
    return f"broadsheet-{begun_at.astimezone(UTC):%Y%m%dT%H%M%SZ}-run{run:06d}-{by}{number:03d}.warc.gz"
