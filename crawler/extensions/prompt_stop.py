"""Lets a crawl that was told to end do so at once: what still waits for its host's pause is given back unasked."""

from __future__ import annotations

import asyncio

from scrapy import signals
from scrapy.core.engine import ExecutionEngine
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from twisted.python.failure import Failure

_LOOK = 0.25  # seconds between two looks: Scrapy says to nobody that it has begun to close


class Stopped(IgnoreRequest):
    """The crawl ends before the request's turn came."""


class PromptStop:
    """Takes requests out of the queues of Scrapy's downloader once the engine closes.

    They have passed all middlewares and would each wait for a pause of up to CRAWL_DELAY_MAX; what is on the wire is
    left to finish.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._watching: asyncio.Task[None] | None = None
        crawler.signals.connect(self._opened, signals.spider_opened)
        crawler.signals.connect(self._closed, signals.spider_closed)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> PromptStop:
        return cls(crawler)

    def _opened(self) -> None:
        self._watching = asyncio.create_task(self._watch())

    def _closed(self) -> None:
        if self._watching is not None:
            self._watching.cancel()

    async def _watch(self) -> None:
        engine = self._crawler.engine
        assert engine is not None  # noqa: S101 (it has opened the spider)
        while True:
            await asyncio.sleep(_LOOK)
            if engine._slot is not None and engine._slot.closing is not None:
                _empty_queues(engine)


def _empty_queues(engine: ExecutionEngine) -> None:
    for slot in engine.downloader.slots.values():
        while slot.queue:
            request, waiting = slot.queue.popleft()
            reason = Stopped(f"the crawl ends before {request.url} is asked for")
            waiting.errback(Failure(reason))  # type: ignore[no-untyped-call]  # Twisted leaves it untyped
