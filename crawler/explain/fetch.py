"""A page from its site, by one request as polite as the crawl's; nothing is stored or archived."""

from __future__ import annotations

import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from scrapy import Request, Spider
from scrapy.crawler import AsyncCrawlerProcess, Crawler
from scrapy.http import Response, TextResponse
from scrapy.settings import Settings
from twisted.python.failure import Failure

from cleaning.article import Page
from cleaning.canonical import canonical_url
from cleaning.errors import BroadsheetError
from crawler.explain.place import site_of
from crawler.failures import fate
from crawler.guard.middleware import AddressRefused
from crawler.middlewares.scope import OffSite
from crawler.page_facts import PageFacts
from crawler.sites import Site

# What has a frontier, a store and an archive around it in a crawl.
_WITHOUT_A_CRAWL: dict[str, Any] = {
    "SCHEDULER": "scrapy.core.scheduler.Scheduler",
    "ITEM_PIPELINES": {},
    "EXTENSIONS": {
        "scrapy.extensions.logstats.LogStats": None,
        "crawler.guard.self_check.GuardCheck": 0,
        "crawler.extensions.politeness.Politeness": 100,
    },
}
_MIDDLEWARES = {"crawler.middlewares.archive.ArchiveMiddleware": None}
# What a person is told of the reasons that a crawl counts.
_WORDS = {
    "connection-refused": "its host refuses the connection",
    "dns": "its host cannot be found",
    "redirects": "it redirects without an end",
    "robots": "robots.txt does not let us ask for it",
    "tls": "its host cannot prove that it is the one that was asked for (TLS)",
    "timeout": "its host gives no answer in time",
    "too-large": "it is larger than any page that the crawl takes (DOWNLOAD_MAXSIZE)",
    "truncated": "its answer breaks off",
}


class _OnePage(Spider):
    """Asks for one page; afterwards it is in `page`, or what is to be said instead in `problem`."""

    name = "explain"

    def __init__(self, site: Site, url: str) -> None:
        super().__init__(self.name)
        self._site = site
        self._url = url
        self.page: Page | None = None
        self.problem: str | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> _OnePage:
        spider = cls(*args, **kwargs)
        spider._set_crawler(crawler)
        return spider

    async def start(self) -> AsyncIterator[Request]:
        yield Request(
            self._url, callback=self.answered, errback=self.failed, meta={"site": self._site}, dont_filter=True
        )

    async def answered(self, response: Response) -> None:
        if not isinstance(response, TextResponse):
            kind = (response.headers.get("Content-Type") or b"something").decode("latin-1").partition(";")[0]
            self.problem = f"it is no HTML page but {kind}"
            return
        self.page = Page(
            url=canonical_url(response.url) or self._url,
            html=response.text,
            status=response.status,
            fetched_at=datetime.now(UTC),
            language=self._site.language,
            **PageFacts(self.settings).of(response.headers, response.meta.get("host_rights")),
        )

    async def failed(self, failure: Failure) -> None:
        self.problem = _said(failure)


def fetch_page(url: str, settings: Settings) -> Page:
    """The page at the address, redirects within its site followed. Logging is set up by the settings.

    BadAddress where `url` is none; BroadsheetError, in one line, where no page comes of it: robots.txt forbids it, the
    host does not answer, or with something else than a page.
    """
    site = site_of(url, settings)
    own = settings.copy()
    for name, value in _WITHOUT_A_CRAWL.items():
        own.set(name, value, priority="cmdline")
    own.set("DOWNLOADER_MIDDLEWARES", own.getdict("DOWNLOADER_MIDDLEWARES") | _MIDDLEWARES, priority="cmdline")
    process = AsyncCrawlerProcess(own)
    crawler = process.create_crawler(_OnePage)
    process.crawl(crawler, site=site, url=canonical_url(url) or url)
    with _ended_by_ctrl_c():
        process.start(install_signal_handlers=False)
    spider = crawler.spider
    if isinstance(spider, _OnePage) and spider.page is not None:
        return spider.page
    problem = spider.problem if isinstance(spider, _OnePage) else None
    raise BroadsheetError(f"{url}: {problem or 'the request could not be made; the log says why'}")


@contextmanager
def _ended_by_ctrl_c() -> Iterator[None]:
    """Ctrl-C ends the process at once. Scrapy would wait for the answer; here nothing is lost without it."""
    before = signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _said(failure: Failure) -> str:
    """Why no page came, for a person."""
    error = failure.value
    if isinstance(error, OffSite):
        return f"it redirects to another site, which the crawl does not follow: {error.url}"
    if isinstance(error, AddressRefused):
        return f"we ask for nothing there: {error}"
    verdict = fate(failure)
    if verdict.status is not None:
        answer = f"{verdict.status} {_phrase(verdict.status)}".strip()
        if verdict.reason.startswith("robots-"):
            return f"its host answers {answer} for robots.txt, and without that we ask for nothing"
        return f"its host answers {answer}; the crawl makes no article of that"
    return (
        _WORDS.get(verdict.reason.removeprefix("robots-")) or f"no page came of it ({verdict.reason}: {failure.value})"
    )


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""
