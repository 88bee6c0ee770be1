"""`scrapy crawl archive`: replays WARC files through the pipelines of a crawl, without a request to any site."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from scrapy import Spider, signals
from scrapy.crawler import Crawler
from scrapy.settings import BaseSettings

from cleaning.errors import BadArgument, RecordUnreadable
from crawler.items import FetchedPage
from crawler.recleaning.page_decoder import PageDecoder
from crawler.run.archive_place import find_replayed_files
from crawler.run.session import Session, session_of
from crawler.run.starts import keep_start_error
from crawler.storing.parts import PART, restore_parts
from storage.archive.part_locations import ArchivedPart
from storage.archive.place import ArchiveFile
from storage.archive.read_back import read_archive
from storage.archive.records import ArchivedResponse

logger = logging.getLogger(__name__)

_CLOSING_CHECK = 0.2  # seconds after an item has left the pipelines


class ArchiveSpider(Spider):
    """Makes an item of every HTML page in WARC files: our own, or those of Common Crawl's news archive.

    Argument: `path`, a WARC file (gzip or not) or a folder of them; or their address, of the kind of ARCHIVE_URI.

    A page belongs to the site that its record names (in our own archive), else to the site of `sites.toml` that owns
    its host, else to a site named after its host.
    """

    name = "archive"
    argument_names = ("path",)
    asks_sites = False  # no address guard is needed

    def __init__(
        self, session: Session, files: list[Path] | list[ArchiveFile], pages: PageDecoder, at_once: int
    ) -> None:
        super().__init__(self.name)
        self._session = session
        self._files = files
        self._pages = pages
        self._parts: dict[str, list[ArchivedPart]] = {}  # by the first page of their article
        # Scrapy does not limit how many items start() yields.
        self._at_once = at_once
        self._free_places = asyncio.Semaphore(at_once)

    @classmethod
    def check_arguments(cls, settings: BaseSettings, arguments: dict[str, str]) -> None:
        """Raise a `UsageError` if the arguments are wrong."""
        cls._find_files(settings, arguments)
        PageDecoder(settings)

    @classmethod
    def from_crawler(cls, crawler: Crawler, *_: Any, **arguments: Any) -> ArchiveSpider:
        with keep_start_error(crawler):
            return cls._create(crawler, arguments)

    @classmethod
    def _create(cls, crawler: Crawler, arguments: dict[str, str]) -> ArchiveSpider:
        settings = crawler.settings
        files, pages = cls._find_files(settings, arguments), PageDecoder(settings)
        spider = cls(session_of(crawler), files, pages, settings.getint("REPLAY_AT_ONCE"))
        spider._set_crawler(crawler)
        for signal in (signals.item_scraped, signals.item_error, signals.item_dropped):
            crawler.signals.connect(spider._on_item_left, signal)
        return spider

    async def start(self) -> AsyncIterator[FetchedPage]:
        for path in self._files:
            logger.info("reading %s", path.name)
            skipped: Counter[str] = Counter()
            responses = read_archive(path, skipped, max_body=self._pages.max_body)
            while (response := await asyncio.to_thread(next, responses, None)) is not None:
                item = self._make_item(response, path)
                if isinstance(item, str):
                    skipped[item] += 1
                    continue
                await self._free_places.acquire()
                if self._session.is_storage_lost:  # Scrapy continues start() while it closes
                    return
                yield item
            for kind, number in sorted(skipped.items()):
                self.crawler.stats.inc_value(f"replay/skipped/{kind}", number)
            if skipped["torn"]:
                logger.warning(
                    "%s breaks off, or is not compressed record by record: the rest of it is not read", path.name
                )
            if skipped:
                logger.info(
                    "%s: skipped %s", path.name, ", ".join(f"{n} {kind}" for kind, n in sorted(skipped.items()))
                )
        # Wait for the last page: once idle, the engine would check for further items only after 5 seconds.
        for _ in range(self._at_once):
            await self._free_places.acquire()
        if self._parts and not self._session.is_storage_lost:
            # Every first page is stored now. Settling cleans it again, with its parts.
            with self._session.suppress_storage_lost():
                await self._session.run_in_transaction(partial(restore_parts, parts=self._parts))

    def _make_item(self, archived: ArchivedResponse, path: Path | ArchiveFile) -> FetchedPage | str:
        """Return the item of a response, or the reason why there is none. Keep a further part for its article."""
        if not 200 <= archived.status <= 299:  # a crawl fails all others
            return f"http-{archived.status}"
        try:
            item = self._pages.make_fetched_page(archived)
        except RecordUnreadable as error:  # one bad page must not end the replay
            logger.info("%s", error)
            return error.reason
        if item is None:
            return "not-html"
        if (name := self._name_foreign(path)) is not None:
            item.location = replace(archived.location, file=name)
        if archived.part_of is not None and item.location is not None:
            self._parts.setdefault(archived.part_of, []).append(ArchivedPart(item.page.url, item.location))
            return "part"
        return item

    def _name_foreign(self, file: Path | ArchiveFile) -> str | None:
        """Return the whole path or address of a file that is not in our archive; None for one that is."""
        own = self._session.archive_place
        if isinstance(file, Path):
            is_own = own.folder is not None and file.parent.resolve() == own.folder.resolve()
            return None if is_own else str(file.resolve())
        return None if str(file.place) == str(own) else file.place.locate(file.name)

    def _on_item_left(self, item: Any) -> None:
        """Let the next page in; `item` is a page that was dropped, or the article that was stored of one."""
        self._free_places.release()
        article = item.article if isinstance(item, FetchedPage) else None
        if article is not None and article.rejected == PART and article.pager is not None and item.location is not None:
            # Fetched for itself, because a source lists it.
            self._parts.setdefault(article.pager.first or "", []).append(ArchivedPart(article.url, item.location))
        asyncio.get_running_loop().call_later(_CLOSING_CHECK, self._end_if_closing)

    def _end_if_closing(self) -> None:
        # A crawl that is stopped waits until its scraper is idle. Scrapy checks this only after it has scraped a
        # response, but the items of start() have none: without this check a crawl would never end after SIGTERM. The
        # check comes a little later, because the scraper counts an item until its signals have been handled.
        scraper = self.crawler.engine.scraper
        slot = scraper.slot
        if slot is None or slot.closing is None or slot.closing.called:
            return
        if slot.is_idle():
            scraper._check_if_closing()
        else:
            asyncio.get_running_loop().call_later(_CLOSING_CHECK, self._end_if_closing)

    @staticmethod
    def _find_files(settings: BaseSettings, arguments: dict[str, str]) -> list[Path] | list[ArchiveFile]:
        if set(arguments) != {"path"}:
            raise BadArgument("'archive' needs one argument: -a path=FILE.warc.gz, or a folder of such files")
        return find_replayed_files(settings, arguments["path"])
