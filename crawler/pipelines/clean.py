"""Cleans every page in a child process, so that downloads go on meanwhile."""

from __future__ import annotations

import asyncio
import os
from dataclasses import replace
from typing import Any

from scrapy.crawler import Crawler
from scrapy.exceptions import DropItem

from cleaning.errors import StorageLost
from cleaning.parts.join import MISSING_PARTS
from cleaning.records.article import Article
from cleaning.records.given import Page
from cleaning.workers import Cleaners
from crawler.failures.errors import CrawlStopped
from crawler.items import FetchedPage
from crawler.parts.collect import collect_parts
from crawler.parts.fetch import PartFetcher
from crawler.run.brake import Brake, CrawlPart, brake_of
from crawler.run.lent_cleaners import cleaners_lent_to
from crawler.run.rule_watch import RuleWatch
from crawler.run.session import Session, session_of
from storage.archive.part_locations import ArchivedPart
from storage.frontier.addresses import Lease
from storage.site_memory.memories import load_memories


class CleanPipeline:
    """Sets `item.article`, also for a page that is no article, that took too long or that crashed its child process.

    The further parts of an article on several pages are fetched here, because only a cleaned page shows its pager.
    """

    def __init__(
        self,
        session: Session,
        parts: PartFetcher,
        rules: RuleWatch,
        brake: Brake,
        cleaners: Cleaners,
        *,
        max_parts: int,
    ) -> None:
        self._parts = parts
        self._max_parts = max_parts
        self._rules = rules
        self._brake = brake
        self._cleaners = cleaners
        self._cleaners.prepare()
        self._session = session
        self._memories: dict[str, bytes] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> CleanPipeline:
        settings = crawler.settings
        processes = settings.getint("CLEANING_PROCESSES") or os.cpu_count() or 1
        deadline, most_memory = settings.getfloat("CLEANING_DEADLINE"), settings.getint("CLEANING_MEMORY")
        session = session_of(crawler)
        return cls(
            session,
            PartFetcher(crawler, session),
            RuleWatch(crawler),
            brake_of(crawler),
            cleaners_lent_to(crawler).cleaners or Cleaners(count=processes, deadline=deadline, max_memory=most_memory),
            max_parts=settings.getint("PARTS_MAX"),
        )

    async def open_spider(self) -> None:
        # Starting a child takes most of a second: done in a thread, and before the first page.
        await asyncio.to_thread(self._cleaners.start)
        self._session.cleaners = self._cleaners  # which clean again after the last page
        # The memories of the last run; what this run learns is settled at its end (crawler/recleaning/settler.py).
        with self._session.suppress_storage_lost():
            self._memories = await self._session.run_in_transaction(
                lambda connection: {one.site: one.data for one in load_memories(connection)}
            )

    async def close_spider(self) -> None:
        if self._session.cleaners is None:  # they did not start
            await asyncio.to_thread(self._cleaners.stop)
        self._rules.add_notices()

    async def process_item(self, item: Any) -> Any:
        if not isinstance(item, FetchedPage):  # of a spider that collects something else beside pages
            return item
        self._parts.remember(item)
        item.article = await self._clean(item.page, item.site)
        if item.lease is not None and item.article.pager is not None:
            await self._add_parts(item, item.lease, item.article)
        self._rules.record(item.site, item.article)
        return item

    async def _add_parts(self, item: FetchedPage, lease: Lease, article: Article) -> None:
        try:
            found = await collect_parts(
                item.page,
                article,
                self._max_parts,
                lambda url, first: self._parts.fetch(url, first, lease),
                lambda page: self._clean(page, item.site),
            )
        except CrawlStopped as error:  # the whole article is due again
            raise DropItem(str(error), log_level="DEBUG") from error
        except StorageLost as error:
            raise DropItem(str(error), log_level="DEBUG") from error
        for outcome in found.outcomes:
            self._session.counts.add(item.site, f"part/{outcome}")
        if found.parts:
            item.parts = tuple(
                ArchivedPart(part.page.url, part.location)
                for part in found.parts
                if part.page is not None and part.location is not None
            )
            item.page = found.add_to(item.page)
            article = await self._clean(item.page, item.site)
        if not found.is_complete:
            article = replace(article, limits_hit=(*article.limits_hit, MISSING_PARTS))
        item.article = article

    async def _clean(self, page: Page, site: str) -> Article:
        with self._brake.passing(CrawlPart.CLEANING):
            return await asyncio.wrap_future(self._cleaners.submit(page, self._memories.get(site), observe=True))
