"""Counts what happens in a crawl, in total and by site. The only writer of Broadsheet's stats, and their reader."""

from __future__ import annotations

import logging
from collections import defaultdict
from time import monotonic
from typing import TYPE_CHECKING

from scrapy.crawler import Crawler

from crawler.run.address_bits import AddressBits
from crawler.run.once import once_per_crawler
from storage.frontier.addresses import TWIN

if TYPE_CHECKING:
    from storage.frontier.offering import OfferCounts

logger = logging.getLogger(__name__)

SECONDS = "time/seconds"  # between the first and the last event of a site
Counts = dict[str, dict[str, int]]  # site -> stat name -> number


class CrawlCounts:
    """The counts of one crawl, kept in Scrapy's stats.

    Each event is counted twice: as the stat `area/name`, and as `site/SITE/area/name`.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler  # not crawler.stats: they exist only once the crawl has begun
        self._first_event: dict[str, float] = {}  # site -> monotonic seconds
        self._not_due = AddressBits()  # the addresses counted as address/not-due
        self._failures: dict[int, tuple[str, tuple[str, ...]]] = {}  # address -> its site, and the stats that count it

    def add(self, site: str, stat: str, number: int = 1) -> None:
        if number:
            seconds = monotonic() - self._first_event.setdefault(site, monotonic())
            self._crawler.stats.set_value(f"site/{site}/{SECONDS}", round(seconds))
            self._crawler.stats.inc_value(stat, number)
            self._crawler.stats.inc_value(f"site/{site}/{stat}", number)

    def add_offered(self, site: str, offered: OfferCounts) -> None:
        """Count what a list has named."""
        self.add(site, "address/new", offered.new)
        self.add(site, "address/again", offered.again)
        self.add(site, "address/known", offered.known)
        self.add(site, "address/not-due", sum(map(self._not_due.add, offered.not_due)))
        self.add(site, "address/not-due", -sum(map(self._not_due.discard, offered.due_again)))
        self.add(site, "address/merged", offered.merged)
        self.add(site, f"address/refused/{TWIN}", offered.set_aside)
        self.add(site, "discovery/problem/dates-now", int(offered.doubted))

    def move(self, site: str, other: str) -> None:
        """Count as those of the site `other` all events that were counted as those of `site`."""
        stats = self._crawler.stats.get_stats()
        for key, value in list(stats.items()):
            if key.startswith(f"site/{site}/"):
                moved = f"site/{other}/{key.removeprefix(f'site/{site}/')}"
                if key.endswith(SECONDS):
                    self._crawler.stats.max_value(moved, value)
                else:
                    self._crawler.stats.inc_value(moved, value)
                del stats[key]
        if (began := self._first_event.pop(site, None)) is not None:
            self._first_event[other] = min(began, self._first_event.get(other, began))

    def add_page(self, site: str, outcome: str) -> None:
        """Count a page that was fetched, and its outcome: the rest of an `article/` stat."""
        self.add(site, "page/fetched")
        self.add(site, f"article/{outcome}")

    def add_recheck(self, site: str, outcome: str) -> None:
        """Count an article that was looked at again because of its age, and what became of it: "unchanged".

        It is no page of the night: it counts neither as found nor as fetched.
        """
        self.add(site, "recheck/asked")
        self.add(site, f"recheck/{outcome}")

    def add_failure(self, site: str, address: int, outcome: str, *, is_list: bool) -> None:
        """Count an address that gave no page: "failed/dns". Each address is counted once, by its last outcome."""
        stats = [f"address/{outcome}"]
        if is_list:
            stats.append(f"discovery/failed/{outcome.partition('/')[2]}")
        self.retract_failure(address)
        self._failures[address] = (site, tuple(stats))
        for stat in stats:
            self.add(site, stat)

    def retract_failure(self, address: int) -> None:
        """Take back the failure of an address that is asked again in the same run."""
        site, stats = self._failures.pop(address, ("", ()))
        for stat in stats:
            self.add(site, stat, -1)

    def get(self, site: str, stat: str) -> int:
        return int(self._crawler.stats.get_value(f"site/{site}/{stat}", 0))

    def get_total(self, stat: str) -> int:
        return int(self._crawler.stats.get_value(stat, 0))

    def by_site(self) -> Counts:
        counts: defaultdict[str, dict[str, int]] = defaultdict(dict)
        for key, value in sorted(self._crawler.stats.get_stats().items()):
            if key.startswith("site/"):
                _, site, stat = key.split("/", 2)
                counts[site][stat] = value
        return dict(counts)


def subtract_counts(counts: Counts, before: Counts) -> Counts:
    """Return by how much each number has grown; what is as it was is left out."""
    from storage.run_parts import GAUGES  # noqa: PLC0415 (it loads SQLAlchemy, and `scrapy --help` needs none)

    grown = {
        site: {
            stat: number - known
            for stat, number in stats.items()
            if number != (known := 0 if stat.startswith(GAUGES) else before.get(site, {}).get(stat, 0))
        }
        for site, stats in counts.items()
    }
    return {site: stats for site, stats in grown.items() if stats}


def log_outcome(site: str, outcome: str, url: str) -> None:
    """Log, at the level DEBUG, the address that stands behind a count: "failed/dns", "stored"."""
    logger.debug("%s: %s: %s", site, outcome, url, extra={"site": site, "outcome": outcome, "url": url})


counts_of = once_per_crawler(CrawlCounts)  # for components that also work without a session
