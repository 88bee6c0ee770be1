"""Shows how far a crawl is: a live table at a terminal, plain lines in a log."""

from __future__ import annotations

import asyncio
import logging
from time import monotonic

from rich.live import Live
from scrapy import signals
from scrapy.crawler import Crawler

from crawler.console import console
from crawler.report import progress_line, progress_table
from crawler.session import Session

logger = logging.getLogger(__name__)
_REDRAW = 0.25  # seconds: often enough to look alive


class Progress:
    """Reads the tally, touches nothing."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._session = Session.of(crawler)
        self._interval = crawler.settings.getfloat("PROGRESS_INTERVAL")
        self._task: asyncio.Task[None] | None = None
        self._live: Live | None = None
        self._began = monotonic()
        crawler.signals.connect(self._opened, signals.spider_opened)
        crawler.signals.connect(self._closed, signals.spider_closed)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Progress:
        return cls(crawler)

    def _opened(self) -> None:
        self._began = monotonic()
        if console.is_terminal:
            self._live = Live(console=console, auto_refresh=False, transient=True)
            self._live.start()
        self._task = asyncio.create_task(self._show())

    def _closed(self) -> None:
        if self._task is not None:
            self._task.cancel()
        if self._live is not None:
            self._live.stop()

    async def _show(self) -> None:
        while True:
            await asyncio.sleep(self._interval if self._live is None else _REDRAW)
            counts, seconds = self._session.tally.by_site(), monotonic() - self._began
            trouble = self._session.trouble
            if self._live is None:
                logger.info("%s%s", progress_line(counts, seconds), f"; waiting: {trouble}" if trouble else "")
            else:
                table = progress_table(counts, seconds)
                table.caption = f"waiting: {trouble}" if trouble else None
                self._live.update(table, refresh=True)
