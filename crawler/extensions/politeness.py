"""Keeps a pause between two requests to a host: the site's `delay`, and the Crawl-delay of its robots.txt."""

from __future__ import annotations

from math import isfinite

from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.robotstxt import RobotParser
from scrapy.utils.httpobj import urlparse_cached

from crawler.hosts.holds import holds_of
from crawler.sites.site import SITE_OF_REQUEST, Site


class Politeness:
    """Sets the delay of Scrapy's download slots. The delay and the Crawl-delay are minimums for AutoThrottle's delay.

    DOWNLOAD_DELAY is the minimum for all. Scrapy forgets a slot that was idle for a minute, so the delay is set with
    every request. AutoThrottle changes it with every response, so it is set again before the next request leaves the
    slot. A host whose circuit breaker was open gets one request at a time until it responds well.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._max_crawl_delay = crawler.settings.getfloat("CRAWL_DELAY_MAX")
        self._concurrency = crawler.settings.getint("CONCURRENT_REQUESTS_PER_DOMAIN")
        self._agent = crawler.settings["ROBOTSTXT_USER_AGENT"]
        self._holds = holds_of(crawler)
        self._crawl_delays: dict[str, float] = {}  # netloc -> seconds
        crawler.signals.connect(self._on_robots_parsed, signals.robots_parsed)
        crawler.signals.connect(self._set_delay, signals.request_reached_downloader)
        # Runs after AutoThrottle's receiver, which was connected earlier because it is a base extension.
        crawler.signals.connect(self._set_delay, signals.response_downloaded)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Politeness:
        return cls(crawler)

    def _on_robots_parsed(self, robotparser: RobotParser, request: Request) -> None:
        delay = robotparser.crawl_delay(self._agent)
        if delay is not None and isfinite(delay) and delay > 0:
            self._crawl_delays[urlparse_cached(request).netloc] = min(float(delay), self._max_crawl_delay)

    def _set_delay(self, request: Request) -> None:
        engine = self._crawler.engine
        assert engine is not None  # noqa: S101 (its downloader has just been reached)
        slot = engine.downloader.slots[request.meta["download_slot"]]
        site: Site | None = request.meta.get(SITE_OF_REQUEST)
        site_delay = site.delay if site is not None and site.delay is not None else 0.0
        slot.delay = max(slot.delay, site_delay, self._crawl_delays.get(urlparse_cached(request).netloc, 0.0))
        slot.concurrency = 1 if self._holds.is_on_trial(request.url) else self._concurrency
