"""Watches the space that is left: below DISK_LEAST nothing more is leased, and at last the crawl ends."""

from __future__ import annotations

import asyncio
import logging
import shutil
from pathlib import Path
from time import monotonic

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.exceptions import CloseSpider, NotConfigured

from crawler.session import Session

logger = logging.getLogger(__name__)

LOW = "disk_low"  # the finish reason


class DiskSpace:
    """Looks every DISK_INTERVAL seconds at the disk of the data folder, and of SQLite's file where that is elsewhere.

    A crawl that starts below the limit asks nothing. One that falls below it keeps what is under way, and waits as long
    as STORAGE_PATIENCE for space; then it ends as "disk_low".
    """

    def __init__(self, crawler: Crawler) -> None:
        self._least = int(crawler.settings.getfloat("DISK_LEAST"))
        if not self._least:
            raise NotConfigured
        self._session = Session.of(crawler)
        self._interval = crawler.settings.getfloat("DISK_INTERVAL")
        self._patience = crawler.settings.getfloat("STORAGE_PATIENCE")
        self._folders = [self._session.data_dir]
        if self._session.database.get_backend_name() == "sqlite":
            self._folders.append(Path(self._session.database.database or "").resolve().parent)
        self._since: float | None = None  # when space became low
        self._task: asyncio.Task[None] | None = None
        crawler.signals.connect(self._opened, signals.spider_opened)
        crawler.signals.connect(self._closed, signals.spider_closed)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> DiskSpace:
        return cls(crawler)

    def _opened(self) -> None:
        if (low := self._low()) is not None:
            self._session.count("disk/low")
            logger.error("%s; nothing is asked of any site (DISK_LEAST)", low)
            raise CloseSpider(LOW)
        self._task = asyncio.create_task(self._watch())

    def _closed(self) -> None:
        if self._task is not None:
            self._task.cancel()

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(self._interval)
            self._look()

    def _look(self) -> None:
        low, now = self._low(), monotonic()
        if low is None:
            if self._since is not None:
                logger.info("there is space again after %.0f seconds; the crawl goes on", now - self._since)
                self._since = None
                self._session.hold(None)
        elif self._since is None:
            self._since = now
            self._session.count("disk/low")
            self._session.hold(low)
            logger.warning("%s; nothing more is asked until there is space, for at most %g s", low, self._patience)
        elif now - self._since >= self._patience:
            self._session.fail(LOW)

    def _low(self) -> str | None:
        """Which disk has too little space."""
        for folder in self._folders:
            try:
                free = shutil.disk_usage(folder).free
            except OSError as error:  # whoever writes there waits for it, or ends the crawl
                logger.warning("the disk of %s cannot be looked at: %s", folder, error)
                continue
            if free < self._least:
                return f"the disk of {folder} has {free:,} bytes left, and {self._least:,} are to stay free"
        return None
