"""Raises AddressRefused for a request to an address outside the public internet, before it is retried or archived."""

from __future__ import annotations

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import CannotResolveHostError
from scrapy.http import Response
from scrapy.utils.httpobj import urlparse_cached

from crawler.failures.errors import AddressRefused
from crawler.guard.networks import Address, find_refusal_reason, parse_literal_address, read_allowed_networks
from crawler.guard.resolver import find_refusal


class GuardMiddleware:
    """The last middleware before the network: it sees the request that is sent and the response that came in.

    The guard itself is the resolver. Before it, this checks an IP address in the URL (the resolver does not see IPv6).
    After it, this turns the resolver's "not found" into the real reason, and checks the address that responded.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._allowed = read_allowed_networks(crawler.settings)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> GuardMiddleware:
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        host = _get_host(request)
        self._check(host, parse_literal_address(host))

    def process_exception(self, request: Request, exception: Exception) -> None:
        host = _get_host(request)
        if isinstance(exception, CannotResolveHostError) and (refusal := find_refusal(host)) is not None:
            raise AddressRefused(host, refusal.address, refusal.reason) from exception

    def process_response(self, request: Request, response: Response) -> Response:
        # None if no connection was made: the response is from Scrapy's HTTP cache.
        self._check(_get_host(request), response.ip_address)
        return response

    def _check(self, host: str, address: Address | None) -> None:
        if address is not None and (reason := find_refusal_reason(address, self._allowed)) is not None:
            raise AddressRefused(host, address, reason)


def _get_host(request: Request) -> str:
    return urlparse_cached(request).hostname or ""
