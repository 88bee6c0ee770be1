"""What was added, removed and changed between two releases: `scrapy export --compare OLD NEW`.

Articles are told by their id, their text by its SHA-256, the other fields by what both releases know of. The place of
an article in a release can change with what it says, so that two releases cannot be read side by side: the old one is
noted in a temporary database, article by article, and the new one is looked up in it. Memory does not grow.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from cleaning.errors import ExportRefused
from storage.export.facts import ReleasedFile
from storage.export.inside import opened
from storage.export.reading_back import READABLE, Row, records
from storage.export.received import read_manifest, release_opened
from storage.export.schema import ARTICLES

_BYTES = 8  # of each field's hash: what is noted of a million articles is 300 MB on the disk
_ID, _FETCH, _SPLIT = "id", "fetched_at", "split"


@dataclass(frozen=True, slots=True)
class Difference:
    """An article of one release that the other does not have as it is. `fields` are those that changed."""

    what: str  # added, removed, changed, refetched
    id: str
    url: str
    fields: tuple[str, ...] = ()


@dataclass(slots=True)
class Compared:
    """How many articles are what, and which of their fields changed how often."""

    same: int = 0
    added: int = 0
    removed: int = 0
    changed: int = 0
    refetched: int = 0  # the same but for the time of their fetch
    fields: Counter[str] = field(default_factory=Counter)
    unknown: tuple[str, ...] = ()  # fields that only one of the two has

    @property
    def differ(self) -> bool:
        return bool(self.added or self.removed or self.changed or self.refetched)


class Comparison:
    """Compares two releases: `differences` gives each difference once, the removed last; then `found` is complete."""

    def __init__(self, old: Path, new: Path) -> None:
        self._old = old
        self._new = new
        self.found = Compared()

    def differences(self) -> Iterator[Difference]:
        """`ExportRefused` where one of the two is no release, or is in no format that can be read back."""
        old, new = _Articles(self._old), _Articles(self._new)
        # Named "": on the disk, without a name, gone when it is closed.
        with closing(sqlite3.connect("", isolation_level=None)) as notes:
            notes.execute("PRAGMA journal_mode = OFF")
            notes.execute("CREATE TABLE old (id TEXT PRIMARY KEY, url TEXT, hashes BLOB) WITHOUT ROWID")
            both, self.found.unknown = _shared(old.fields, new.fields)
            notes.execute("BEGIN")
            notes.executemany(
                "INSERT OR REPLACE INTO old VALUES (?, ?, ?)",
                ((str(row.get(_ID)), str(row.get("url")), _hashes(row, both)) for row in old.rows()),
            )
            for row in new.rows():
                yield from self._judged(notes, row, both)
            for key, url in notes.execute("SELECT id, url FROM old ORDER BY id"):
                self.found.removed += 1
                yield Difference("removed", key, url)

    def _judged(self, notes: sqlite3.Connection, row: Row, fields: tuple[str, ...]) -> Iterator[Difference]:
        key, url = str(row.get(_ID)), str(row.get("url"))
        known = notes.execute("DELETE FROM old WHERE id = ? RETURNING hashes", (key,)).fetchone()
        if known is None:
            self.found.added += 1
            yield Difference("added", key, url)
            return
        before, now = known[0], _hashes(row, fields)
        if before == now:
            self.found.same += 1
            return
        changed = tuple(
            name
            for number, name in enumerate(fields)
            if before[number * _BYTES : (number + 1) * _BYTES] != now[number * _BYTES : (number + 1) * _BYTES]
        )
        if changed == (_FETCH,):
            self.found.refetched += 1
            yield Difference("refetched", key, url)
            return
        self.found.changed += 1
        self.found.fields.update(changed)
        yield Difference("changed", key, url, changed)


class _Articles:
    """The articles of a release, from the first of its formats that can be read back."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        with release_opened(folder) as place:
            manifest = read_manifest(place)
        if manifest.wrong:
            raise ExportRefused(f"{folder}: {manifest.wrong[0]}")
        articles = [file for file in manifest.files if file.table == ARTICLES.name]
        there = {file.format for file in articles}
        format_name = next((name for name in READABLE if name in there), None)
        if format_name is None:
            raise ExportRefused(f"{folder} holds no articles that can be read back: {', '.join(READABLE)}")
        self._format = format_name
        self._files: list[ReleasedFile] = [file for file in articles if file.format == format_name]
        self._is_split = any(file.split is not None for file in self._files)
        self.fields = tuple(next(self.rows(), {}))

    def rows(self) -> Iterator[Row]:
        """With the split as a field, if there are splits. `ExportRefused` where a file is not as the manifest says."""
        with release_opened(self._folder) as place:
            for file in self._files:
                try:
                    with opened(place, file.path) as stream:
                        for row in records(stream, self._format):
                            yield row | {_SPLIT: file.split} if self._is_split else row
                except (OSError, ValueError) as error:
                    why = " ".join(str(error).split())
                    raise ExportRefused(f"cannot read {self._folder}/{file.path}: {why:.200}; --verify it") from error


def _shared(old: tuple[str, ...], new: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    both = tuple(sorted(set(old) & set(new)))
    return both, tuple(sorted(set(old) ^ set(new)))


def _hashes(row: Row, fields: tuple[str, ...]) -> bytes:
    parts = (json.dumps(row.get(name), sort_keys=True).encode("ascii") for name in fields)
    return b"".join(hashlib.blake2b(part, digest_size=_BYTES).digest() for part in parts)
