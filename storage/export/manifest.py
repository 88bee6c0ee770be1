"""manifest.json: what a release holds, what was asked for, and the checksum of every file.

The release id is the SHA-256 of the manifest itself, as compact JSON with sorted keys in UTF-8, without what is no
content (the id, `name`, `written_with`) and without the files that are made from the rest (card, citation and the
like). So it covers the checksum of every data file, schema, filters, splits and counts: the same content has the same
id, and whatever of it is another, another.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

from storage.export.facts import Facts, ReleasedFile
from storage.export.selection import ORDER
from storage.export.tally import by_name

FILE = "manifest.json"
VERSION = 2  # of the manifest's own form; grows when a reader of the old one would go wrong

_NO_CONTENT = frozenset({"release_id", "name", "written_with"})


def described(folder: Path, path: str) -> ReleasedFile:
    """The file `path` of the release in `folder`, as it stands on the disk; it holds no records."""
    with (folder / path).open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        return ReleasedFile(path=path, bytes=file.tell(), rows=None, sha256=digest)


def manifest(facts: Facts, files: Sequence[ReleasedFile]) -> dict[str, Any]:
    """The manifest of a release of which `files` are all. It names no clock, no machine and no path outside of it."""
    tally = facts.tally
    return {
        "manifest_version": VERSION,
        "release_id": facts.release_id,
        "name": facts.name,
        "written_with": {
            library: version(library)
            for library in sorted({one.written_with for one in facts.formats if one.written_with})
        },
        "formats": [one.name for one in facts.formats],
        "filters": facts.selection.filters,
        "splits": facts.splits and facts.splits.asked,
        "order": list(ORDER),
        "counts": {
            "rows": tally.rows,
            "words": tally.words,
            "by_site": by_name(tally.sites),
            "by_language": by_name(tally.languages),
            "by_month": by_name(tally.months),
            "by_split": {name: tally.splits[name] for name in facts.splits.names} if facts.splits else {},
            "duplicates_by_rule": by_name(tally.duplicates),
            "duplicates_by_kind": by_name(tally.duplicate_kinds),
        },
        "left_out": asdict(facts.left_out),
        "cleaner_versions": by_name(tally.cleaner_versions),
        "schema": {
            table.name: [
                {"name": field.name, "type": str(field.kind), "nullable": field.nullable, "meaning": field.meaning}
                for field in table.fields
            ]
            for table in facts.tables
        },
        "files": [asdict(file) for file in files],
    }


def release_id(content: Mapping[str, Any]) -> str:
    """The id of the release that a manifest describes, whatever id stands in it: 64 hexadecimal digits."""
    counted = {name: value for name, value in content.items() if name not in _NO_CONTENT}
    counted["files"] = [file for file in content["files"] if file["table"] is not None]
    text = json.dumps(counted, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


def write_manifest(folder: Path, content: Mapping[str, Any]) -> None:
    text = json.dumps(content, ensure_ascii=False, indent=2, allow_nan=False)
    (folder / FILE).write_text(text + "\n", encoding="utf-8", newline="\n")
