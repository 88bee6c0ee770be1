"""Scrapy's DOWNLOAD_HANDLERS for http and https: holds, time-outs, bodies that are whole although their length lied."""

from __future__ import annotations

import asyncio

from scrapy import Request
from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy.crawler import Crawler
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    ResponseDataLossError,
)
from scrapy.http import Response
from scrapy.utils.httpobj import urlparse_cached

from crawler.guard.resolver import find_refusal
from crawler.hosts.claim_gate import ClaimGate
from crawler.hosts.holds import holds_of
from crawler.hosts.silence import SilenceWatch
from crawler.hosts.whole_bodies import is_whole_body

# The host did not respond. A response that is too large or breaks off is a response.
_NO_RESPONSE = (CannotResolveHostError, DownloadConnectionRefusedError, DownloadFailedError, DownloadTimeoutError)

# In the meta of a request: True if a script of a page in the browser asks for it. Whether its host is up, the pages of
# the host tell; of such a request only what it asks for in so many words is recorded (429, Retry-After).
ASKED_BY_PAGE = "asked_by_page"


class PoliteHandler(HTTP11DownloadHandler):
    """Checks the claim and the holds right before a request is sent, and records each response for them.

    A middleware would check too early: a request that waits in Scrapy's downloader has passed all middlewares. And the
    robots.txt that a middleware fetches is in no queue of the scheduler.

    DOWNLOAD_TIMEOUT (or `meta["download_timeout"]`) bounds the silence of a server, RESPONSE_TIMEOUT a whole response.
    With DOWNLOAD_FAIL_ON_DATALOSS=False, Scrapy marks a body that ended too early; it is taken if it is whole.
    """

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._holds = holds_of(crawler)
        self._gate = ClaimGate(crawler)
        self._silence = SilenceWatch(crawler)
        self._max_silence = crawler.settings.getfloat("DOWNLOAD_TIMEOUT")
        self._max_seconds = crawler.settings.getfloat("RESPONSE_TIMEOUT")

    async def download_request(self, request: Request) -> Response:
        """Return the response, or raise HostOnHold or CrawlStopped without sending a request."""
        await self._gate.wait(request)
        self._holds.check(request.url)
        try:
            response = await self._download(request)
        except _NO_RESPONSE as error:
            host = urlparse_cached(request).hostname or ""
            is_refused = isinstance(error, CannotResolveHostError) and find_refusal(host)
            if not is_refused and ASKED_BY_PAGE not in request.meta:  # refused by the guard, the host has not failed
                self._holds.record_no_response(request)
            raise
        if ASKED_BY_PAGE in request.meta:
            self._holds.record_asked_pause(request, response)
        else:
            self._holds.record_response(request, response)
        if "dataloss" in response.flags and response.status < 300:  # of other answers the body is not used
            coding = response.headers.get("Content-Encoding") or b""
            if not await asyncio.to_thread(is_whole_body, response.body, coding):
                raise ResponseDataLossError(f"{request.url} broke off")
        return response

    async def _download(self, request: Request) -> Response:
        max_silence = request.meta.get("download_timeout") or self._max_silence
        request.meta["download_timeout"] = self._max_seconds  # Scrapy's handler ends the response after so long
        try:
            return await self._silence.wait_for(super().download_request(request), request, max_silence)
        finally:
            request.meta["download_timeout"] = max_silence  # a redirect takes it over
