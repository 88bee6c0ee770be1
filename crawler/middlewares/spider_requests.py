"""Names the site of each request that a spider made without the frontier, and counts its outcome."""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime

from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import CloseSpider, IgnoreRequest, NotConfigured
from scrapy.http import Response

from cleaning.errors import BadAddress
from crawler.failures.errors import HostOnHold, OffSite
from crawler.failures.outcome import classify_error, is_too_many_redirects
from crawler.run.closing import is_closing
from crawler.run.counts import counts_of, log_outcome
from crawler.run.session import session_of
from crawler.run.spider_sites import spider_sites_of
from crawler.sites.site import SITE_OF_REQUEST, Site
from storage.frontier.settling import MAX_WAIT

logger = logging.getLogger(__name__)

FINISH_REASON = "bad_site_name"  # known to crawler/run/exit_codes.py
MADE_BY_SPIDER = "made_by_spider"  # in the meta of a request: a spider made it, and its site was named here
_NOT_WEB = ("file:", "data:")  # no site has them; DOWNLOAD_HANDLERS decides whether they are read
_WAITS = "hold_waits"  # in the meta of a request: how often it has waited for the hold of its host to end
_MAX_WAITS = 5
_CHECK_INTERVAL = 0.25  # seconds
# What a request brings along that was made with the meta of another one.
_OF_ONE_FETCH = ("exchange", "archived_exchange", "archive_location", "fetched_at", "host_rights", "robots_rules")


class SpiderRequestsMiddleware:
    """The first middleware of a request, and the last of its response.

    It sets `meta[SITE_OF_REQUEST]`, on which scope, robots.txt, cookies, pauses and counts depend, anew for each
    redirect.
    Requests of the articles spider have leases, and those of our own components name their site: both pass as they are.
    """

    def __init__(self, crawler: Crawler) -> None:
        if getattr(crawler.spidercls, "uses_frontier", False):
            raise NotConfigured
        self._crawler = crawler
        self._session = session_of(crawler) if crawler.settings.getbool("STORE_ENABLED") else None
        self._sites = spider_sites_of(crawler)
        self._counts = counts_of(crawler)
        crawler.signals.connect(self._on_spider_opened, signals.spider_opened)
        crawler.signals.connect(self._on_spider_error, signals.spider_error)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> SpiderRequestsMiddleware:
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        if request.url.startswith(_NOT_WEB) or not _is_of_spider(request):
            return
        for key in _OF_ONE_FETCH:
            request.meta.pop(key, None)
        request.meta[MADE_BY_SPIDER] = True
        try:
            request.meta[SITE_OF_REQUEST] = self._sites.find_site(request.url)
        except BadAddress as error:
            raise OffSite(request.url, "no http(s) address") from error
        await self._wait_for_storage()

    def process_response(self, request: Request, response: Response) -> Response:
        if (site := self._find_site(request)) is not None:
            self._counts.add(site.name, "response/received")
            if response.status >= 400:
                self._count_failure(site, f"http-{response.status}", request)
        return response

    async def process_exception(self, request: Request, exception: Exception) -> Request | None:
        """Count a failure; but of a host whose hold ends soon, wait for that, and return the request once more."""
        if type(exception) is IgnoreRequest and not is_too_many_redirects(exception):
            return None  # a middleware of Scrapy filters the request: it is no page of the spider's
        if isinstance(exception, HostOnHold) and MADE_BY_SPIDER in request.meta:
            waits = request.meta.get(_WAITS, 0)
            if waits < _MAX_WAITS and await self._wait(exception.hold.until):
                return request.replace(dont_filter=True, meta=request.meta | {_WAITS: waits + 1})
        if (site := self._find_site(request)) is not None:
            self._count_failure(site, classify_error(exception).reason, request)
        return None

    def _count_failure(self, site: Site, reason: str, request: Request) -> None:
        self._counts.add(site.name, f"request/failed/{reason}")
        log_outcome(site.name, f"failed/{reason}", request.url)

    async def _wait(self, until: datetime) -> bool:
        """Wait for a time within MAX_WAIT. Return whether it has come: it is too far off, or the crawl ends before."""
        if until - datetime.now(UTC) > MAX_WAIT:
            return False
        while datetime.now(UTC) < until:
            if is_closing(self._crawler):
                return False
            await asyncio.sleep(_CHECK_INTERVAL)
        return not is_closing(self._crawler)

    async def _wait_for_storage(self) -> None:
        """Wait while the disk is full or the database fails: a page fetched now could not be stored.

        It lasts until the session ends the crawl, at most.
        """
        while self._session is not None and self._session.pause_reason is not None:
            if is_closing(self._crawler):
                return
            await asyncio.sleep(_CHECK_INTERVAL)

    def _on_spider_opened(self) -> None:
        """End the crawl before its first request where its pages would have no site."""
        if (problem := self._sites.find_problem()) is not None:
            logger.error("%s; no request was sent to any site", problem)
            raise CloseSpider(FINISH_REASON)

    def _on_spider_error(self, response: object) -> None:
        """Count an error of the spider's own code, which Scrapy has logged."""
        request = response.request if isinstance(response, Response) else None
        if request is not None and (site := self._find_site(request)) is not None:
            self._counts.add(site.name, "spider/failed")

    def _find_site(self, request: Request) -> Site | None:
        """Return the site of a request that a spider made, by the name that it has by now."""
        if MADE_BY_SPIDER not in request.meta or request.url.startswith(_NOT_WEB):
            return None
        try:
            return self._sites.find_site(request.url)
        except BadAddress:
            return None


def _is_of_spider(request: Request) -> bool:
    meta = request.meta
    return "lease" not in meta and "robots_of" not in meta and (SITE_OF_REQUEST not in meta or MADE_BY_SPIDER in meta)
