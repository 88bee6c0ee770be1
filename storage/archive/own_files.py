"""The WARC files of the archive, and what their names say."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from secrets import token_hex
from typing import NamedTuple

_NAME = re.compile(
    r"broadsheet-(?P<begun>\d{8}T\d{6}Z)-run(?P<run>\d{6,})(?:-(?P<writer>[0-9a-f]{8}(?:[0-9a-f]{8})?))?-(?P<number>\d{3,})\.warc\.gz"
)

_WRITER = 8  # digits of a writer's own


class OwnName(NamedTuple):
    """The name of a file that a crawl wrote: when it was begun, by which run, as the how manieth of it.

    Where several crawls share a run, each has a `writer`: eight hexadecimal digits. Elsewhere than in a folder eight
    more follow, the `mark` of the run: other stores may write there, too, and have a run of the same number.
    """

    begun_at: datetime
    run: int
    number: int
    writer: str = ""

    @property
    def mark(self) -> str:
        return self.writer[_WRITER:]


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


def make_writer(mark: str = "") -> str:
    """Return a new name of a writer, with the mark of its run (`make_mark`) where other stores may write, too."""
    return token_hex(_WRITER // 2) + mark


def make_mark(started_at: datetime) -> str:
    """Return what tells a run from one of the same number in another store: made of when it began, to a microsecond."""
    return sha256(started_at.astimezone(UTC).isoformat(timespec="microseconds").encode()).hexdigest()[:_WRITER]
