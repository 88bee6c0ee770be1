"""`scrapy crawl archive`: runs WARC files through the same pipelines, without a request to any site."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from scrapy import Spider, signals
from scrapy.crawler import Crawler
from scrapy.settings import BaseSettings

from cleaning.errors import BadArgument, RecordUnreadable
from crawler.archived import ArchivedPages
from crawler.items import FetchedPage
from crawler.session import Session
from storage.record import ArchivedResponse
from storage.replay import archive_files, read_archive

logger = logging.getLogger(__name__)

CLOSING_CHECK = 0.2  # seconds from an item's leaving to the question whether the crawl was waiting for it


class ArchiveSpider(Spider):
    """Makes an item of every HTML page of a WARC file: ours, or one of Common Crawl's news archive.

    Argument: `path`, a WARC file (gzip or not) or a folder of them. A page belongs to the site that our archive names,
    else to the one of `sites.toml` whose own host it stands on, else to a site named after its host.
    """

    name = "archive"
    asks_sites = False  # so that no guard is needed
    custom_settings = {"SCHEDULER": "scrapy.core.scheduler.Scheduler"}  # noqa: RUF012 (Scrapy's); no requests: no frontier

    def __init__(self, session: Session, files: list[Path], pages: ArchivedPages, at_once: int) -> None:
        super().__init__(self.name)
        self._session = session
        self._files = files
        self._pages = pages
        # Items of start() pass no queue of Scrapy's that would hold them back.
        self._at_once = at_once
        self._room = asyncio.Semaphore(at_once)

    @classmethod
    def check(cls, settings: BaseSettings, arguments: dict[str, str]) -> None:
        """Raises the `UsageError` that these arguments deserve."""
        cls._files_of(arguments)
        ArchivedPages(settings)

    @classmethod
    def from_crawler(cls, crawler: Crawler, *_: Any, **arguments: str) -> ArchiveSpider:
        settings = crawler.settings
        files, pages = cls._files_of(arguments), ArchivedPages(settings)
        spider = cls(Session.of(crawler), files, pages, settings.getint("REPLAY_AT_ONCE"))
        spider._set_crawler(crawler)
        for signal in (signals.item_scraped, signals.item_error, signals.item_dropped):
            crawler.signals.connect(spider._item_left, signal)
        return spider

    async def start(self) -> AsyncIterator[FetchedPage]:
        for path in self._files:
            logger.info("reading %s", path.name)
            skipped: Counter[str] = Counter()
            responses = read_archive(path, skipped, most_body=self._pages.most_body)
            while (response := await asyncio.to_thread(next, responses, None)) is not None:
                item = self._item(response)
                if isinstance(item, str):
                    skipped[item] += 1
                    continue
                if path.parent.resolve() != self._session.archive_folder:
                    item.place = replace(response.place, file=str(path.resolve()))  # to be found again
                await self._room.acquire()
                if self._session.is_lost:  # Scrapy goes on with start() while it closes
                    return
                self._session.tally.count(item.site, "page/fetched")
                yield item
            for kind, number in sorted(skipped.items()):
                self.crawler.stats.inc_value(f"replay/skipped/{kind}", number)
            if skipped["torn"]:
                logger.warning(
                    "%s breaks off, or is no gzip of single records: what follows in it is not read", path.name
                )
            if skipped:
                logger.info(
                    "%s: skipped %s", path.name, ", ".join(f"{n} {kind}" for kind, n in sorted(skipped.items()))
                )
        for _ in range(self._at_once):  # until the last page has left: the engine, once idle, would look in 5 seconds
            await self._room.acquire()

    def _item(self, archived: ArchivedResponse) -> FetchedPage | str:
        """The item of a response, or why there is none."""
        if not 200 <= archived.status <= 299:  # those that the crawl takes
            return f"http-{archived.status}"
        try:
            return self._pages.fetched_page(archived) or "not-html"
        except RecordUnreadable as error:  # one bad page must not end the replay
            logger.info("%s", error)
            return error.reason

    def _item_left(self) -> None:
        self._room.release()
        asyncio.get_running_loop().call_later(CLOSING_CHECK, self._end_if_closing)

    def _end_if_closing(self) -> None:
        # A crawl told to stop waits until its scraper is idle. Scrapy asks that only when a response has been scraped,
        # and the items of start() have none: without this question, SIGTERM would wait for ever. It is asked a little
        # later because the scraper counts an item until its signals have been handled.
        scraper = self.crawler.engine.scraper
        slot = scraper.slot
        if slot is None or slot.closing is None or slot.closing.called:
            return
        if slot.is_idle():
            scraper._check_if_closing()
        else:
            asyncio.get_running_loop().call_later(CLOSING_CHECK, self._end_if_closing)

    @staticmethod
    def _files_of(arguments: dict[str, str]) -> list[Path]:
        if set(arguments) != {"path"}:
            raise BadArgument("'archive' takes one argument: -a path=FILE.warc.gz, or a folder of such files")
        return archive_files(Path(arguments["path"]))
