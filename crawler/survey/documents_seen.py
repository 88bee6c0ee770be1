"""Keeps what is needed of every answer of a survey: what lists name, the signs of pages, the pause of robots.txt."""

from __future__ import annotations

from collections import defaultdict
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from scrapy import Request, signals
from scrapy.http import Response, TextResponse

from crawler.page_facts import get_content_type
from crawler.sites.site import SITE_OF_REQUEST
from crawler.survey.page_signs import PageSigns, find_page_signs
from crawler.survey.read_list import SeenList, read_list
from storage.frontier.addresses import AddressKind, Lease

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scrapy.crawler import Crawler
    from scrapy.robotstxt import RobotParser

    from crawler.sites.owners import SiteOwners
    from crawler.sites.site import Site


@dataclass(slots=True)
class SiteDocuments:
    """What a site answered."""

    lists: dict[str, SeenList] = field(default_factory=dict)  # by the address that was asked, in the order of answers
    front: PageSigns | None = None
    pages: dict[str, PageSigns] = field(default_factory=dict)  # of articles, by the address that was asked
    robots_sitemaps: frozenset[str] = frozenset()
    robots_delay: float | None = None  # seconds


class DocumentWatch:
    """Reads every answer of a crawl beside it, in one thread of its own. `collect` gives what was read."""

    def __init__(self, crawler: Crawler, sites: Mapping[str, Site], owners: SiteOwners) -> None:
        self._sites = sites
        self._owners = owners
        self._agent = str(crawler.settings["ROBOTSTXT_USER_AGENT"])
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="survey")
        self._lists: list[tuple[str, Future[SeenList]]] = []
        self._signs: list[tuple[Lease, Future[PageSigns]]] = []
        self._robots: defaultdict[str, set[str]] = defaultdict(set)
        self._delays: dict[str, float] = {}
        crawler.signals.connect(self._on_response, signals.response_received)
        crawler.signals.connect(self._on_robots, signals.robots_parsed)

    def collect(self) -> dict[str, SiteDocuments]:
        """Return what was read, by the name of the site. Waits for what is still being read; no answer comes after."""
        self._thread.shutdown()
        found = {name: SiteDocuments() for name in self._sites}
        for name, reading in self._lists:
            seen = reading.result()
            found[name].lists[seen.url] = seen
        for lease, signs in self._signs:
            if lease.kind is not AddressKind.ARTICLE:
                found[lease.site].front = signs.result()
            else:
                found[lease.site].pages[lease.url] = signs.result()
        for name, sitemaps in self._robots.items():
            found[name].robots_sitemaps = frozenset(sitemaps)
        for name, delay in self._delays.items():
            found[name].robots_delay = delay
        return found

    def _on_response(self, response: Response, request: Request) -> None:
        lease = request.meta.get("lease")
        if not isinstance(lease, Lease) or lease.site not in self._sites or response.status != 200:
            return
        kind = get_content_type(response)
        if lease.kind is not AddressKind.ARTICLE:
            site = self._sites[lease.site]
            read = self._thread.submit(read_list, lease, site, self._owners, response.url, response.body, kind)
            self._lists.append((lease.site, read))
        is_page = lease.kind is AddressKind.ARTICLE or lease.url == self._sites[lease.site].url
        if is_page and isinstance(response, TextResponse):
            signs = self._thread.submit(find_page_signs, response.body, response.url, kind)
            self._signs.append((lease, signs))

    def _on_robots(self, robotparser: RobotParser, request: Request) -> None:
        site = request.meta.get(SITE_OF_REQUEST)
        if site is None or not site.owns(request.url):
            return
        rules: Any = getattr(robotparser, "rp", None)
        self._robots[site.name].update(str(address) for address in getattr(rules, "sitemaps", ()))
        delay = rules.crawl_delay(self._agent) if rules is not None else None
        if delay is not None and 0 < float(delay) < float("inf"):
            self._delays[site.name] = max(float(delay), self._delays.get(site.name, 0.0))
