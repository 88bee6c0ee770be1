"""Scrapy's DOWNLOAD_HANDLERS for http and https: send nothing to a host on hold, and record each response."""

from __future__ import annotations

from scrapy import Request
from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy.crawler import Crawler
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
)
from scrapy.http import Response
from scrapy.utils.httpobj import urlparse_cached

from crawler.guard.resolver import find_refusal
from crawler.hosts.holds import holds_of

# The host did not respond. A response that is too large or breaks off is a response.
_NO_RESPONSE = (CannotResolveHostError, DownloadConnectionRefusedError, DownloadFailedError, DownloadTimeoutError)


class PoliteHandler(HTTP11DownloadHandler):
    """Checks the holds right before a request is sent, and records each response for them.

    A middleware would check too early: a request that waits in Scrapy's downloader has passed all middlewares. And the
    robots.txt that a middleware fetches is in no queue of the scheduler.
    """

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._holds = holds_of(crawler)

    async def download_request(self, request: Request) -> Response:
        """Return the response, or raise HostOnHold without sending a request."""
        self._holds.check(request.url)
        try:
            response = await super().download_request(request)
        except _NO_RESPONSE as error:
            host = urlparse_cached(request).hostname or ""
            is_refused = isinstance(error, CannotResolveHostError) and find_refusal(host)
            if not is_refused:  # by the address guard; then the host has not failed
                self._holds.record_no_response(request)
            raise
        self._holds.record_response(request, response)
        return response
