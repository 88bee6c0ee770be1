"""Checks a release against its own manifest: `scrapy export --verify FOLDER`.

The check proves that the folder is what the manifest states. The release id proves that the manifest is the cited one.
"""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from storage.export.checking.read_back import count_file_rows
from storage.export.checking.read_manifest import ReadManifest, open_release, read_manifest
from storage.export.checking.safe_open import MAX_PATH_CHARACTERS, is_readable_folder, open_safely
from storage.export.description.manifest import MANIFEST_FILE, compute_release_id
from storage.export.released_file import ReleasedFile
from storage.export.schema import ARTICLES

_MAX_LISTED = 1_000  # files that the manifest does not list; more of them add no information


@dataclass(frozen=True, slots=True)
class VerificationResult:
    """Result of the check. `differences` are lines for a person, empty if the release is whole."""

    release_id: str | None
    files: int
    differences: tuple[str, ...]


def check_release(folder: Path) -> VerificationResult:
    """Check checksum, size and rows of every file, missing and extra files, the counts, and the release id.

    Raise `ExportRefused` if the folder is no release at all. Nothing outside the folder is read, whatever the manifest
    says and whatever links the folder contains.
    """
    with open_release(folder) as place:
        manifest = read_manifest(place)
        differences = list(manifest.faults)
        for file in manifest.files:
            differences.extend(f"{file.path}: {fault}" for fault in _check_file(place, file))
        known = {file.path for file in manifest.files} | {MANIFEST_FILE}
        differences.extend(f"{path}: is not in the manifest" for path in _find_unlisted(place, known))
        if not manifest.faults:
            differences.extend(f"{MANIFEST_FILE}: {fault}" for fault in _check_content(manifest))
        stated = manifest.content.get("release_id")
        return VerificationResult(stated if isinstance(stated, str) else None, len(manifest.files), tuple(differences))


def _check_file(place: int, file: ReleasedFile) -> Iterator[str]:
    try:
        with open_safely(place, file.path) as stream:
            size = os.fstat(stream.fileno()).st_size
            if size != file.bytes:
                yield f"has {size:,} bytes, not {file.bytes:,}"
            if hashlib.file_digest(stream, "sha256").hexdigest() != file.sha256:
                yield "has another SHA-256"
            stream.seek(0)
            rows = count_file_rows(stream, file.format)
            if rows is not None and rows != file.rows:
                yield f"has {rows:,} rows, not {file.rows}"
    except FileNotFoundError:
        yield "is missing"
    except OSError as error:
        yield f"cannot be read: {(error.strerror or str(error)).lower()}"
    except ValueError as error:
        yield f"cannot be read as {file.format}: {' '.join(str(error).split()):.200}"


def _find_unlisted(place: int, known: set[str]) -> Iterator[str]:
    """Yield the paths that are not in the manifest: files, links, and folders that are empty or cannot be read."""
    found = 0
    for path, folders, files, descriptor in os.fwalk(".", dir_fd=place):
        here = path.removeprefix(".").removeprefix("/")
        # Folders deeper than any path of a manifest are not opened: they may be nested without end.
        closed = {
            name
            for name in folders
            if len(here) + len(name) >= MAX_PATH_CHARACTERS or not is_readable_folder(descriptor, name)
        }
        names = sorted([*files, *closed])
        if here and not folders and not files:
            names = [""]
        folders[:] = sorted(set(folders) - closed)
        for name in names:
            whole = f"{here}/{name}".strip("/")
            if whole in known:
                continue
            found += 1
            if found > _MAX_LISTED:
                return
            yield whole


def _check_content(manifest: ReadManifest) -> Iterator[str]:
    content = manifest.content
    try:
        computed = compute_release_id(content)
    except RecursionError:  # JSON that can be read may be too deep to be written
        computed = None
    if computed != content["release_id"]:
        yield "the release id does not match the content"
    counts: dict[str, Any] = content["counts"]
    rows = counts.get("rows")
    for name in ("by_site", "by_language", "by_month", "by_split"):
        numbers = counts.get(name)
        if not isinstance(numbers, dict) or not all(type(number) is int for number in numbers.values()):
            yield f"counts: {name} must hold only numbers"
        elif (numbers or name != "by_split") and sum(numbers.values()) != rows:
            yield f"counts: {name} sums to {sum(numbers.values()):,}, not to {rows}"
    written: Counter[str | None] = Counter()
    for file in manifest.files:
        if file.table == ARTICLES.name:
            written[file.format] += file.rows or 0
    for name in content["formats"]:
        if written[name] != rows:
            yield f"the files of {name} have {written[name]:,} articles, not {rows}"
