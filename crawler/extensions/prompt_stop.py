"""Lets a stopped crawl end at once: requests that still wait for the pause of their host are not sent."""

from __future__ import annotations

import asyncio

from scrapy import signals
from scrapy.core.engine import ExecutionEngine
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured
from twisted.python.failure import Failure

from crawler.failures.errors import CrawlStopped
from crawler.run.closing import is_closing

_CHECK_INTERVAL = 0.25  # seconds; Scrapy has no signal for an engine that begins to close


class PromptStop:
    """Empties the queues of Scrapy's downloader once the engine closes; the addresses stay due.

    They have passed all middlewares, and each would wait for a pause of up to CRAWL_DELAY_MAX. Requests that were sent
    are finished.
    """

    def __init__(self, crawler: Crawler) -> None:
        if not getattr(crawler.spidercls, "uses_frontier", False):
            raise NotConfigured  # without the frontier, a request that is dropped is lost
        self._crawler = crawler
        self._task: asyncio.Task[None] | None = None
        crawler.signals.connect(self._on_spider_opened, signals.spider_opened)
        crawler.signals.connect(self._on_spider_closed, signals.spider_closed)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> PromptStop:
        return cls(crawler)

    def _on_spider_opened(self) -> None:
        self._task = asyncio.create_task(self._watch())

    def _on_spider_closed(self) -> None:
        if self._task is not None:
            self._task.cancel()

    async def _watch(self) -> None:
        engine = self._crawler.engine
        assert engine is not None  # noqa: S101 (it has opened the spider)
        while True:
            await asyncio.sleep(_CHECK_INTERVAL)
            if is_closing(self._crawler):
                _empty_queues(engine)


def _empty_queues(engine: ExecutionEngine) -> None:
    for slot in engine.downloader.slots.values():
        while slot.queue:
            request, deferred = slot.queue.popleft()
            reason = CrawlStopped(f"the crawl ends before {request.url} is requested")
            deferred.errback(Failure(reason))  # type: ignore[no-untyped-call]  # Twisted leaves it untyped
