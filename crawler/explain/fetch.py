"""Fetch one page from its site, and the further parts of its article, as politely as the crawl. Nothing is stored."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from scrapy import Request, Spider
from scrapy.crawler import AsyncCrawlerProcess, Crawler
from scrapy.http import Response, TextResponse
from scrapy.settings import Settings
from twisted.python.failure import Failure

from cleaning.errors import BroadsheetError
from cleaning.interruption import exit_at_once
from cleaning.page.canonical import to_canonical_url
from cleaning.records.article import Article
from cleaning.records.given import Page
from cleaning.workers import Cleaners
from crawler.browser.check_browser import check_browser
from crawler.explain.site_context import SiteContext, SiteContexts
from crawler.failures.errors import AddressRefused, OffSite
from crawler.failures.outcome import classify_error, classify_failure
from crawler.middlewares.browser_pages import SHOWN_AS
from crawler.page_facts import PageFacts, decode_response_text
from crawler.parts.collect import FetchedPart, collect_parts
from crawler.parts.fetch import read_part
from crawler.sites.site import SITE_OF_REQUEST

# Settings that turn off the store, and all components that need it.
_WITHOUT_CRAWL: dict[str, Any] = {"STORE_ENABLED": False, "RETRY_ENABLED": False}
# Messages for the reasons that a crawl counts.
_PROBLEMS = {
    "browser-crashed": "the browser could not show it",
    "browser-memory": "the browser needs too much memory for it (BROWSER_MEMORY)",
    "browser-timeout": "the browser did not show it in time (BROWSER_TIMEOUT)",
    "bomb": "it unpacks to more than the crawl accepts (DOWNLOAD_MAXSIZE)",
    "connection-lost": "its host breaks the connection off",
    "connection-refused": "its host refuses the connection",
    "dns": "its host cannot be found",
    "redirects": "it redirects endlessly",
    "robots": "robots.txt forbids us to fetch it",
    "tls": "its host cannot prove its identity (TLS)",
    "timeout": "its host does not answer in time",
    "too-large": "it is larger than the crawl accepts (DOWNLOAD_MAXSIZE)",
    "truncated": "the response is cut off",
}


class _OnePage(Spider):
    """Fetches one page; afterwards either `page` or `problem`, a message, is set."""

    name = "explain"

    def __init__(self, contexts: SiteContexts, url: str, cleaners: Cleaners) -> None:
        super().__init__(self.name)
        self._contexts = contexts
        self.context = contexts.find(url)
        self.needs_browser = "articles" in self.context.site.browser
        self._cleaners = cleaners
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
            self._url,
            callback=self.handle_response,
            errback=self.handle_failure,
            meta={SITE_OF_REQUEST: self.context.site, SHOWN_AS: "articles"},
            dont_filter=True,
        )

    async def handle_response(self, response: Response) -> None:
        if not isinstance(response, TextResponse):
            kind = (response.headers.get("Content-Type") or b"something").decode("latin-1").partition(";")[0]
            self.problem = f"it is not an HTML page but {kind}"
            return
        url = to_canonical_url(response.url) or self._url
        self.context = self._contexts.find(url)  # a redirect may lead to another edition
        page = Page(
            url=url,
            html=decode_response_text(response) or "",
            status=response.status,
            fetched_at=datetime.now(UTC),
            **PageFacts(self.settings).collect(response.headers, response.meta.get("host_rights"), self.context.site),
        )
        await asyncio.to_thread(self._cleaners.start)
        article, most = await self._clean(page), self.settings.getint("PARTS_MAX")
        found = await collect_parts(page, article, most, self._fetch_part, self._clean)
        self.page = found.add_to(page)

    async def _clean(self, page: Page) -> Article:
        return await asyncio.wrap_future(self._cleaners.submit(page, self.context.memory))

    async def _fetch_part(self, url: str, first: Page) -> FetchedPart:
        request = Request(url, meta={SITE_OF_REQUEST: self.context.site, SHOWN_AS: "articles"}, dont_filter=True)
        try:
            response = await self.crawler.engine.download_async(request)
        except Exception as error:  # noqa: BLE001 (every failure of a request, as in an errback)
            return FetchedPart(url, problem=classify_error(error).reason)
        return await read_part(url, response, first, PageFacts(self.settings))

    async def handle_failure(self, failure: Failure) -> None:
        self.problem = describe_failure(failure)


def fetch_page(url: str, settings: Settings, cleaners: Cleaners, contexts: SiteContexts) -> tuple[Page, SiteContext]:
    """Fetch the page at `url`, following redirects within its site; return it with its site.

    Configure logging by the settings.

    Start the cleaners once there is a page: a cleaned page shows the pager of its article, whose parts are fetched too.

    Raise BadAddress if `url` is no http(s) address, and LibraryMissing or BadArgument if its site needs a browser and
    there is none. Raise BroadsheetError with a message of one line if there is no
    page: robots.txt forbids it, the host does not answer, or the answer is not an HTML page.
    """
    check_browser(settings, [contexts.find(url).site])
    own = settings.copy()
    for name, value in _WITHOUT_CRAWL.items():
        own.set(name, value, priority="cmdline")
    process = AsyncCrawlerProcess(own)
    crawler = process.create_crawler(_OnePage)
    process.crawl(crawler, contexts=contexts, url=to_canonical_url(url) or url, cleaners=cleaners)
    with exit_at_once("scrapy explain"):  # Scrapy would wait for the response, but nothing is lost without it
        process.start(install_signal_handlers=False)
    spider = crawler.spider
    if isinstance(spider, _OnePage) and spider.page is not None:
        return spider.page, spider.context
    problem = spider.problem if isinstance(spider, _OnePage) else None
    raise BroadsheetError(f"{url}: {problem or 'the request could not be made; see the log'}")


def describe_request_error(error: BaseException) -> str:
    """Return a message why there is no page, for the error that ended the request."""
    return describe_failure(Failure(error))  # type: ignore[no-untyped-call]


def describe_failure(failure: Failure) -> str:
    """Return a message why there is no page."""
    error = failure.value
    if isinstance(error, OffSite):
        return f"it redirects to another site, which the crawl does not follow: {error.url}"
    if isinstance(error, AddressRefused):
        return f"we fetch nothing from there: {error}"
    verdict = classify_failure(failure)
    if verdict.status is not None:
        answer = f"{verdict.status} {_get_status_phrase(verdict.status)}".strip()
        if verdict.reason.startswith("robots-"):
            return f"its host answers {answer} for robots.txt, and without robots.txt we fetch nothing"
        return f"its host answers {answer}"
    word = verdict.reason.removeprefix("robots-")
    return describe_reason(word) or f"there is no page ({verdict.reason}: {failure.value})"


def describe_reason(reason: str) -> str | None:
    """Return the word by which a failure is counted as a clause; None for a word that says it by itself."""
    return _PROBLEMS.get(reason)


def _get_status_phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""
