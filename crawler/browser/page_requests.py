"""Decides which requests of a page in the browser are sent: what its text needs, from where it may need it.

The browser itself has no way to the network (launch.py). What a page asks for is downloaded for it by the crawl, so
that each address, also of a redirect, is judged before it is asked for.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Hashable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.exceptions import DownloadCancelledError, IgnoreRequest
from scrapy.http import Response

from crawler.browser.kept_scripts import KIND, Download
from crawler.browser.named_hosts import find_named_origins, get_origin
from crawler.browser.redirects import MAX_REDIRECTS, add_cookies_of_way, follow_redirect
from crawler.failures.errors import Bomb, CrawlStopped, HostOnHold, TooLarge
from crawler.failures.outcome import classify_error
from crawler.sites.site import Site

TRACKERS = Path(__file__).with_name("trackers.txt")
# Kinds of Chromium's resources. All others are refused: images, media, fonts, frames, beacons, event streams, sockets.
# "other" are preloaded data, and scripts of workers.
_OWN_KINDS = frozenset(("script", "stylesheet", "xhr", "fetch", "other"))
_FOREIGN_KINDS = frozenset(("script", "stylesheet"))
_AT_ONCE = 6  # requests of one page to one host, as browsers have it
_METHODS = frozenset(("GET", "HEAD", "POST"))  # no text needs others, and a server is not asked for its leave before
_SHARES = 3  # of the bytes of a page; one response has at most one of them
_SHORT_HOLD = timedelta(hours=1)


class RequestRefused(Exception):
    """A request of a page is not sent, or what came is not used. `reason` is a word to count by."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class PageRequests:
    """The requests of one page.

    - Of the hosts of the site, and of those in `browser_hosts`: scripts, styles and what scripts fetch.
    - Of other hosts: scripts and styles, if the page as it was sent names the host in a `<script src>` or a
      `<link rel=stylesheet>`. So a script may load more of its own host, but nobody whom the page does not name.
    - Of the hosts in trackers.txt: nothing.
    - At most `max_requests`, redirects among them, of together about `max_bytes`.

    Everything as `download` allows it, which knows robots.txt, the holds and the address guard.

    `withheld` is why the page lacks something that it would get a little later: the crawl ends, or a host of its site
    is on hold for a while. For one that is on hold for long, pages are read without it.
    """

    def __init__(
        self, site: Site, url: str, html: bytes, download: Download, *, max_requests: int, max_bytes: int
    ) -> None:
        self._site = site
        self._named = find_named_origins(html, url)
        self._download = download
        self._left = max_requests
        self._bytes_left = max_bytes
        self._most_bytes = max(max_bytes // _SHARES, 1)
        self._trackers = load_trackers()
        self._at_once: defaultdict[str, asyncio.Semaphore] = defaultdict(partial(asyncio.Semaphore, _AT_ONCE))
        self._sent: dict[Hashable, asyncio.Task[Response]] = {}
        self._is_over = False
        self.withheld: IgnoreRequest | None = None

    async def send(self, request: Request, kind: str, key: Hashable) -> Response:
        """Return the response at the end of the redirects. Raise RequestRefused, and what `download` raises.

        `key` is what `give_up` knows the request by.
        """
        request.meta[KIND] = kind
        task = self._sent[key] = asyncio.ensure_future(self._follow(request, kind))
        try:
            return await task
        except asyncio.CancelledError:
            if self._is_over:
                raise RequestRefused("page-closed") from None
            if key not in self._sent:
                raise RequestRefused("given-up") from None
            raise
        finally:
            task.cancel()
            self._sent.pop(key, None)

    def give_up(self, key: Hashable) -> None:
        """End a request for whose response the page waits no more."""
        if (task := self._sent.pop(key, None)) is not None:
            task.cancel()

    async def end(self) -> None:
        """End the requests that are under way: the page is closed."""
        self._is_over = True
        tasks = list(self._sent.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _follow(self, request: Request, kind: str) -> Response:
        first, way = request.url, list[Response]()
        for _ in range(MAX_REDIRECTS + 1):
            if (reason := self._count_request(request, kind)) is not None:
                raise RequestRefused(reason)
            response = await self._send_one(request)
            try:
                followed = follow_redirect(request, response)
            except ValueError as error:
                raise RequestRefused("scheme") from error
            if followed is None:
                return add_cookies_of_way(response, first, way) if way else response
            way.append(response)
            request = followed
        raise RequestRefused("redirects")

    def _count_request(self, request: Request, kind: str) -> str | None:
        """Return why a request is not sent, as a word to count by. None if it is: then it counts as one of the page."""
        if self._is_over:
            return "page-closed"
        if request.method not in _METHODS:
            return "method"
        if b"prefetch" in (request.headers.get("Sec-Purpose") or b""):
            return "kind-prefetch"
        if (reason := self._judge_address(request.url, kind)) is not None:
            return reason
        self._left -= 1
        if self._left < 0:
            return "too-many"
        return None if self._bytes_left > 0 else "too-large"

    async def _send_one(self, request: Request) -> Response:
        async with self._at_once[urlsplit(request.url).netloc]:
            most = max(min(self._bytes_left, self._most_bytes), 1)
            request.meta["download_maxsize"] = most
            try:
                response = await self._download(request)
            except (TooLarge, Bomb, DownloadCancelledError) as error:
                self._bytes_left -= most
                raise RequestRefused("too-large") from error
            except IgnoreRequest as error:
                self._note_withheld(request.url, error)
                raise RequestRefused(
                    "hold" if isinstance(error, HostOnHold) else classify_error(error).reason
                ) from error
        self._bytes_left -= len(response.body)
        if self._bytes_left < 0:  # others of the page have come meanwhile
            raise RequestRefused("too-large")
        return response

    def _note_withheld(self, url: str, error: IgnoreRequest) -> None:
        is_short = isinstance(error, HostOnHold) and error.hold.until - datetime.now(UTC) < _SHORT_HOLD
        if isinstance(error, CrawlStopped) or (is_short and self._site.lets_scripts_ask(url)):
            self.withheld = error

    def _judge_address(self, url: str, kind: str) -> str | None:
        if not url.startswith(("http://", "https://")):
            return "scheme"
        if kind not in _OWN_KINDS:
            return f"kind-{kind}"
        if self._is_tracker(url):
            return "tracker"
        if self._site.lets_scripts_ask(url):
            return None
        return None if kind in _FOREIGN_KINDS and get_origin(url) in self._named else "other-host"

    def _is_tracker(self, url: str) -> bool:
        parts = (urlsplit(url).hostname or "").removesuffix(".").split(".")
        return any(".".join(parts[start:]) in self._trackers for start in range(len(parts)))


def load_trackers() -> frozenset[str]:
    """Return the domains from which nothing is loaded."""
    lines = TRACKERS.read_text("utf-8").splitlines()
    return frozenset(name for line in lines if (name := line.partition("#")[0].strip()))
