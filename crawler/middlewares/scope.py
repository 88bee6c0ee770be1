"""Keeps every request on the hosts of its site, whatever links, redirects or retries say."""

from __future__ import annotations

from scrapy import Request
from scrapy.crawler import Crawler

from crawler.failures.errors import OffSite
from crawler.sites.site import Site, make_site
from storage.frontier.addresses import AddressKind, Lease


class ScopeMiddleware:
    """Raises OffSite for a request to another host, port or scheme, or to an address with a user name.

    Unlike Scrapy's own middleware, it ignores `dont_filter`. A request belongs to the site in `meta["site"]`, a request
    for a robots.txt to the host of `meta["robots_of"]`. A request with neither is refused.
    """

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> ScopeMiddleware:  # noqa: ARG003 (Scrapy's)
        return cls()

    def process_request(self, request: Request) -> None:
        site: Site | None = request.meta.get("site")
        lease: Lease | None = request.meta.get("lease")
        if (robots_url := request.meta.get("robots_of")) is not None:
            if not make_site(robots_url).owns(request.url):
                raise OffSite(request.url, "redirected from a robots.txt to another host")
        elif site is None:
            raise OffSite(request.url, "belongs to no site")
        elif not (site.owns(request.url) if lease is None else _allows(site, lease, request.url)):
            raise OffSite(request.url, f"not on a host of {site.name}")


def _allows(site: Site, lease: Lease, url: str) -> bool:
    """Return whether a leased address may be fetched from `url`, perhaps after a redirect.

    Sitemaps of another host are offered only if the site's robots.txt names them, or their neighbours on that host.
    """
    is_vouched = lease.kind is AddressKind.SITEMAP and make_site(lease.url).owns(url)
    return is_vouched or site.allows(url, lease.kind)
