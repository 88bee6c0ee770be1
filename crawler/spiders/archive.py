"""`scrapy crawl archive`: runs WARC files through the same pipelines, without a request to any site."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from scrapy import Request, Spider, signals
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.httpcompression import HttpCompressionMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Headers, Response, TextResponse
from scrapy.responsetypes import responsetypes
from scrapy.settings import BaseSettings
from scrapy.utils.misc import build_from_crawler

from cleaning.article import Page
from cleaning.canonical import canonical_url
from cleaning.errors import BadArgument
from crawler.items import FetchedPage
from crawler.session import Session
from crawler.sites import Site, load_sites, site_from_url
from storage.replay import ArchivedResponse, archive_files, read_archive

logger = logging.getLogger(__name__)

CLOSING_CHECK = 0.2  # seconds from an item's leaving to the question whether the crawl was waiting for it


class ArchiveSpider(Spider):
    """Makes an item of every HTML page of a WARC file: ours, or one of Common Crawl's news archive.

    Argument: `path`, a WARC file (gzip or not) or a folder of them. A page belongs to the site that our archive names,
    else to the one of `sites.toml` whose own host it stands on, else to a site named after its host.
    """

    name = "archive"
    custom_settings = {"SCHEDULER": "scrapy.core.scheduler.Scheduler"}  # noqa: RUF012 (Scrapy's); no requests: no frontier

    def __init__(self, session: Session, files: list[Path], sites: list[Site], at_once: int) -> None:
        super().__init__(self.name)
        self._session = session
        self._files = files
        self._sites = sites
        # Items of start() pass no queue of Scrapy's that would hold them back.
        self._at_once = at_once
        self._room = asyncio.Semaphore(at_once)

    @classmethod
    def check(cls, settings: BaseSettings, arguments: dict[str, str]) -> None:
        """Raises the `UsageError` that these arguments deserve."""
        cls._files_of(arguments)
        cls._sites_of(settings)

    @classmethod
    def from_crawler(cls, crawler: Crawler, *_: Any, **arguments: str) -> ArchiveSpider:
        settings = crawler.settings
        files, sites = cls._files_of(arguments), cls._sites_of(settings)
        spider = cls(Session.of(crawler), files, sites, settings.getint("REPLAY_AT_ONCE"))
        spider._set_crawler(crawler)
        for signal in (signals.item_scraped, signals.item_error, signals.item_dropped):
            crawler.signals.connect(spider._item_left, signal)
        return spider

    async def start(self) -> AsyncIterator[FetchedPage]:
        # The component that decodes what comes from the wire, with its limit.
        decoder = build_from_crawler(HttpCompressionMiddleware, self.crawler)
        for path in self._files:
            logger.info("reading %s", path.name)
            skipped: Counter[str] = Counter()
            responses = read_archive(path, skipped)
            while (response := await asyncio.to_thread(next, responses, None)) is not None:
                page = self._page(response, decoder)
                if isinstance(page, str):
                    skipped[page] += 1
                    continue
                await self._room.acquire()
                self._session.tally.count(page.site, "page/fetched")
                yield page
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

    def _page(self, archived: ArchivedResponse, decoder: HttpCompressionMiddleware) -> FetchedPage | str:
        """The page of a response, or why it is none."""
        if not 200 <= archived.status <= 299:  # those that the crawl takes
            return f"http-{archived.status}"
        try:
            # warcio has read them as UTF-8 where they are that, as Scrapy would.
            headers = Headers([(name.encode(), value.encode()) for name, value in archived.headers])
            kind = responsetypes.from_args(headers=headers, url=archived.url, body=archived.body[:5000])
            response: Response = kind(archived.url, status=archived.status, headers=headers, body=archived.body)
            decoded = decoder.process_response(Request(archived.url), response)
            text = decoded.text if isinstance(decoded, TextResponse) else None
        except IgnoreRequest:
            return "too-large"
        except Exception as error:  # noqa: BLE001 (each decompressor has its own; one bad page must not end the replay)
            logger.info("%s at %d: %s: %s", archived.place.file, archived.place.offset, archived.url, error)
            return "unreadable"
        url = canonical_url(archived.url)
        if url is None or text is None:
            return "not-html"
        site = next((site for site in self._sites if archived.site in (None, site.name) and site.owns(url)), None)
        page = Page(url, text, archived.status, archived.fetched_at, site.language if site else None)
        name = archived.site or (site or site_from_url(url)).name
        return FetchedPage(page, name, place=archived.place)

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

    @staticmethod
    def _sites_of(settings: BaseSettings) -> list[Site]:
        path = Path(settings["SITES_FILE"])
        return load_sites(path) if path.is_file() else []
