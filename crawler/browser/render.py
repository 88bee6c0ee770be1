"""Renders one response after the other in a browser, and replaces the browser when it hangs, dies or has grown old."""

from __future__ import annotations

import asyncio
import logging
import re
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from itertools import count
from typing import Any
from uuid import uuid4

from playwright.async_api import Error as PlaywrightError
from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy_playwright.handler import ScrapyPlaywrightDownloadHandler
from scrapy_playwright.page import PageMethod

from crawler.browser.kept_scripts import Download, KeptScripts
from crawler.browser.launch import make_launch_options
from crawler.browser.memory_watch import MemoryWatch
from crawler.browser.page_requests import PageRequests
from crawler.browser.visit import PageVisit
from crawler.failures.errors import BrowserFailed, CrawlStopped, TooLarge
from crawler.run.closing import is_closing
from crawler.run.counts import counts_of
from crawler.run.notices import NoticeKind, describe_script_host, notices_of
from crawler.sites.site import Site

logger = logging.getLogger(__name__)
logging.getLogger("scrapy-playwright").setLevel(logging.WARNING)  # it tells of every page and every launch

_CLOSE_TIMEOUT = 5.0  # seconds; a browser that takes longer to end a page does not answer
_LOAD_TIMEOUT = 1_000  # milliseconds in which a page that has been read must have stopped to load
_SAID_BY_BROWSER = re.compile(r"\[err\] (.{1,200})")  # in Playwright's account of a start
_FEW_LETTERS = 1_500  # of a page, with its menus, that may lack its text
_MAX_STARTS = 2  # that fail: another one would fail, too
_VIEWPORT = {"width": 1280, "height": 1600}
_SCROLLS = {"lists": 10, "articles": 3}  # how often a page that grows when its end is seen is scrolled on


@dataclass(frozen=True, slots=True)
class RenderedPage:
    """What a page shows, as HTML; and the address that a script of it leads to instead, if it shows little."""

    html: str
    leads_to: str | None


class Renderer:
    """The browser of one crawl. It is started for the first page that needs it.

    Every page has a new context without cookies, BROWSER_TIMEOUT seconds, BROWSER_REQUESTS requests and BROWSER_MAXSIZE
    bytes. BROWSER_PAGES_AT_ONCE pages are open at once; after BROWSER_PAGES the browser is replaced. Counts as
    `browser/...`.
    """

    def __init__(self, crawler: Crawler) -> None:
        settings = crawler.settings
        mark = f"--broadsheet={uuid4()}"
        options = make_launch_options(settings, mark)
        self._crawler = crawler
        self._command = options["executable_path"]
        self._notices = notices_of(crawler)
        self._failed_starts = 0  # in a row
        self._handler = ScrapyPlaywrightDownloadHandler.from_crawler(crawler)
        self._handler.config.launch_options = options
        self._handler.config.target_closed_max_retries = 0  # the frontier tries again
        self._handler.config.navigation_timeout_ms = _LOAD_TIMEOUT
        self._counts = counts_of(crawler)
        self._kept = KeptScripts(settings)
        self._user_agent = str(settings["USER_AGENT"])
        self._seconds = settings.getfloat("BROWSER_TIMEOUT")
        self._max_requests = settings.getint("BROWSER_REQUESTS")
        self._max_bytes = settings.getint("BROWSER_MAXSIZE")
        self._max_characters = settings.getint("DOWNLOAD_MAXSIZE") or 1 << 30
        self._max_pages = settings.getint("BROWSER_PAGES")
        self._at_once = asyncio.Semaphore(settings.getint("BROWSER_PAGES_AT_ONCE"))
        self._no_page = asyncio.Condition()
        self._open = 0  # pages
        self._pages = 0  # since the browser was started
        self._repairing = asyncio.Lock()
        self._numbers = count(1)
        self._killed = 0
        self._watch = MemoryWatch(mark, settings.getint("BROWSER_MEMORY"), self._note_kill)
        self._watching: asyncio.Task[None] | None = None

    async def render(self, response: Response, site: Site, purpose: str, download: Download) -> RenderedPage:
        """Return what the page of a response shows. `purpose`: "lists" or "articles".

        Raise BrowserFailed if the page hangs or ends its process, and TooLarge.
        """
        if self._watching is None:
            self._watching = asyncio.ensure_future(self._watch.run())
        async with self._at_once:
            if is_closing(self._crawler):
                raise CrawlStopped(f"the crawl ends before {response.url} is shown")
            self.check_start(response.url, site)
            await self._begin_page()
            try:
                return await self._render(response, site, purpose, download)
            finally:
                await self._end_page()

    def check_start(self, url: str, site: Site) -> None:
        """Raise BrowserFailed if the browser does not start."""
        if self._failed_starts >= _MAX_STARTS:
            self._notices.add(
                site.name,
                NoticeKind.NO_BROWSER,
                f"Chromium does not start, so the pages that need it wait; run {self._command} --headless --dump-dom"
                " about:blank by hand, or see BROWSER_SANDBOX in docs/reference.md",
            )
            raise BrowserFailed(f"the browser does not start, so there is no page of {url}", "no-start")

    async def close(self) -> None:
        """End the browser, and whatever is left of it."""
        if self._watching is not None:
            self._watching.cancel()
        try:
            await asyncio.wait_for(self._handler.close(), _CLOSE_TIMEOUT)
        except (PlaywrightError, TimeoutError) as error:
            logger.info("the browser did not end by itself: %s", error)
        await asyncio.to_thread(self._watch.kill_all)

    async def _begin_page(self) -> None:
        """Count a page, and replace a browser that has shown enough of them once nobody uses it."""
        async with self._no_page:
            if self._max_pages and self._pages >= self._max_pages:
                await self._no_page.wait_for(lambda: self._open == 0)
                if self._pages >= self._max_pages:
                    self._pages = 0
                    await self._replace_browser()
            self._open += 1
            self._pages += 1

    async def _end_page(self) -> None:
        async with self._no_page:
            self._open -= 1
            self._no_page.notify_all()

    async def _render(self, response: Response, site: Site, purpose: str, download: Download) -> RenderedPage:
        def add(stat: str) -> None:
            self._counts.add(site.name, stat)

        url = response.url
        requests = await asyncio.to_thread(
            PageRequests,
            site,
            url,
            response.body,
            partial(self._kept.download, download=download),
            max_requests=self._max_requests,
            max_bytes=self._max_bytes,
        )
        visit = PageVisit(
            response,
            requests,
            site,
            scrolls=_SCROLLS[purpose],
            seconds=self._seconds / 2,
            max_characters=self._max_characters,
            count=add,
        )
        name, killed = f"page-{next(self._numbers)}", self._killed
        failure: Exception | None = None
        try:
            async with asyncio.timeout(self._seconds):
                await self._handler.download_request(self._make_request(url, name, visit))
        except (PlaywrightError, TimeoutError, OSError, UnicodeError) as error:
            failure = error  # of no account if the page has been read
        finally:
            await requests.end()
            await self._close_context(name)
        if failure is not None and visit.html is None and not visit.is_too_large:
            # A page whose process was ended fails at once; one that hangs meanwhile is another one.
            reason = "timeout" if _is_timeout(failure) else "memory" if self._killed > killed else "crashed"
            add(f"browser/failed/{reason}")
            self._note_start(failure)
            await self._repair()
            raise BrowserFailed(f"the browser gave no page of {url}: {_shorten(failure)}", reason) from failure
        if visit.html is None:
            raise TooLarge(f"{url} is larger than {self._max_characters:,} characters in the browser")
        self._failed_starts = 0
        if requests.withheld is not None:
            add("browser/failed/withheld")
            raise requests.withheld
        add("browser/rendered")
        if visit.refused and visit.letters < _FEW_LETTERS:
            self._notices.add(
                site.name, NoticeKind.SCRIPT_HOST, describe_script_host(*next(iter(visit.refused.items())))
            )
        if not visit.is_quiet:
            add("browser/not-quiet")
        return RenderedPage(visit.html, visit.leads_to)

    def _make_request(self, url: str, context: str, visit: PageVisit) -> Request:
        meta: dict[str, Any] = {
            "playwright": True,
            "playwright_include_page": True,  # its context is closed here, whatever happens
            "playwright_context": context,
            "playwright_context_kwargs": {
                "user_agent": self._user_agent,
                "viewport": _VIEWPORT,
                "accept_downloads": False,
                "ignore_https_errors": False,
            },
            "playwright_page_init_callback": visit.prepare,
            "playwright_page_methods": [PageMethod(visit.read)],
            "playwright_page_goto_kwargs": {"wait_until": "commit", "timeout": self._seconds * 1000},
        }
        return Request(url, meta=meta, dont_filter=True)

    async def _close_context(self, name: str) -> None:
        """End a page."""
        wrapper = self._handler.context_wrappers.pop(name, None)
        if wrapper is None:
            return
        try:
            await asyncio.wait_for(wrapper.context.close(), _CLOSE_TIMEOUT)
        except TimeoutError:
            await self._repair()
        except PlaywrightError as error:  # it is closed, because the browser has ended
            logger.debug("%s was not closed: %s", name, error)

    async def _repair(self) -> None:
        """Replace a browser, and its driver, that do not give a new page."""
        async with self._repairing:
            browser = getattr(self._handler, "browser", None)
            try:
                if browser is not None:
                    context = await asyncio.wait_for(browser.new_context(), _CLOSE_TIMEOUT)
                    await asyncio.wait_for(context.close(), _CLOSE_TIMEOUT)
                    return
            except (PlaywrightError, TimeoutError, OSError) as error:
                logger.info("the browser is replaced: %s", _shorten(error))
            self._handler.stats.inc_value("browser/hung")
            await asyncio.to_thread(self._watch.kill_all)
            with suppress(PlaywrightError, TimeoutError, OSError):
                await asyncio.wait_for(self._handler.browser_provider.close(), _CLOSE_TIMEOUT)
            self._handler.context_wrappers.clear()
            vars(self._handler).pop("browser", None)
            self._handler.browser_provider = self._handler.browser_provider_cls(self._handler.config)
            await self._handler.browser_provider.start()

    async def _replace_browser(self) -> None:
        """End a browser that has shown many pages. The next page starts another one."""
        browser = getattr(self._handler, "browser", None)
        if browser is None:
            return
        self._handler.stats.inc_value("browser/replaced")
        try:
            await asyncio.wait_for(browser.close(), _CLOSE_TIMEOUT)
        except (PlaywrightError, TimeoutError):
            await self._repair()

    def _note_start(self, failure: Exception) -> None:
        """Count a browser that has not started. Tell it once."""
        if hasattr(self._handler, "browser"):
            return
        self._failed_starts += 1
        if self._failed_starts == _MAX_STARTS:
            said = _SAID_BY_BROWSER.search(str(failure))
            logger.error("Chromium does not start: %s", said[1] if said else _shorten(failure))

    def _note_kill(self) -> None:
        self._killed += 1


def _is_timeout(error: Exception) -> bool:
    return isinstance(error, TimeoutError) or type(error).__name__ == "TimeoutError"


def _shorten(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
