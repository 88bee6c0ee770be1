"""Keeps every request on the hosts of its site, whatever links, redirects or retries say."""

from __future__ import annotations

from collections import Counter
from typing import Any
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response

from crawler.failures.errors import Excluded, OffSite
from crawler.run.notices import NoticeKind, describe_other_host, notices_of
from crawler.sites.owners import SiteOwners
from crawler.sites.site import SITE_OF_REQUEST, Site, make_site
from storage.frontier.addresses import GUESS, AddressKind, Lease

# A feed may list its articles on a host that is not the site's, and that leads home. After so many that did not, no
# more are asked for.
_MAX_LEADS = 3


class ScopeMiddleware:
    """Raises OffSite for a request to another host, port or scheme, or to an address with a user name.

    Unlike Scrapy's own middleware, it ignores `dont_filter`. A request belongs to the site in `meta[SITE_OF_REQUEST]`,
    a request for a robots.txt to the host of `meta["robots_of"]`. A request with neither is refused. A request that a
    spider of the user made belongs to the site that SpiderRequestsMiddleware names; Scrapy's OffsiteMiddleware knows
    its bounds.

    Three kinds of addresses may be elsewhere: a sitemap that the site's robots.txt names, a feed that a page of the
    site names (feed services), and an article that the site's own feed lists there, if it leads home by redirects.
    Excluded is raised for an article that `exclude` or `include` keeps out, also after a redirect.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._notices = notices_of(crawler)
        self._led_elsewhere = Counter[tuple[str, str]]()  # by site and host

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> ScopeMiddleware:
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        site: Site | None = request.meta.get(SITE_OF_REQUEST)
        lease: Lease | None = request.meta.get("lease")
        if (robots_url := request.meta.get("robots_of")) is not None:
            if not make_site(robots_url).owns(request.url):
                raise OffSite(request.url, "redirected from a robots.txt to another host")
        elif request.url.startswith(("file:", "data:")) and lease is None:
            return  # DOWNLOAD_HANDLERS has none for them, except in commands that read files
        elif site is None:
            raise OffSite(request.url, "belongs to no site")
        elif lease is None:
            if not site.owns(request.url):
                raise OffSite(request.url, f"not on a host of {site.name}")
        elif not (site.allows(request.url, lease.kind) or self._may_leave(request.url, site, lease)):
            raise OffSite(request.url, f"not on a host of {site.name}")
        elif lease.kind is AddressKind.ARTICLE and self._is_excluded(request.url, site):
            raise Excluded(f"sites.toml excludes {request.url}")

    def process_response(self, request: Request, response: Response) -> Response:
        """Raise OffSite for an article that has not led home. Redirects never come here."""
        site: Site | None = request.meta.get(SITE_OF_REQUEST)
        lease: Lease | None = request.meta.get("lease")
        is_article = lease is not None and lease.kind is AddressKind.ARTICLE
        if site is not None and is_article and response.status == 200 and not site.owns(response.url):
            host = _get_host(response.url)
            self._led_elsewhere[site.name, host] += 1
            self._notices.add(site.name, NoticeKind.OTHER_HOST, describe_other_host(host))
            raise OffSite(response.url, f"not on a host of {site.name}")
        return response

    def _may_leave(self, url: str, site: Site, lease: Lease) -> bool:
        """Return whether an address on no host of the site may be asked for, because the site itself leads there."""
        if lease.kind is AddressKind.FEED:
            return lease.source != GUESS
        if lease.kind is AddressKind.SITEMAP:  # one that the site's robots.txt names, or its neighbour on that host
            return make_site(lease.url).owns(url)
        host = _get_host(url)
        is_listed = lease.kind is AddressKind.ARTICLE and lease.source == "feed" and _get_host(lease.url) == host
        return is_listed and self._led_elsewhere[site.name, host] < _MAX_LEADS

    def _is_excluded(self, url: str, site: Site) -> bool:
        if not site.owns(url):
            return False
        owners: SiteOwners | Any = getattr(self._crawler.spider, "owners", None)
        owner = owners.find_owner(url, site) if isinstance(owners, SiteOwners) else site
        return owner is None or not owner.includes(url)


def _get_host(url: str) -> str:
    return urlsplit(url).netloc.removeprefix("www.")
