"""Keeps every request of a crawl on the hosts of its site, whatever links, redirects or retries say."""

from __future__ import annotations

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest

from crawler.sites import Site, site_from_url
from storage.addresses import Lease


class OffSite(IgnoreRequest):
    """The address is not the site's own."""


class ScopeMiddleware:
    """Refuses what is not the site's own. Unlike Scrapy's, it does not look away when a request says `dont_filter`."""

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> ScopeMiddleware:  # noqa: ARG003 (Scrapy's)
        return cls()

    def process_request(self, request: Request) -> None:
        lease: Lease | None = request.meta.get("lease")
        if lease is not None:
            site: Site = request.meta["site"]
            if not site.allows(request.url, lease.kind):
                raise OffSite(f"not on a host of {site.name}: {request.url}")
        elif (host := request.meta.get("robots_of")) and not site_from_url(host).owns(request.url):
            raise OffSite(f"a robots.txt of another host: {request.url}")
