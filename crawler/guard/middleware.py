"""Turns an address that is not to be asked into an answer of its own, before anything is tried again or archived."""

from __future__ import annotations

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import CannotResolveHostError, IgnoreRequest
from scrapy.http import Response
from scrapy.utils.httpobj import urlparse_cached

from crawler.guard.networks import Address, allowed_networks, literal, refusal
from crawler.guard.resolver import refused


class AddressRefused(IgnoreRequest):
    """The host's address is not of the public internet; `reason` is a word to count it by."""

    def __init__(self, host: str, address: object, reason: str) -> None:
        where = f"{host} is at {address}" if host != str(address) else host
        super().__init__(f"{where} ({reason}), which no network of ALLOWED_NETWORKS holds")
        self.reason = reason


class GuardMiddleware:
    """Stands nearest to the wire, where a request is what goes out and a response what came in.

    The guard itself is the resolver. Before it, an address that stands in the URL is judged (the resolver does not see
    IPv6); after it, its refusal gets its name back, and the address that really answered is judged once more.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._allowed = allowed_networks(crawler.settings)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> GuardMiddleware:
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        host = _host(request)
        self._judge(host, literal(host))

    def process_exception(self, request: Request, exception: Exception) -> None:
        host = _host(request)
        if isinstance(exception, CannotResolveHostError) and (why := refused(host)) is not None:
            raise AddressRefused(host, why.address, why.reason) from exception

    def process_response(self, request: Request, response: Response) -> Response:
        # None where no connection was made: what comes out of Scrapy's HTTP cache.
        self._judge(_host(request), response.ip_address)
        return response

    def _judge(self, host: str, address: Address | None) -> None:
        if address is not None and (reason := refusal(address, self._allowed)) is not None:
            raise AddressRefused(host, address, reason)


def _host(request: Request) -> str:
    return urlparse_cached(request).hostname or ""
