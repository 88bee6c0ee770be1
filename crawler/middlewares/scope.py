"""Keeps every request of a crawl on the hosts of its site, whatever links, redirects or retries say."""

from __future__ import annotations

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest

from crawler.sites import Site, site_from_url
from storage.addresses import Lease


class OffSite(IgnoreRequest):
    """The address is not the site's own."""

    def __init__(self, url: str, why: str) -> None:
        super().__init__(f"{why}: {url}")
        self.url = url


class ScopeMiddleware:
    """Refuses what is not the site's own: another host or port, another scheme, an address with a user's name.

    Unlike Scrapy's, it does not look away when a request says `dont_filter`. A request belongs to the site in its
    `meta["site"]`, one for robots.txt to the host that `meta["robots_of"]` names; one of nobody's is not made.
    """

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> ScopeMiddleware:  # noqa: ARG003 (Scrapy's)
        return cls()

    def process_request(self, request: Request) -> None:
        site: Site | None = request.meta.get("site")
        lease: Lease | None = request.meta.get("lease")
        if (robots := request.meta.get("robots_of")) is not None:
            if not site_from_url(robots).owns(request.url):
                raise OffSite(request.url, "a robots.txt of another host")
        elif site is None:
            raise OffSite(request.url, "of no site")
        elif not (site.owns(request.url) if lease is None else site.allows(request.url, lease.kind)):
            raise OffSite(request.url, f"not on a host of {site.name}")
