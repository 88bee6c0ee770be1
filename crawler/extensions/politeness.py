"""Keeps the pause between two requests to a host: the site's entry, and the Crawl-delay of its robots.txt."""

from __future__ import annotations

from math import isfinite

from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.robotstxt import RobotParser
from scrapy.utils.httpobj import urlparse_cached

from crawler.holds import Holds
from crawler.sites import Site


class Politeness:
    """Both are floors under what AutoThrottle finds; DOWNLOAD_DELAY is the floor under all.

    Scrapy forgets a slot that was idle for a minute, so that the pause is set with every request; and AutoThrottle sets
    another with every answer, so that it is set again before the next request leaves the slot. A host whose circuit
    breaker was open is asked by one request at a time until it answers.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._longest = crawler.settings.getfloat("CRAWL_DELAY_MAX")
        self._concurrency = crawler.settings.getint("CONCURRENT_REQUESTS_PER_DOMAIN")
        self._agent = crawler.settings["ROBOTSTXT_USER_AGENT"]
        self._holds = Holds.of(crawler)
        self._crawl_delays: dict[str, float] = {}  # netloc -> seconds
        crawler.signals.connect(self._robots_parsed, signals.robots_parsed)
        crawler.signals.connect(self._set_pause, signals.request_reached_downloader)
        # After AutoThrottle's own: receivers are called as they were connected, and it is a base extension.
        crawler.signals.connect(self._set_pause, signals.response_downloaded)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Politeness:
        return cls(crawler)

    def _robots_parsed(self, robotparser: RobotParser, request: Request) -> None:
        delay = robotparser.crawl_delay(self._agent)
        if delay is not None and isfinite(delay) and delay > 0:
            self._crawl_delays[urlparse_cached(request).netloc] = min(float(delay), self._longest)

    def _set_pause(self, request: Request) -> None:
        engine = self._crawler.engine
        assert engine is not None  # noqa: S101 (its downloader has just been reached)
        slot = engine.downloader.slots[request.meta["download_slot"]]
        site: Site | None = request.meta.get("site")
        own = site.delay if site is not None and site.delay is not None else 0.0
        slot.delay = max(slot.delay, own, self._crawl_delays.get(urlparse_cached(request).netloc, 0.0))
        slot.concurrency = 1 if self._holds.on_trial(request.url) else self._concurrency
