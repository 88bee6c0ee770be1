"""Shows the progress of a crawl: a live table at a terminal, lines in a log."""

from __future__ import annotations

import asyncio
import logging
from time import monotonic

from rich.live import Live
from scrapy import signals
from scrapy.crawler import Crawler

from crawler.run.brake import LOOK_INTERVAL, brake_of
from crawler.run.report import build_progress_table, format_progress_line
from crawler.run.session import session_of
from crawler.terminal.console import console
from crawler.terminal.numbers import join_some

logger = logging.getLogger(__name__)
_REDRAW_INTERVAL = 0.25  # seconds


class Progress:
    """Reads the counts of the session every PROGRESS_INTERVAL seconds, at a terminal more often."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._session = session_of(crawler)
        self._interval = crawler.settings.getfloat("PROGRESS_INTERVAL")
        self._brake = brake_of(crawler)
        self._tasks: list[asyncio.Task[None]] = []
        self._live: Live | None = None
        self._began = monotonic()
        crawler.signals.connect(self._on_spider_opened, signals.spider_opened)
        crawler.signals.connect(self._on_spider_closed, signals.spider_closed)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Progress:
        return cls(crawler)

    def _on_spider_opened(self) -> None:
        self._began = monotonic()
        if console.is_terminal:
            self._live = Live(console=console, auto_refresh=False, transient=True)
            self._live.start()
        self._tasks = [asyncio.create_task(self._show()), asyncio.create_task(self._look())]

    def _on_spider_closed(self) -> None:
        for task in self._tasks:
            task.cancel()
        if self._live is not None:
            self._live.stop()

    async def _look(self) -> None:
        while True:
            await asyncio.sleep(LOOK_INTERVAL)
            if self._crawler.engine is not None:
                self._brake.look(len(self._crawler.engine.downloader.active))

    async def _show(self) -> None:
        while True:
            await asyncio.sleep(self._interval if self._live is None else _REDRAW_INTERVAL)
            counts, seconds = self._session.counts.by_site(), monotonic() - self._began
            if self._live is None:
                line = format_progress_line(counts, seconds)
                logger.info("%s%s%s", self._name_sites(), line, self._describe_wait("; "))
            else:
                table = build_progress_table(counts, seconds)
                table.caption = self._describe_wait() or None
                self._live.update(table, refresh=True)

    def _name_sites(self) -> str:
        """Return whose line it is where several crawls of a worker write into one log."""
        sites = (self._session.claimed_sites or ()) if self._session.is_joined else ()
        return f"{join_some(sorted(sites))}: " if sites else ""

    def _describe_wait(self, before: str = "") -> str:
        """Return what the crawl waits for, or which part is its brake; nothing where no page is under way."""
        if (reason := self._session.pause_reason) is not None:
            return f"{before}waiting: {reason}"
        part = self._brake.find()
        return "" if part is None else f"{before}brake: {part}"
