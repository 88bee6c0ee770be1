"""Watches the free disk space: below DISK_LEAST no address is leased, and after STORAGE_PATIENCE the crawl ends."""

from __future__ import annotations

import asyncio
import logging
import shutil
from pathlib import Path
from time import monotonic

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.exceptions import CloseSpider, NotConfigured

from crawler.run.session import session_of

logger = logging.getLogger(__name__)

FINISH_REASON = "disk_low"


class DiskSpace:
    """Checks the disk of the data folder, and that of SQLite's file, every DISK_INTERVAL seconds.

    A crawl that starts below DISK_LEAST sends no request. A crawl that falls below it finishes the requests under way,
    and waits for space for at most STORAGE_PATIENCE. Then it ends with the finish_reason "disk_low".
    """

    def __init__(self, crawler: Crawler) -> None:
        self._min_free = int(crawler.settings.getfloat("DISK_LEAST"))
        if not self._min_free:
            raise NotConfigured
        self._session = session_of(crawler)
        self._interval = crawler.settings.getfloat("DISK_INTERVAL")
        self._patience = crawler.settings.getfloat("STORAGE_PATIENCE")
        self._folders = [self._session.data_dir]
        if self._session.database.get_backend_name() == "sqlite":
            self._folders.append(Path(self._session.database.database or "").resolve().parent)
        self._low_since: float | None = None  # monotonic seconds
        self._task: asyncio.Task[None] | None = None
        crawler.signals.connect(self._on_spider_opened, signals.spider_opened)
        crawler.signals.connect(self._on_spider_closed, signals.spider_closed)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> DiskSpace:
        return cls(crawler)

    def _on_spider_opened(self) -> None:
        if (problem := self._describe_low_space()) is not None:
            self._session.count("disk/low")
            logger.error("%s; no request is sent to any site (DISK_LEAST)", problem)
            raise CloseSpider(FINISH_REASON)
        self._task = asyncio.create_task(self._watch())

    def _on_spider_closed(self) -> None:
        if self._task is not None:
            self._task.cancel()

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(self._interval)
            self._check()

    def _check(self) -> None:
        problem, now = self._describe_low_space(), monotonic()
        if problem is None:
            if self._low_since is not None:
                logger.info("there is space again after %.0f seconds; the crawl goes on", now - self._low_since)
                self._low_since = None
                self._session.resume_leasing()
        elif self._low_since is None:
            self._low_since = now
            self._session.count("disk/low")
            self._session.pause_leasing(problem)
            self._session.readings.close()  # nothing depends on them, and they may be what fills the disk
            logger.warning("%s; no request is sent until there is space, for at most %g s", problem, self._patience)
        elif now - self._low_since >= self._patience:
            self._session.abort_crawl(FINISH_REASON)

    def _describe_low_space(self) -> str | None:
        """Return which disk has less than DISK_LEAST free, or None."""
        for folder in self._folders:
            try:
                free = shutil.disk_usage(folder).free
            except OSError as error:  # a write to it fails as well, and is retried there
                logger.warning("cannot read the free space of the disk of %s: %s", folder, error)
                continue
            if free < self._min_free:
                return f"the disk of {folder} has {free:,} bytes left; {self._min_free:,} must stay free"
        return None
