"""What became of the addresses that a run had to fetch: the numbers of one row of the table at the end of a crawl.

found = fetched + failed + waiting; fetched = articles + duplicates + unchanged + rejected. Both hold in every run,
because of how things are counted: a page is counted as fetched in the moment in which it is counted as what it turned
out to be (`CrawlCounts.add_page`); an address counts as failed once, by its last failure of the run
(`CrawlCounts.add_failure`); what waits is counted in the frontier when the run has ended
(storage/frontier/waiting.py); and found is the sum.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

REJECTED = "article/rejected/"
WAITING = "address/waiting/"
OVER_LIMIT = "over-limit"  # waits because the run was to fetch no more of its site
LISTS_FAILED = "discovery/failed/"
ON_HOLD = "host/held/"
NOT_DUE = "address/not-due"
# Beginnings of stat names. The last are addresses whose page is counted at another address.
_FAILED = ("address/failed/", "address/gone/", "address/refused/", "address/done/")
_STORED_BEFORE = ("article/unchanged", "article/older", "article/stands")


@dataclass(frozen=True, slots=True)
class Account:
    """The numbers of one site, or of several together. Those by reason hold no zeros."""

    fetched: int  # pages of articles
    articles: int
    duplicates: int
    unchanged: int  # the store had them already, and keeps what it had
    rejected: dict[str, int]  # by reason
    failed: dict[str, int]  # by reason: addresses that gave no page of their own
    waiting: dict[str, int]  # by reason: addresses that are left for another run
    known: int  # addresses that the sources list and that are not due: not part of `found`
    lists_failed: dict[str, int]  # by reason: feeds, sitemaps and section pages; not part of `found`
    on_hold: dict[str, int]  # by reason: hosts

    @classmethod
    def from_stats(cls, stats: Mapping[str, int]) -> Account:
        """Make the account of a site from its counts, as `CrawlCounts.by_site` and the table `run` have them."""
        lists_failed = _select(stats, LISTS_FAILED)
        return cls(
            fetched=stats.get("page/fetched", 0),
            articles=stats.get("article/stored", 0),
            duplicates=stats.get("article/duplicate", 0),
            unchanged=sum(stats.get(stat, 0) for stat in _STORED_BEFORE),
            rejected=_select(stats, REJECTED),
            failed=_drop_zeros(_select(stats, *_FAILED), less=lists_failed),
            waiting=_select(stats, WAITING),
            known=stats.get(NOT_DUE, 0),
            lists_failed=lists_failed,
            on_hold=_select(stats, ON_HOLD),
        )

    @property
    def found(self) -> int:
        """How many addresses the run had to fetch: new ones, due ones, and those that earlier runs left over."""
        return self.fetched + sum(self.failed.values()) + sum(self.waiting.values())

    def to_dict(self) -> dict[str, Any]:
        """Return the account for a JSON document."""
        return {
            "found": self.found,
            "fetched": self.fetched,
            "articles": self.articles,
            "duplicates": self.duplicates,
            "unchanged": self.unchanged,
            "rejected": self.rejected,
            "failed": self.failed,
            "waiting": self.waiting,
            "known": self.known,
            "lists_failed": self.lists_failed,
            "hosts_on_hold": self.on_hold,
        }


def _select(stats: Mapping[str, int], *areas: str) -> dict[str, int]:
    """Return the numbers of the stats in these areas, by the rest of their names, area after area."""
    found: Counter[str] = Counter()
    for area in areas:
        for stat, number in sorted(stats.items()):
            if stat.startswith(area):
                found[stat.removeprefix(area)] += number
    return _drop_zeros(found)


def _drop_zeros(numbers: Mapping[str, int], less: Mapping[str, int] | None = None) -> dict[str, int]:
    left = {reason: number - (less or {}).get(reason, 0) for reason, number in numbers.items()}
    return {reason: number for reason, number in left.items() if number}
