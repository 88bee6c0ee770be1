"""Has every page cleaned by a child process, so that the reactor goes on downloading."""

from __future__ import annotations

import asyncio
import os

from scrapy.crawler import Crawler

from cleaning.workers import Cleaners
from crawler.items import FetchedPage
from crawler.session import Session
from storage.memory import memories


class CleanPipeline:
    """Puts an `Article` beside the page: also beside one that is none, that hung or that killed its child."""

    def __init__(self, session: Session, processes: int, deadline: float, most_memory: int) -> None:
        self._cleaners = Cleaners(count=processes, deadline=deadline, most_memory=most_memory)
        self._session = session
        self._memories: dict[str, bytes] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> CleanPipeline:
        settings = crawler.settings
        processes = settings.getint("CLEANING_PROCESSES") or os.cpu_count() or 1
        deadline, most_memory = settings.getfloat("CLEANING_DEADLINE"), settings.getint("CLEANING_MEMORY")
        return cls(Session.of(crawler), processes, deadline, most_memory)

    async def open_spider(self) -> None:
        # Starting a child takes most of a second: not in the reactor's thread, and before the first page.
        await asyncio.to_thread(self._cleaners.start)
        # As the last run left them: what this one teaches, it teaches when it is over (crawler/settling.py).
        with self._session.unless_lost():
            self._memories = await self._session.do(
                lambda connection: {one.site: one.data for one in memories(connection)}
            )

    async def close_spider(self) -> None:
        await asyncio.to_thread(self._cleaners.stop)

    async def process_item(self, item: FetchedPage) -> FetchedPage:
        memory = self._memories.get(item.site)
        item.article = await asyncio.wrap_future(self._cleaners.submit(item.page, memory, observe=True))
        return item
