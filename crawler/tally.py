"""Counts what happens, over the crawl and by site: the only writer of our stats, and the reader of them for reports."""

from __future__ import annotations

from collections import defaultdict
from time import monotonic
from weakref import WeakKeyDictionary

from scrapy.crawler import Crawler

SECONDS = "time/seconds"  # from the first to the last that happened on a site
Counts = dict[str, dict[str, int]]  # site -> noun -> number


class Tally:
    """Every outcome is counted twice in Scrapy's stats: as `area/noun`, and as `site/NAME/area/noun`."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler  # its stats exist only once the crawl has begun
        self._began: dict[str, float] = {}

    def count(self, site: str, noun: str, number: int = 1) -> None:
        if number:
            seconds = monotonic() - self._began.setdefault(site, monotonic())
            self._crawler.stats.set_value(f"site/{site}/{SECONDS}", round(seconds))
            self._crawler.stats.inc_value(noun, number)
            self._crawler.stats.inc_value(f"site/{site}/{noun}", number)

    def of(self, site: str, noun: str) -> int:
        return int(self._crawler.stats.get_value(f"site/{site}/{noun}", 0))

    def total(self, noun: str) -> int:
        return int(self._crawler.stats.get_value(noun, 0))

    def by_site(self) -> Counts:
        counts: defaultdict[str, dict[str, int]] = defaultdict(dict)
        for key, value in sorted(self._crawler.stats.get_stats().items()):
            if key.startswith("site/"):
                _, site, noun = key.split("/", 2)
                counts[site][noun] = value
        return dict(counts)


def tally_of(crawler: Crawler) -> Tally:
    """The one of this crawl, for components that work without a session, too."""
    if crawler not in _tallies:
        _tallies[crawler] = Tally(crawler)
    return _tallies[crawler]


_tallies: WeakKeyDictionary[Crawler, Tally] = WeakKeyDictionary()
