"""One file of a release, with its size and checksum."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class ReleasedFile:
    """One file of a release.

    `path` is relative to the folder of the release, with "/". `rows` is None for a file without records. A data file
    also names its `table`, its `format` and, for articles of a release with splits, its `split`.
    """

    path: str
    bytes: int
    rows: int | None
    sha256: str
    table: str | None = None
    format: str | None = None
    split: str | None = None


def describe_file(folder: Path, path: str) -> ReleasedFile:
    """Return the size and checksum of the file `path` of the release in `folder`, as it is on the disk."""
    with (folder / path).open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        return ReleasedFile(path=path, bytes=file.tell(), rows=None, sha256=digest)
