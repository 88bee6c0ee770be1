"""Scrapy's feed extension for our crawls: what stands in a feed is what the store holds when the run has ended.

An item that leaves the pipelines is not yet what the run stores: a later page may show it to be a wall, another one
may be found to be its original, and settling cleans texts again. So articles are not written as they pass. When the
run is over, they are read from the store and handed to the same slots, exporters and storages of Scrapy, so that every
option of FEEDS works. Items of other kinds, which no store holds, are written as they pass, as Scrapy does.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Generator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit

from scrapy import Spider, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured
from scrapy.extensions.feedexport import FeedExporter, FeedSlot, FeedStorageProtocol
from sqlalchemy.exc import SQLAlchemyError

from crawler.article_item import ArticleItem, PageItem, began_as_page
from crawler.feeds.check import check_feeds, read_items_include
from crawler.run.session import Session, session_of
from crawler.run.starts import keep_start_error
from storage.articles.revisions import is_refusal
from storage.database.engine import open_for_reading
from storage.export.rows.read import read_articles
from storage.export.selection.choose import choose_articles_of_run
from storage.models import StoredArticle

logger = logging.getLogger(__name__)

# What writing to a feed may raise: its file fails, or its exporter cannot write an item of this form.
_FAILURES = (OSError, ValueError, TypeError)


class StoredFeedExporter(FeedExporter):
    """Writes the feeds of a run at its end. `export_stored` is called by EndOfRun when the texts are settled.

    A crawl that is killed leaves no feed, or an old one as it was; its articles are in the store. Raise `BadArgument`
    for a feed that cannot be written.
    """

    def __init__(self, crawler: Crawler) -> None:
        if not crawler.settings["FEEDS"]:
            raise NotConfigured
        with keep_start_error(crawler):
            session = session_of(crawler)
            try:
                check_feeds(crawler.settings)
            except BaseException:
                session.abandon()  # the engine will not start, and could not end the run
                raise
        super().__init__(crawler)
        self._session = session
        self._include = read_items_include(crawler.settings)
        self._is_open = False
        self._is_whole = True  # whether no feed has failed
        logging.getLogger(FeedExporter.__module__).addFilter(_name_error_in_one_line)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> FeedExporter:  # type: ignore[override]  # Scrapy takes what it gets
        if not crawler.settings.getbool("STORE_ENABLED"):
            return FeedExporter.from_crawler(crawler)  # all items are written as they pass
        exporter = cls(crawler)
        crawler.signals.connect(exporter.open_spider, signals.spider_opened)
        crawler.signals.connect(exporter.item_scraped, signals.item_scraped)
        return exporter

    def open_spider(self, spider: Spider) -> None:
        super().open_spider(spider)
        self._is_open = True

    def item_scraped(self, item: Any, spider: Spider) -> None:
        if not (isinstance(item, ArticleItem) or began_as_page.get()):
            self._export([item], spider)

    async def export_stored(self) -> bool:
        """Write the articles of the run, close the feeds, and return whether all of them were written."""
        spider = self.crawler.spider
        if spider is None or not self._is_open:  # the spider was never opened
            return True
        try:
            await self._export_articles(spider)
        except SQLAlchemyError as error:
            self._report("the feeds are not complete", error)
        await self.close_spider(spider)
        counts = self.crawler.stats.get_stats()
        return self._is_whole and not any(stat.startswith("feedexport/failed_count/") for stat in counts)

    async def _export_articles(self, spider: Spider) -> None:
        loop = asyncio.get_running_loop()
        # One thread: the temporary tables of the query belong to its connection.
        with ThreadPoolExecutor(1, thread_name_prefix="feeds") as thread:
            batches = _read_items(self._session, self._include)
            try:
                while (batch := await loop.run_in_executor(thread, next, batches, None)) is not None:
                    self._export(batch, spider)
            finally:
                await loop.run_in_executor(thread, batches.close)

    def _export(self, items: Sequence[Any], spider: Spider) -> None:
        """Write items to every feed. One that fails is given up, with one line in the log; the others go on."""
        slots, self.slots = self.slots, []
        kept = []
        for slot in slots:
            self.slots = [slot]
            try:
                for item in items:
                    super().item_scraped(item, spider)
            except _FAILURES as error:
                self._give_up(slot, error)
            else:
                kept.extend(self.slots)  # a feed in batches goes on in another slot
        self.slots = kept

    async def _close_slot(self, slot: FeedSlot, spider: Spider) -> None:
        try:
            await super()._close_slot(slot, spider)
        except _FAILURES as error:
            self._give_up(slot, error)

    def _give_up(self, slot: FeedSlot, error: Exception) -> None:
        if not isinstance(error, BrokenPipeError):  # else whoever reads standard output has seen enough
            self._report(f"the feed {slot.uri} is not complete", error)

    def _report(self, problem: str, error: Exception) -> None:
        self._is_whole = False
        logger.error("%s (%s); the articles are in the store: scrapy export writes them", problem, error)

    def _get_storage(self, uri: str, feed_options: dict[str, Any]) -> FeedStorageProtocol:
        if urlsplit(uri).scheme == "stdout":  # -O -:jsonl is no mistake: there is nothing to overwrite
            feed_options = {**feed_options, "overwrite": False}
        return super()._get_storage(uri, feed_options)


def _name_error_in_one_line(record: logging.LogRecord) -> bool:
    """Put the error of a disk into the message of Scrapy's record, in place of a traceback."""
    error = record.exc_info[1] if record.exc_info else None
    if isinstance(error, OSError):
        record.msg, record.args = f"{record.getMessage()}: {error}", None
        record.exc_info = record.exc_text = None
    return True


def _read_items(session: Session, include: frozenset[str]) -> Generator[list[ArticleItem]]:
    """Yield what the run has stored, in the order of an export and in batches."""
    has_rejected = "rejected" in include
    with open_for_reading(session.engine) as connection:
        choose_articles_of_run(
            connection, session.run, with_duplicates="duplicates" in include, with_rejected=has_rejected
        )
        extra = [StoredArticle.__table__.c.rejected] if has_rejected else []
        for batch, columns in read_articles(connection, *extra):
            if has_rejected:
                yield [_make_page(row, reason) for row, reason in zip(batch.records, columns[0], strict=True)]
            else:
                yield [ArticleItem(*row) for row in batch.records]


def _make_page(row: tuple[Any, ...], rejected: str | None) -> PageItem:
    item = PageItem(*row)
    item.rejected = rejected
    if rejected is not None and is_refusal(rejected):
        item.text = ""  # the page asks not to be kept
    return item
