"""Checks a release against its own manifest: `scrapy export --verify FOLDER`.

That what stands in the folder is what the manifest says; that the manifest is what was once cited says its release id.
"""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from storage.export.facts import ReleasedFile
from storage.export.inside import LONGEST, is_folder, opened
from storage.export.manifest import FILE, release_id
from storage.export.reading_back import rows_of
from storage.export.received import ReadManifest, read_manifest, release_opened
from storage.export.schema import ARTICLES

_LISTED = 1_000  # entries of a folder that the manifest does not know; more of them say no more


@dataclass(frozen=True, slots=True)
class Verified:
    """What was checked. `differences` are lines for a person; () where the release is whole."""

    release_id: str | None
    files: int
    differences: tuple[str, ...]


def verify(folder: Path) -> Verified:
    """Checks every file's bytes, size and rows, that none is missing and none too many, the counts, the release id.

    `ExportRefused` where the folder is no release at all. Nothing outside of the folder is read, whatever the manifest
    says and whatever links stand in it.
    """
    with release_opened(folder) as place:
        manifest = read_manifest(place)
        differences = list(manifest.wrong)
        for file in manifest.files:
            differences.extend(f"{file.path}: {fault}" for fault in _faults(place, file))
        known = {file.path for file in manifest.files} | {FILE}
        differences.extend(f"{path}: is not in the manifest" for path in _others(place, known))
        if not manifest.wrong:
            differences.extend(f"{FILE}: {fault}" for fault in _contradictions(manifest))
        stated = manifest.content.get("release_id")
        return Verified(stated if isinstance(stated, str) else None, len(manifest.files), tuple(differences))


def _faults(place: int, file: ReleasedFile) -> Iterator[str]:
    try:
        with opened(place, file.path) as stream:
            size = os.fstat(stream.fileno()).st_size
            if size != file.bytes:
                yield f"has {size:,} bytes, not {file.bytes:,}"
            if hashlib.file_digest(stream, "sha256").hexdigest() != file.sha256:
                yield "has another SHA-256"
            stream.seek(0)
            rows = rows_of(stream, file.format)
            if rows is not None and rows != file.rows:
                yield f"has {rows:,} rows, not {file.rows}"
    except FileNotFoundError:
        yield "is missing"
    except OSError as error:
        yield f"cannot be read: {(error.strerror or str(error)).lower()}"
    except ValueError as error:
        yield f"cannot be read as {file.format}: {' '.join(str(error).split()):.200}"


def _others(place: int, known: set[str]) -> Iterator[str]:
    """What stands in the folder and not in the manifest: files, links, and folders that hold nothing or are closed."""
    found = 0
    for path, folders, files, descriptor in os.fwalk(".", dir_fd=place):
        here = path.removeprefix(".").removeprefix("/")
        # Deeper than the path of a manifest can lead nothing is looked into: there may be folders without end.
        closed = {name for name in folders if len(here) + len(name) >= LONGEST or not is_folder(descriptor, name)}
        names = sorted([*files, *closed])
        if here and not folders and not files:
            names = [""]
        folders[:] = sorted(set(folders) - closed)
        for name in names:
            whole = f"{here}/{name}".strip("/")
            if whole in known:
                continue
            found += 1
            if found > _LISTED:
                return
            yield whole


def _contradictions(manifest: ReadManifest) -> Iterator[str]:
    content = manifest.content
    try:
        own = release_id(content)
    except RecursionError:  # what could just be read can be too deep to be written from here
        own = None
    if own != content["release_id"]:
        yield "the release id is not that of its content"
    counts: dict[str, Any] = content["counts"]
    rows = counts.get("rows")
    for name in ("by_site", "by_language", "by_month", "by_split"):
        numbers = counts.get(name)
        if not isinstance(numbers, dict) or not all(type(number) is int for number in numbers.values()):
            yield f"counts: {name} holds no numbers"
        elif (numbers or name != "by_split") and sum(numbers.values()) != rows:
            yield f"counts: {name} sums to {sum(numbers.values()):,}, not to {rows}"
    written: Counter[str | None] = Counter()
    for file in manifest.files:
        if file.table == ARTICLES.name:
            written[file.format] += file.rows or 0
    for name in content["formats"]:
        if written[name] != rows:
            yield f"the files of {name} have {written[name]:,} articles, not {rows}"
