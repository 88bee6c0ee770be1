"""Finds what cleaning saw of the stored pages of a site: in the crawl that has just ended, or on a night before."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from crawler.recleaning.page_decoder import PageDecoder
from crawler.recleaning.site_readings import SiteReadings
from crawler.storing.readings import KeptReadings, make_reading_key
from storage.site_memory.observations import PageDependency


class PageReadings:
    """The readings of stored pages, for one site after the other; those of its newest pages are kept for later nights.

    readings.open_site(site, newest)      # the ids of its newest pages, the most important ones first
    readings.find(page)
    readings.close_site()
    """

    def __init__(self, data_dir: Path, most: int, pages: PageDecoder, of_crawl: KeptReadings | None) -> None:
        """`most` is the size in bytes of what is kept of a site, `of_crawl` are those of the crawl that has ended."""
        self._data_dir = data_dir
        self._most = most
        self._pages = pages
        self._of_crawl = of_crawl
        self._of_site: SiteReadings | None = None
        self._newest: dict[str, bytes | None] = {}  # the ids of the site's newest pages, with the keys of readings
        self._made: dict[bytes, bytes] = {}  # readings of its pages that came from the archive

    def open_site(self, site: str, newest: Iterable[str]) -> None:
        self._of_site = SiteReadings(self._data_dir, site, self._most)
        self._newest = dict.fromkeys(newest)
        self._made.clear()

    def close_site(self) -> None:
        """Keep the readings of the newest pages that were seen."""
        if self._of_site is not None:
            self._of_site.update((key for key in self._newest.values() if key is not None), self._find_new)
        self._of_site = None
        self._newest.clear()
        self._made.clear()

    def see(self, page: PageDependency) -> None:
        """Note that a page is stored."""
        if page.id in self._newest:
            self._newest[page.id] = self._make_key(page)

    def find(self, page: PageDependency) -> bytes | None:
        """Return the reading of a page; None if there is none."""
        if page.parts:
            return None
        key = self._make_key(page)
        found = self._find_new(key)
        return self._of_site.get(key) if found is None and self._of_site is not None else found

    def is_wanted(self, page: PageDependency) -> bool:
        """Return whether a page that is read from the archive should give its reading."""
        return page.id in self._newest and not page.parts and self.find(page) is None

    def add(self, page: PageDependency, reading: bytes) -> None:
        """Add the reading of a page that was read from the archive, if it may be kept."""
        if reading and page.id in self._newest and not page.parts:
            self._made[self._make_key(page)] = reading

    def _find_new(self, key: bytes) -> bytes | None:
        return self._made.get(key) or (self._of_crawl.get(key) if self._of_crawl is not None else None)

    def _make_key(self, page: PageDependency) -> bytes:
        conditions = self._pages.describe_conditions(page.site)
        return make_reading_key(page.id, page.fetched_at, page.location, conditions)
