"""Cleans every page in a child process, so that downloads go on meanwhile."""

from __future__ import annotations

import asyncio
import os

from scrapy.crawler import Crawler

from cleaning.workers import Cleaners
from crawler.items import FetchedPage
from crawler.run.session import Session, session_of
from storage.site_memory.memories import load_memories


class CleanPipeline:
    """Sets `item.article`, also for a page that is no article, that took too long or that crashed its child process."""

    def __init__(self, session: Session, processes: int, deadline: float, most_memory: int) -> None:
        self._cleaners = Cleaners(count=processes, deadline=deadline, max_memory=most_memory)
        self._session = session
        self._memories: dict[str, bytes] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> CleanPipeline:
        settings = crawler.settings
        processes = settings.getint("CLEANING_PROCESSES") or os.cpu_count() or 1
        deadline, most_memory = settings.getfloat("CLEANING_DEADLINE"), settings.getint("CLEANING_MEMORY")
        return cls(session_of(crawler), processes, deadline, most_memory)

    async def open_spider(self) -> None:
        # Starting a child takes most of a second: done in a thread, and before the first page.
        await asyncio.to_thread(self._cleaners.start)
        # The memories of the last run; what this run learns is settled at its end (crawler/recleaning/settler.py).
        with self._session.suppress_storage_lost():
            self._memories = await self._session.run_in_transaction(
                lambda connection: {one.site: one.data for one in load_memories(connection)}
            )

    async def close_spider(self) -> None:
        await asyncio.to_thread(self._cleaners.stop)

    async def process_item(self, item: FetchedPage) -> FetchedPage:
        memory = self._memories.get(item.site)
        item.article = await asyncio.wrap_future(self._cleaners.submit(item.page, memory, observe=True))
        return item
