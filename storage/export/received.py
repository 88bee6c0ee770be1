"""Reads manifest.json of a release that somebody else may have made, and says what is wrong with its form."""

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
from storage.export.facts import ReleasedFile
from storage.export.inside import is_plain, opened
from storage.export.manifest import FILE, VERSION

_LARGEST = 1 << 28  # bytes of a manifest; that of a million files is smaller
_LONGEST_NUMBER = 18  # digits
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
    """A manifest as it stands. Where `wrong` says anything, `content` and `files` hold what of it could be read."""

    content: dict[str, Any]
    files: tuple[ReleasedFile, ...]
    wrong: tuple[str, ...]


@contextmanager
def release_opened(folder: Path) -> Iterator[int]:
    """The folder of a release, as a descriptor; `ExportRefused` where there is none, or it has no manifest."""
    try:
        place = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as error:
        raise ExportRefused(f"cannot read the folder {folder}: {(error.strerror or str(error)).lower()}") from error
    try:
        try:
            os.stat(FILE, dir_fd=place, follow_symlinks=False)
        except FileNotFoundError as error:
            raise ExportRefused(f"{folder} is no release: it holds no {FILE}") from error
        yield place
    finally:
        os.close(place)


def read_manifest(place: int) -> ReadManifest:
    """The manifest of the release in the open folder `place`."""
    try:
        with opened(place, FILE) as file:
            raw = file.read(_LARGEST + 1)
        if len(raw) > _LARGEST:
            return _unreadable("is too large")
        content = json.loads(
            raw.decode(), parse_constant=_no_number, parse_int=_number, object_pairs_hook=_without_repetition
        )
        # What cannot be written again has no release id: halves of characters, numbers beyond all, the very deep.
        json.dumps(content, ensure_ascii=False, allow_nan=False).encode()
    except OSError as error:
        return _unreadable((error.strerror or str(error)).lower())
    except (ValueError, RecursionError):
        return _unreadable("is no JSON")
    if not isinstance(content, dict):
        return _unreadable("holds no object")
    wrong = _wrong_parts(content, _PARTS)
    formats = content.get("formats")
    if isinstance(formats, list) and not all(isinstance(name, str) for name in formats):
        wrong.append("'formats' holds what is no name")
    number = content.get("manifest_version")
    if isinstance(number, int) and number != VERSION:
        wrong.append(f"manifest_version is {number}; this program reads {VERSION}")
    files: list[ReleasedFile] = []
    listed = content.get("files")
    for place_in_list, file in enumerate(listed if isinstance(listed, list) else [], 1):
        faults = _wrong_file(file)
        wrong.extend(f"file {place_in_list} of the list {fault}" for fault in faults)
        if not faults:
            files.append(ReleasedFile(**file))
    times = Counter(file.path for file in files)
    wrong.extend(f"{path} is listed {number} times" for path, number in times.items() if number > 1)
    return ReadManifest(content, tuple(files), tuple(f"{FILE}: {fault}" for fault in wrong))


def _unreadable(why: str) -> ReadManifest:
    return ReadManifest({}, (), (f"{FILE} {why}",))


def _wrong_parts(content: dict[str, Any], parts: dict[str, tuple[type, ...]]) -> list[str]:
    wrong = [f"has no {name!r}" for name in parts if name not in content]
    wrong.extend(f"has {name!r:.60}, which there is none of" for name in content if name not in parts)
    for name, kinds in parts.items():
        if name in content and type(content[name]) not in kinds:  # not isinstance: true is no number here
            wrong.append(f"{name!r} is {type(content[name]).__name__}")
    return wrong


def _wrong_file(file: Any) -> list[str]:
    if not isinstance(file, dict):
        return ["is no object"]
    if wrong := _wrong_parts(file, _FILE_PARTS):
        return wrong
    if not is_plain(file["path"]) or file["path"] == FILE:
        return [f"has a path that leads nowhere within a release: {file['path']!r:.100}"]
    if file["bytes"] < 0 or (file["rows"] is not None and file["rows"] < 0):
        wrong.append("has a number below 0")
    if not _DIGEST.fullmatch(file["sha256"]):
        wrong.append("has a SHA-256 that is none")
    return wrong


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


def _number(digits: str) -> int:
    if len(digits) > _LONGEST_NUMBER:  # Python refuses to print one of thousands of digits
        raise ValueError("a number of too many digits")
    return int(digits)


def _without_repetition(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    # Some readers take the first of two values under one name, others the last: the id would vouch for one of them.
    content = dict(pairs)
    if len(content) != len(pairs):
        raise ValueError("a name stands twice in one object")
    return content
