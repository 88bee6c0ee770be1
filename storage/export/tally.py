"""Counts what a release holds, record by record."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Row


class Tally:
    """The counts of the records given to `add`. A record's month is that of its publication, else of its fetch."""

    def __init__(self) -> None:
        self.rows = 0
        self.words = 0
        self.sites: Counter[str] = Counter()
        self.languages: Counter[str] = Counter()
        self.months: Counter[str] = Counter()  # "2026-11"
        self.cleaner_versions: Counter[str] = Counter()
        self.duplicates: Counter[str] = Counter()  # by rule; only where they were asked for
        self.first: datetime | None = None  # day of the earliest record, and of the latest
        self.last: datetime | None = None

    def add(self, record: Row[Any]) -> None:
        day: datetime = record.published_at or record.fetched_at
        self.rows += 1
        self.words += record.words
        self.sites[record.site] += 1
        self.languages[record.language] += 1
        self.months[f"{day.year:04d}-{day.month:02d}"] += 1
        self.cleaner_versions[record.cleaner_version] += 1
        if record.duplicate_of is not None:
            self.duplicates[record.duplicate_rule] += 1
        self.first = day if self.first is None else min(self.first, day)
        self.last = day if self.last is None else max(self.last, day)


def by_name(counts: Mapping[str, int]) -> dict[str, int]:
    """Counts in the order of their names: the order in which they were met is no part of a release."""
    return dict(sorted(counts.items()))
