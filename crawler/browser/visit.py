"""One visit of a page: the page is given what the crawl has fetched, runs until it is quiet, and is read."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path
from time import monotonic
from urllib.parse import urlsplit

from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Page, Route
from playwright.async_api import Request as PageRequest
from scrapy import Request
from scrapy.http import Response

from crawler.browser.kept_scripts import KEPT
from crawler.browser.page_requests import PageRequests, RequestRefused
from crawler.failures.outcome import get_failure_reason
from crawler.sites.site import Site

logger = logging.getLogger(__name__)

PAGE_SCRIPT = Path(__file__).with_name("page_script.js").read_text("utf-8")
_STUB_LETTERS = 300  # letters of a page that is only a way to another
_MAX_STEPS = 60  # of scrolling through a page: sixty screens
_CLICK_TIMEOUT = 5_000  # milliseconds
_OF_TRANSFER = (
    "content-disposition",
    "content-encoding",
    "content-length",
    "transfer-encoding",
    "connection",
    "keep-alive",
)
_OF_CHROMIUM = ("user-agent", "accept-language", "accept-encoding", "cookie", "host")  # which the crawl states itself
_NO_CONTENT = 204  # after which a browser stays where it is


class PageVisit:
    """What happens to one page in the browser, with the hooks that scrapy-playwright calls.

    The page itself is not asked for again: its first request is answered with `response`, body and headers as the crawl
    received them. Where a script leads to another address, that is not followed but kept in `leads_to`, if the page
    shows little else: the crawl asks for it, like for any redirect.

    After the visit `html` is the page as a reader would see it, None if it could not be read.
    """

    def __init__(
        self,
        response: Response,
        requests: PageRequests,
        site: Site,
        *,
        scrolls: int,
        seconds: float,
        max_characters: int,
        count: Callable[[str], None],
    ) -> None:
        self._response = response
        self._requests = requests
        self._site = site
        self._scrolls = scrolls
        self._seconds = seconds
        self._max_characters = max_characters
        self._count = count
        self._page: Page | None = None
        self._is_begun = False
        self._in_flight: set[PageRequest] = set()
        self._is_idle = asyncio.Event()
        self._is_idle.set()
        self._requested = 0
        self._target: str | None = None  # to which a script leads
        self.html: str | None = None
        self.is_too_large = False
        self.is_quiet = True  # False: the page had not come to rest when it was read
        self.leads_to: str | None = None
        self.letters = 0  # that the page shows
        self.refused: dict[str, str] = {}  # why hosts were not asked, by host

    async def prepare(self, page: Page, request: object) -> None:  # noqa: ARG002 (scrapy-playwright's)
        """Set the page up before its first request."""
        self._page = page
        context = page.context
        await context.add_init_script(PAGE_SCRIPT)
        url = self._response.url
        await context.add_cookies(
            [{"name": name, "value": value, "url": url} for name, value in self._site.get_cookies(url).items()]
        )
        # The first route is for the page, the second for its workers and pop-ups. Whoever came last is asked first.
        await page.route("**/*", self._route)
        await context.route("**/*", self._route)
        context.on("page", self._close_other)
        context.on("request", self._note_request)
        context.on("requestfinished", self._note_end)
        context.on("requestfailed", self._note_failed)

    async def read(self, page: Page) -> None:
        """Wait until the page is quiet, click and scroll, and keep what it shows."""
        end = monotonic() + self._seconds
        self.is_quiet = await self._wait_until_quiet(page, end)
        for selector in self._site.browser_clicks:
            if await self._click(page, selector):
                self.is_quiet = await self._wait_until_quiet(page, end)
        height = 0
        for _ in range(self._scrolls + 1):
            now_high = await page.evaluate("steps => window.__broadsheet.scrollThrough(steps)", _MAX_STEPS)
            self.is_quiet = await self._wait_until_quiet(page, end)
            if now_high <= height or monotonic() >= end:
                break
            height = now_high
        self.html = await page.evaluate("most => window.__broadsheet.serialize(most)", self._max_characters)
        self.is_too_large = self.html is None
        if self.html is not None:  # half a character, cut by a script, cannot be stored
            self.html = self.html.encode("utf-8", "replace").decode("utf-8")
        self.letters = await page.evaluate("window.__broadsheet.countLetters()")
        if self._target is not None and self.letters < _STUB_LETTERS:
            self.leads_to = self._target
        await page.evaluate("window.stop()")  # scrapy-playwright waits for the load event

    async def _wait_until_quiet(self, page: Page, end: float) -> bool:
        """Return whether the page came to rest before `end`: nothing is loaded, nothing changes, no timer waits."""
        while (left := end - monotonic()) > 0:
            try:
                await asyncio.wait_for(self._is_idle.wait(), left)
            except TimeoutError:
                return False
            requested = self._requested
            left = max(0.0, end - monotonic())
            is_quiet = await page.evaluate("most => window.__broadsheet.waitUntilQuiet(most)", left * 1000)
            if is_quiet and self._is_idle.is_set() and self._requested == requested:
                return True
        return False

    async def _click(self, page: Page, selector: str) -> bool:
        """Click the first visible element of a selector; return whether there was one."""
        found = page.locator(selector).filter(visible=True).first
        try:
            if await found.count() == 0:
                return False
            await found.click(timeout=_CLICK_TIMEOUT, no_wait_after=True)
        except PlaywrightError as error:
            logger.debug("%s: %r was not clicked: %s", self._response.url, selector, error)
            self._count("browser/click-failed")
            return False
        self._count("browser/clicked")
        return True

    async def _route(self, route: Route) -> None:
        request = route.request
        try:
            if self._is_navigation(request):
                await self._navigate(route, request)
            else:
                await self._answer(route, request)
        except PlaywrightError as error:  # the page was closed meanwhile
            logger.debug("%s of %s: %s", request.url, self._response.url, error)

    async def _answer(self, route: Route, request: PageRequest) -> None:
        """Answer a request of the page with what the crawl downloads for it."""
        page = self._page
        assert page is not None  # noqa: S101 (it asks)
        try:
            asked = await _copy_request(page, request)
            response = await self._requests.send(asked, request.resource_type, request)
        except RequestRefused as refusal:
            self._count(f"browser/refused/{refusal.reason}")
            is_data = refusal.reason == "other-host" and request.resource_type in ("fetch", "xhr")
            if is_data or refusal.reason == "robots":
                self.refused.setdefault(urlsplit(request.url).netloc, refusal.reason)
            await self._refuse(route, request)
        except PlaywrightError:
            raise
        except Exception as error:  # noqa: BLE001 (whatever a download fails by)
            logger.debug("%s of %s: %s", request.url, self._response.url, error)
            self._count(f"browser/request-failed/{get_failure_reason(error)}")
            await self._refuse(route, request)
        else:
            self._count("browser/kept" if KEPT in response.flags else "browser/requested")
            await route.fulfill(status=response.status, headers=_join_headers(response), body=response.body)

    async def _refuse(self, route: Route, request: PageRequest) -> None:
        await route.abort("blockedbyclient")
        self._note_end(request)  # of an XMLHttpRequest that blocks, Playwright does not tell it

    def _is_navigation(self, request: PageRequest) -> bool:
        """Return whether the page itself, no frame or pop-up, is to show another address."""
        if not request.is_navigation_request() or self._page is None:
            return False
        try:
            return request.frame == self._page.main_frame
        except PlaywrightError:  # of a worker
            return False

    async def _navigate(self, route: Route, request: PageRequest) -> None:
        if not self._is_begun:
            self._is_begun = True
            await route.fulfill(
                status=self._response.status, headers=_join_headers(self._response), body=self._response.body
            )
            return
        if request.method == "GET" and request.url.partition("#")[0] != self._response.url.partition("#")[0]:
            self._target = self._target or request.url
        await route.fulfill(status=_NO_CONTENT)

    async def _close_other(self, page: Page) -> None:
        if page is not self._page:
            self._count("browser/refused/pop-up")
            await page.close()

    def _note_request(self, request: PageRequest) -> None:
        self._requested += 1
        self._in_flight.add(request)
        self._is_idle.clear()

    def _note_failed(self, request: PageRequest) -> None:
        self._requests.give_up(request)
        self._note_end(request)

    def _note_end(self, request: PageRequest) -> None:
        self._in_flight.discard(request)
        if not self._in_flight:
            self._is_idle.set()


async def _copy_request(page: Page, request: PageRequest) -> Request:
    """Return a request of the page as the crawl sends it."""
    headers = {
        name: value
        for name, value in request.headers.items()
        if name not in _OF_CHROMIUM and not name.startswith(("sec-ch-", ":"))
    }
    cookies = await page.context.cookies(request.url)
    if cookies:
        headers["cookie"] = "; ".join(f"{cookie.get('name')}={cookie.get('value')}" for cookie in cookies)
    return Request(request.url, method=request.method, headers=headers, body=request.post_data_buffer or b"")


def _join_headers(response: Response) -> dict[str, str]:
    """Return the headers of a response, without those of its transfer, as Playwright takes them."""
    joined = {}
    for name, values in response.headers.items():
        word = name.decode("latin-1").lower()
        if word not in _OF_TRANSFER:
            joined[word] = _decode((b"\n" if word == "set-cookie" else b", ").join(values))
    return joined


def _decode(value: bytes) -> str:
    """Return a header's value. It is sent to Chromium as UTF-8, so that what is UTF-8 arrives as the same bytes."""
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("latin-1")
