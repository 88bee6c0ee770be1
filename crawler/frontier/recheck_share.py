"""Bounds how many articles of a site a run may look at again, so that news is never short of time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from crawler.run.counts import CrawlCounts
from storage.frontier.addresses import Lease


class RecheckShare:
    """The re-checks of each site are at most `share` of all pages that the run has of it, and one at least.

    Its pages are the answers to all requests to it, lists included. An answer 304 is no page: it costs a few hundred
    bytes, so re-checks that are answered so are not bounded. Those under way count until they are answered.
    """

    def __init__(self, counts: CrawlCounts, share: float) -> None:
        self._counts = counts
        self._share = share

    def find_free(self, sites: Iterable[str], under_way: Iterable[Lease], most: int) -> dict[str, int]:
        """Return how many articles of each site may be leased for a re-check now, at most `most` of each."""
        open_ones = Counter(lease.site for lease in under_way if lease.is_recheck)
        return {site: min(most, self._find_free(site, open_ones[site])) for site in sites}

    def _find_free(self, site: str, under_way: int) -> int:
        if self._share >= 1:
            return 1 << 30
        asked = self._counts.get(site, "recheck/asked")
        pages = max(0, self._counts.get(site, "response/received") - asked - under_way)
        allowed = int(self._share / (1 - self._share) * pages) if self._share else 0
        spent = asked - self._counts.get(site, "recheck/not-modified") + under_way
        return max(0, max(allowed, min(pages, 1)) - spent)
