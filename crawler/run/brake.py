"""Tells which part of a crawl is its brake: fetching, cleaning or storing.

Of the pages that are under way, most wait before the slowest part: those that wait for a host or for a pause are being
fetched, the others wait for a child process or for the database. Their numbers are looked at every second. The brake is
the part in which most of them were over the last seconds.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum

from scrapy.crawler import Crawler

from crawler.run.once import once_per_crawler

LOOK_INTERVAL = 1.0  # seconds
WINDOW = 10  # looks


class CrawlPart(StrEnum):
    FETCHING = "fetching"
    CLEANING = "cleaning"
    STORING = "storing"


class Brake:
    """The pages under way in each part. `brake/<part>` of Scrapy's stats counts the looks at which it was the brake."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._under_way = Counter[CrawlPart]()
        self._looks: deque[Counter[CrawlPart]] = deque(maxlen=WINDOW)

    @contextmanager
    def passing(self, part: CrawlPart) -> Iterator[None]:
        """Count a page in this part while the context lasts."""
        self._under_way[part] += 1
        try:
            yield
        finally:
            self._under_way[part] -= 1

    def look(self, requests: int) -> None:
        """Take note of the pages under way. `requests` is the number of those that are being fetched."""
        found = Counter(self._under_way)
        found[CrawlPart.FETCHING] += requests
        self._looks.append(found)
        if (part := self.find()) is not None:
            self._crawler.stats.inc_value(f"brake/{part}")

    def find(self) -> CrawlPart | None:
        """Return the brake; None where nothing was under way."""
        total = sum(self._looks, Counter[CrawlPart]())
        # Of parts with equally many pages it is the later one: what waits there holds back the earlier.
        return max(reversed(CrawlPart), key=total.__getitem__) if total.total() else None


brake_of = once_per_crawler(Brake)
