"""Counts the articles of a release while they are written, batch by batch."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime

from storage.export.batch import Batch

WORDS_STEP = 100


class ReleaseCounts:
    """Counts of the articles given to `add`. The month of an article is that of its publication, or else its fetch."""

    def __init__(self) -> None:
        self.rows = 0
        self.words = 0
        self.sites: Counter[str] = Counter()
        self.languages: Counter[str] = Counter()
        self.months: Counter[str] = Counter()  # "2026-11"
        self.cleaner_versions: Counter[str] = Counter()
        self.duplicates: Counter[str] = Counter()  # by rule; empty unless the release includes duplicates
        self.duplicate_kinds: Counter[str] = Counter()
        self.lengths: Counter[int] = Counter()  # words, rounded down to hundreds
        self.page_kinds: Counter[str | None] = Counter()
        self.licences: Counter[str | None] = Counter()
        self.tdm_reserved: Counter[bool | None] = Counter()
        self.ai_refused: Counter[str] = Counter()  # articles by the AI agent that robots.txt refused
        self.splits: Counter[str] = Counter()  # empty without splits
        self.first: datetime | None = None  # publication, or else fetch, of the earliest article
        self.last: datetime | None = None  # of the latest article
        self.fetched: datetime | None = None  # latest fetch; its day is the date of the release

    def add(self, batch: Batch) -> None:
        """Count a batch of articles."""
        if not len(batch):
            return
        self.rows += len(batch)
        words = batch.column("words")
        self.words += sum(words)
        self.lengths.update([number // WORDS_STEP * WORDS_STEP for number in words])
        for counts, name in (
            (self.sites, "site"),
            (self.languages, "language"),
            (self.cleaner_versions, "cleaner_version"),
            (self.page_kinds, "page_kind"),
            (self.licences, "licence"),
            (self.tdm_reserved, "tdm_reserved"),
        ):
            counts.update(batch.column(name))
        self.ai_refused.update([agent for agents in batch.column("ai_refused") for agent in agents or ()])
        for counts, name in ((self.duplicates, "duplicate_rule"), (self.duplicate_kinds, "duplicate_kind")):
            counts.update([value for value in batch.column(name) if value is not None])
        fetched = batch.column("fetched_at")
        days = [day or other for day, other in zip(batch.column("published_at"), fetched, strict=True)]
        for (year, month), number in Counter([(day.year, day.month) for day in days]).items():
            self.months[f"{year:04d}-{month:02d}"] += number
        self.first = min(days) if self.first is None else min(self.first, *days)
        self.last = max(days) if self.last is None else max(self.last, *days)
        self.fetched = max(fetched) if self.fetched is None else max(self.fetched, *fetched)


def sort_by_name(counts: Mapping[str, int]) -> dict[str, int]:
    """Return the counts in the order of their names, so that they do not depend on the order of counting."""
    return dict(sorted(counts.items()))
