"""Writes manifest.json: the content of a release, its filters, and the checksum of every file.

The release id is the SHA-256 of the manifest as compact JSON with sorted keys in UTF-8. Left out are the parts that
are not content (the id, `name`, `written_with`) and the files that are made from the rest (card, citation and so on).
The id therefore covers the checksum of every data file, the schema, filters, splits and counts: the same content has
the same id, and different content has a different one.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

from storage.export.description.counts import sort_by_name
from storage.export.description.facts import ReleaseFacts
from storage.export.released_file import ReleasedFile
from storage.export.selection.choose import ORDER

MANIFEST_FILE = "manifest.json"
MANIFEST_VERSION = 2  # of the form of the manifest; raise it when readers of the old form would fail

_NO_CONTENT = frozenset({"release_id", "name", "written_with"})


def build_manifest(facts: ReleaseFacts, files: Sequence[ReleasedFile]) -> dict[str, Any]:
    """Return the manifest of a release with these files. It contains no clock, machine or path outside the release."""
    counts = facts.counts
    return {
        "manifest_version": MANIFEST_VERSION,
        "release_id": facts.release_id,
        "name": facts.name,
        "written_with": {
            library: version(library)
            for library in sorted({one.written_with for one in facts.formats if one.written_with})
        },
        "formats": [one.name for one in facts.formats],
        "filters": facts.selection.filters,
        "splits": facts.splits and facts.splits.manifest_entry,
        "order": list(ORDER),
        "counts": {
            "rows": counts.rows,
            "words": counts.words,
            "by_site": sort_by_name(counts.sites),
            "by_language": sort_by_name(counts.languages),
            "by_month": sort_by_name(counts.months),
            "by_split": {name: counts.splits[name] for name in facts.splits.names} if facts.splits else {},
            "duplicates_by_rule": sort_by_name(counts.duplicates),
            "duplicates_by_kind": sort_by_name(counts.duplicate_kinds),
        },
        "left_out": asdict(facts.left_out),
        "cleaner_versions": sort_by_name(counts.cleaner_versions),
        "schema": {
            table.name: [
                {"name": field.name, "type": str(field.kind), "nullable": field.nullable, "meaning": field.meaning}
                for field in table.fields
            ]
            for table in facts.tables
        },
        "files": [asdict(file) for file in files],
    }


def compute_release_id(content: Mapping[str, Any]) -> str:
    """Return the release id of the content of a manifest, 64 hexadecimal digits. The stated id is ignored."""
    covered = {name: value for name, value in content.items() if name not in _NO_CONTENT}
    covered["files"] = [file for file in content["files"] if file["table"] is not None]
    text = json.dumps(covered, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


def write_manifest(folder: Path, content: Mapping[str, Any]) -> None:
    text = json.dumps(content, ensure_ascii=False, indent=2, allow_nan=False)
    (folder / MANIFEST_FILE).write_text(text + "\n", encoding="utf-8", newline="\n")
