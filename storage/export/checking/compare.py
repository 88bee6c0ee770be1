"""Compares two releases, article by article: `scrapy export --compare OLD NEW`.

Articles are matched by their id. Their texts are compared by SHA-256, and their other fields as far as both releases
have them. The position of an article in a release can change with its content, so two releases cannot be read side by
side: the old one is written to a temporary database, and the new one is looked up in it. Memory does not grow.
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

from storage.export.checking.read_back import Row
from storage.export.checking.read_table import TableReader
from storage.export.schema import ARTICLES

_BYTES = 8  # of the hash of each field; a million articles take 300 MB on the disk
_ID, _FETCH = "id", "fetched_at"


@dataclass(frozen=True, slots=True)
class ArticleDifference:
    """An article that differs between the releases. `fields` are the changed ones."""

    what: str  # added, removed, changed, refetched
    id: str
    url: str
    fields: tuple[str, ...] = ()


@dataclass(slots=True)
class ComparisonCounts:
    """Number of articles by result, and of changes by field."""

    same: int = 0
    added: int = 0
    removed: int = 0
    changed: int = 0
    refetched: int = 0  # the same except for the time of their fetch
    fields: Counter[str] = field(default_factory=Counter)
    unknown: tuple[str, ...] = ()  # fields that only one of the releases has

    @property
    def has_differences(self) -> bool:
        return bool(self.added or self.removed or self.changed or self.refetched)


class ReleaseComparison:
    """Compares two releases. `counts` is complete when `iter_differences` has ended."""

    def __init__(self, old: Path, new: Path) -> None:
        self._old = old
        self._new = new
        self.counts = ComparisonCounts()

    def iter_differences(self) -> Iterator[ArticleDifference]:
        """Yield each difference once, removed articles last.

        Raise `ExportRefused` if one of the folders is no release, or has no format that can be read back.
        """
        old, new = TableReader(self._old, ARTICLES.name), TableReader(self._new, ARTICLES.name)
        # The name "" makes a temporary database on the disk, which is deleted when it is closed.
        with closing(sqlite3.connect("", isolation_level=None)) as database:
            database.execute("PRAGMA journal_mode = OFF")
            database.execute("CREATE TABLE old (id TEXT PRIMARY KEY, url TEXT, hashes BLOB) WITHOUT ROWID")
            both, self.counts.unknown = _partition_fields(old.read_fields(), new.read_fields())
            database.execute("BEGIN")
            database.executemany(
                "INSERT OR REPLACE INTO old VALUES (?, ?, ?)",
                ((str(row.get(_ID)), str(row.get("url")), _hash_fields(row, both)) for row in old.read_rows()),
            )
            for row in new.read_rows():
                yield from self._compare_row(database, row, both)
            for key, url in database.execute("SELECT id, url FROM old ORDER BY id"):
                self.counts.removed += 1
                yield ArticleDifference("removed", key, url)

    def _compare_row(
        self, database: sqlite3.Connection, row: Row, fields: tuple[str, ...]
    ) -> Iterator[ArticleDifference]:
        key, url = str(row.get(_ID)), str(row.get("url"))
        known = database.execute("DELETE FROM old WHERE id = ? RETURNING hashes", (key,)).fetchone()
        if known is None:
            self.counts.added += 1
            yield ArticleDifference("added", key, url)
            return
        before, now = known[0], _hash_fields(row, fields)
        if before == now:
            self.counts.same += 1
            return
        changed = tuple(
            name
            for number, name in enumerate(fields)
            if before[number * _BYTES : (number + 1) * _BYTES] != now[number * _BYTES : (number + 1) * _BYTES]
        )
        if changed == (_FETCH,):
            self.counts.refetched += 1
            yield ArticleDifference("refetched", key, url)
            return
        self.counts.changed += 1
        self.counts.fields.update(changed)
        yield ArticleDifference("changed", key, url, changed)


def _partition_fields(old: tuple[str, ...], new: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    both = tuple(sorted(set(old) & set(new)))
    return both, tuple(sorted(set(old) ^ set(new)))


def _hash_fields(row: Row, fields: tuple[str, ...]) -> bytes:
    parts = (json.dumps(row.get(name), sort_keys=True).encode("ascii") for name in fields)
    return b"".join(hashlib.blake2b(part, digest_size=_BYTES).digest() for part in parts)
