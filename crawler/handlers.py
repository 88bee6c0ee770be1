"""Scrapy's DOWNLOAD_HANDLERS for http and https: the last gate before the wire, and the first to see an answer."""

from __future__ import annotations

import re

from OpenSSL.SSL import Error as TLSError
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
from service_identity import VerificationError
from twisted.web._newclient import ParseError
from twisted.web.client import ResponseFailed

from crawler.guard.resolver import refused
from crawler.holds import Holds

# What says of a host that it does not answer. An answer that is too large, or breaks off, is one.
_NO_ANSWER = (CannotResolveHostError, DownloadConnectionRefusedError, DownloadFailedError, DownloadTimeoutError)

_NAMES: dict[type[BaseException], str] = {
    CannotResolveHostError: "dns",
    DownloadTimeoutError: "timeout",
    DownloadConnectionRefusedError: "connection-refused",
    DownloadFailedError: "connection-lost",
    ResponseDataLossError: "truncated",
}
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")


def named(error: BaseException) -> str:
    """What a failure is counted as."""
    if isinstance(error.__cause__, ResponseFailed):
        reasons = error.__cause__.reasons
        if any(reason.check(TLSError, VerificationError) for reason in reasons):
            return "tls"
        if any(reason.check(ParseError, ValueError) for reason in reasons):  # ValueError: of a Content-Length, a chunk
            return "bad-http"
    name = next((name for kind, name in _NAMES.items() if isinstance(error, kind)), None)
    return name or _CAMEL.sub("-", type(error).__name__).lower().removesuffix("-error")


class PoliteHandler(HTTP11DownloadHandler):
    """Asks nothing of a host that is on hold, and tells the holds of each answer.

    A middleware would look too early: what waits for its turn in Scrapy's downloader has passed them all, and the
    robots.txt that a middleware asks for is in no queue of ours.
    """

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._holds = Holds.of(crawler)

    async def download_request(self, request: Request) -> Response:
        """Raises HostHeld in place of asking a host that is on hold."""
        self._holds.check(request.url)
        try:
            response = await super().download_request(request)
        except _NO_ANSWER as error:
            if not (isinstance(error, CannotResolveHostError) and refused(urlparse_cached(request).hostname or "")):
                self._holds.unanswered(request)  # what we refuse to ask for has not failed
            raise
        self._holds.answered(request, response)
        return response
