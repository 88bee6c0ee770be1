"""Keeps the hosts on hold of earlier runs on hold for a spider without the frontier, and stores what this run adds."""

from __future__ import annotations

import asyncio

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured

from crawler.hosts.holds import holds_of
from crawler.hosts.stored_holds import StoredHolds
from crawler.run.session import session_of
from storage.frontier import hosts


class EarlierHolds:
    """Of the articles spider, the scheduler does the same: it also waits for holds that end soon."""

    def __init__(self, crawler: Crawler) -> None:
        if getattr(crawler.spidercls, "uses_frontier", False) or not getattr(crawler.spidercls, "asks_sites", True):
            raise NotConfigured
        self._session = session_of(crawler)
        self._holds = holds_of(crawler)
        self._stored = StoredHolds(self._session)
        crawler.signals.connect(self._on_spider_opened, signals.spider_opened)
        crawler.signals.connect(self._on_spider_closed, signals.spider_closed)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> EarlierHolds:
        return cls(crawler)

    async def _on_spider_opened(self) -> None:
        with self._session.suppress_storage_lost():
            self._holds.load(await self._session.run_in_transaction(hosts.load_holds))
        self._holds.on_change = self._stored.record

    async def _on_spider_closed(self) -> None:
        if self._stored.pending:
            await asyncio.wait(self._stored.pending)
