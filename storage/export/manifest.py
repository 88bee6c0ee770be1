"""manifest.json: what a release holds, what was asked for, and the checksum of every file."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from storage.export.schema import FIELDS
from storage.export.selection import ORDER, LeftOut, Selection
from storage.export.tally import Tally, by_name

FILE = "manifest.json"
VERSION = 1  # of the manifest's own form; grows when a reader of the old one would go wrong


@dataclass(frozen=True, slots=True)
class ReleasedFile:
    """One file of a release; `path` is relative to its folder, with "/". `rows` is none where it holds no records."""

    path: str
    bytes: int
    rows: int | None
    sha256: str


def described(folder: Path, path: str, rows: int | None = None) -> ReleasedFile:
    """The file `path` of the release in `folder`, as it stands on the disk."""
    with (folder / path).open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        return ReleasedFile(path=path, bytes=file.tell(), rows=rows, sha256=digest)


def manifest(selection: Selection, tally: Tally, left_out: LeftOut, files: Sequence[ReleasedFile]) -> dict[str, Any]:
    """The manifest of a release. It names no clock, no machine and no path outside the release."""
    return {
        "manifest_version": VERSION,
        "counts": {
            "rows": tally.rows,
            "words": tally.words,
            "by_site": by_name(tally.sites),
            "by_language": by_name(tally.languages),
            "by_month": by_name(tally.months),
            "duplicates_by_rule": by_name(tally.duplicates),
        },
        "left_out": asdict(left_out),
        "filters": selection.filters,
        "order": list(ORDER),
        "cleaner_versions": by_name(tally.cleaner_versions),
        "schema": [
            {"name": field.name, "type": str(field.kind), "nullable": field.nullable, "meaning": field.meaning}
            for field in FIELDS
        ],
        "files": [asdict(file) for file in files],
    }


def write_manifest(folder: Path, content: dict[str, Any]) -> None:
    text = json.dumps(content, ensure_ascii=False, indent=2, allow_nan=False)
    (folder / FILE).write_text(text + "\n", encoding="utf-8", newline="\n")
