"""Reads manifest.json of a release that anybody may have made, and reports faults in its form."""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cleaning.errors import ExportRefused
from storage.export.checking.safe_open import is_safe_path, open_safely
from storage.export.description.manifest import MANIFEST_FILE, MANIFEST_VERSION
from storage.export.released_file import ReleasedFile

_MAX_BYTES = 1 << 28  # the manifest of a million files is smaller
_MAX_DIGITS = 18  # digits
_DIGEST = re.compile(r"[0-9a-f]{64}")
_PARTS: dict[str, tuple[type, ...]] = {
    "manifest_version": (int,),
    "release_id": (str,),
    "name": (str, type(None)),
    "written_with": (dict,),
    "formats": (list,),
    "filters": (dict,),
    "splits": (dict, type(None)),
    "order": (list,),
    "counts": (dict,),
    "left_out": (dict,),
    "cleaner_versions": (dict,),
    "schema": (dict,),
    "files": (list,),
}
_FILE_PARTS: dict[str, tuple[type, ...]] = {
    "path": (str,),
    "bytes": (int,),
    "rows": (int, type(None)),
    "sha256": (str,),
    "table": (str, type(None)),
    "format": (str, type(None)),
    "split": (str, type(None)),
}


@dataclass(frozen=True, slots=True)
class ReadManifest:
    """A manifest as it was read. With `faults`, `content` and `files` hold only what could be read."""

    content: dict[str, Any]
    files: tuple[ReleasedFile, ...]
    faults: tuple[str, ...]


@contextmanager
def open_release(folder: Path) -> Iterator[int]:
    """Open the folder of a release as a descriptor. Raise `ExportRefused` if it is missing or has no manifest."""
    try:
        place = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as error:
        raise ExportRefused(f"cannot read the folder {folder}: {(error.strerror or str(error)).lower()}") from error
    try:
        try:
            os.stat(MANIFEST_FILE, dir_fd=place, follow_symlinks=False)
        except FileNotFoundError as error:
            raise ExportRefused(f"{folder} is not a release: it contains no {MANIFEST_FILE}") from error
        yield place
    finally:
        os.close(place)


def read_manifest(place: int) -> ReadManifest:
    """Read the manifest of the release in the open folder `place`."""
    try:
        with open_safely(place, MANIFEST_FILE) as file:
            raw = file.read(_MAX_BYTES + 1)
        if len(raw) > _MAX_BYTES:
            return _make_unreadable("is too large")
        content = json.loads(
            raw.decode(),
            parse_constant=_refuse_constant,
            parse_int=_parse_number,
            object_pairs_hook=_refuse_repeated_names,
        )
        # Content that cannot be written again has no release id: lone surrogates, infinite numbers, deep nesting.
        json.dumps(content, ensure_ascii=False, allow_nan=False).encode()
    except OSError as error:
        return _make_unreadable((error.strerror or str(error)).lower())
    except (ValueError, RecursionError):
        return _make_unreadable("is not JSON")
    if not isinstance(content, dict):
        return _make_unreadable("is not an object")
    faults = _check_parts(content, _PARTS)
    formats = content.get("formats")
    if isinstance(formats, list) and not all(isinstance(name, str) for name in formats):
        faults.append("'formats' must hold only names")
    number = content.get("manifest_version")
    if isinstance(number, int) and number != MANIFEST_VERSION:
        faults.append(f"manifest_version is {number}; this program reads {MANIFEST_VERSION}")
    files: list[ReleasedFile] = []
    listed = content.get("files")
    for index, file in enumerate(listed if isinstance(listed, list) else [], 1):
        file_faults = _check_file(file)
        faults.extend(f"file {index} of the list {fault}" for fault in file_faults)
        if not file_faults:
            files.append(ReleasedFile(**file))
    times = Counter(file.path for file in files)
    faults.extend(f"{path} is listed {number} times" for path, number in times.items() if number > 1)
    return ReadManifest(content, tuple(files), tuple(f"{MANIFEST_FILE}: {fault}" for fault in faults))


def _make_unreadable(why: str) -> ReadManifest:
    return ReadManifest({}, (), (f"{MANIFEST_FILE} {why}",))


def _check_parts(content: dict[str, Any], parts: dict[str, tuple[type, ...]]) -> list[str]:
    faults = [f"has no {name!r}" for name in parts if name not in content]
    faults.extend(f"has {name!r:.60}, an unknown name" for name in content if name not in parts)
    for name, kinds in parts.items():
        if name in content and type(content[name]) not in kinds:  # not isinstance, because true is not a number here
            faults.append(f"{name!r} is {type(content[name]).__name__}")
    return faults


def _check_file(file: Any) -> list[str]:
    if not isinstance(file, dict):
        return ["is not an object"]
    if faults := _check_parts(file, _FILE_PARTS):
        return faults
    if not is_safe_path(file["path"]) or file["path"] == MANIFEST_FILE:
        return [f"has an invalid path: {file['path']!r:.100}"]
    if file["bytes"] < 0 or (file["rows"] is not None and file["rows"] < 0):
        faults.append("has a number below 0")
    if not _DIGEST.fullmatch(file["sha256"]):
        faults.append("has an invalid SHA-256")
    return faults


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _parse_number(digits: str) -> int:
    if len(digits) > _MAX_DIGITS:  # Python refuses to print a number of thousands of digits
        raise ValueError("a number of too many digits")
    return int(digits)


def _refuse_repeated_names(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    # With two values under one name, some readers take the first and others the last; the id would cover only one.
    content = dict(pairs)
    if len(content) != len(pairs):
        raise ValueError("an object has two values under one name")
    return content
