"""Measure how late the ticks of a crawl's event loop are: an extension for the setting EXTENSIONS."""

from __future__ import annotations

import asyncio
from time import monotonic

from scrapy import signals
from scrapy.crawler import Crawler

TICK = 0.01  # seconds


class LoopLag:
    """Writes the delays of its ticks, in milliseconds, to the file that the setting LOOP_LAG_FILE names."""

    def __init__(self, crawler: Crawler) -> None:
        self._path = crawler.settings["LOOP_LAG_FILE"]
        self._lags: list[float] = []
        self._task: asyncio.Task[None] | None = None
        crawler.signals.connect(self._start, signals.spider_opened)
        crawler.signals.connect(self._stop, signals.spider_closed)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> LoopLag:
        return cls(crawler)

    def _start(self) -> None:
        self._task = asyncio.create_task(self._tick())

    def _stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
        with open(self._path, "w", encoding="utf-8") as file:  # noqa: PTH123 (named by a setting)
            file.writelines(f"{lag * 1000:.1f}\n" for lag in self._lags)

    async def _tick(self) -> None:
        while True:
            before = monotonic()
            await asyncio.sleep(TICK)
            self._lags.append(monotonic() - before - TICK)
