"""Ends a crawl whose time is over (CRAWL_ENDS_AT): nothing more is asked, and what is left is due in the next run."""

from __future__ import annotations

import asyncio
import logging

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.exceptions import CloseSpider, NotConfigured

from crawler.run.time_budget import GRACE, OVER, budget_of

logger = logging.getLogger(__name__)
_START_INTERVAL = 0.1  # seconds between two looks at an engine that starts
_MAX_SLEEP = 10.0  # seconds; the clock may be set meanwhile, and a machine that slept has lost time


class TimeEnd:
    """Closes the spider when the time is over, with the finish_reason "time_over".

    CLOSESPIDER_TIMEOUT, Scrapy's own, counts from the first request, waits for all answers, and makes the run count as
    interrupted.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._budget = budget_of(crawler)
        if self._budget.ends_at is None:
            raise NotConfigured
        self._crawler = crawler
        self._task: asyncio.Task[None] | None = None
        self._closing: asyncio.Task[None] | None = None
        crawler.signals.connect(self._on_spider_opened, signals.spider_opened)
        crawler.signals.connect(self._on_spider_closed, signals.spider_closed)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> TimeEnd:
        return cls(crawler)

    def _on_spider_opened(self) -> None:
        if self._budget.seconds_left <= 0:
            raise CloseSpider(OVER)
        self._task = asyncio.create_task(self._end_in_time())

    def _on_spider_closed(self) -> None:
        if self._task is not None:
            self._task.cancel()

    async def _end_in_time(self) -> None:
        while (left := self._budget.seconds_left) > 0:  # noqa: ASYNC110 (a moment is no event)
            await asyncio.sleep(min(left, _MAX_SLEEP))
        while not self._crawler.engine.running:  # noqa: ASYNC110 (closed before it runs, it would never end)
            await asyncio.sleep(_START_INTERVAL)
        engine = self._crawler.engine
        if (slot := engine._slot) is not None and slot.closing is None:
            logger.info("the time is over; nothing more is asked, and answers are awaited for %g seconds", GRACE)
            # In a task of its own: this one is cancelled when the spider is closed.
            self._closing = asyncio.create_task(engine.close_spider_async(reason=OVER))
