"""Names the site of a request that a spider of the user made: one without a lease of the frontier."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

from scrapy.crawler import Crawler
from scrapy.settings import BaseSettings

from crawler.run.counts import counts_of
from crawler.run.once import once_per_crawler
from crawler.sites.owners import SiteOwners
from crawler.sites.site import Site, make_site
from crawler.sites.site_entry import explain_bad_site_name
from crawler.sites.sites_file import load_sites


class SpiderSites:
    """The sites of a crawl by a spider that asks no frontier.

    A request belongs to the site that the spider's attribute `site` names, else to the site of sites.toml that owns its
    host, else to the entry of `allowed_domains` that its host is in, else to a site named after its host. Where a page
    of the host is yielded under another name (`page_item(response, site=...)`), the first such name is the host's: what
    was counted before counts under it, too.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._counts = counts_of(crawler)
        self._listed = load_listed_sites(crawler.settings)
        self._owners = SiteOwners(self._listed)
        self._by_name = {site.name: site for site in self._listed}
        self._names: dict[str, str] = {}  # by host and port: the name under which its pages are yielded

    def find_site(self, url: str) -> Site:
        """Return the site that a request to `url` belongs to. It owns the URL. Raise BadAddress for no http(s) URL."""
        own = make_site(url)  # the front page of its host stands for the site
        stated = self._get_stated() or self._names.get(_get_host(url))
        if stated is not None:
            return self._name(own, str(stated))
        first = next((site for site in self._listed if site.owns(url)), None)
        if first is not None:
            return self._owners.find_owner(url, first) or first
        return replace(own, name=self._find_domain(url) or own.name)

    def assign_page(self, url: str, name: str | None) -> str:
        """Return the site of a page that was fetched from `url` and yielded under `name` (None: not named)."""
        site = self.find_site(url)
        if name is None or name == site.name:
            return site.name
        host = _get_host(url)
        if self._get_stated() is None and site.name not in self._by_name and host not in self._names:
            self._names[host] = name
            self._counts.move(site.name, name)
        return name

    def get_listed(self, name: str) -> Site | None:
        """Return the site of sites.toml with this name."""
        return self._by_name.get(name)

    def find_problem(self) -> str | None:
        """Return in one line what is wrong with the spider's attribute `site`; None if it has none, or a good one."""
        stated = self._get_stated()
        problem = None if stated is None else explain_bad_site_name(stated)
        return problem and f"the spider's attribute 'site' {problem}"

    def _get_stated(self) -> object:
        return getattr(self._crawler.spider, "site", None)

    def _name(self, own: Site, name: str) -> Site:
        """Return the site `name` for a URL: as sites.toml has it, if it owns the URL, else with its manners alone.

        The cookies of an entry are for the hosts of the entry.
        """
        listed = self._by_name.get(name)
        if listed is None:
            return replace(own, name=name)
        if listed.owns(own.url):
            return listed
        return replace(own, name=name, delay=listed.delay, language=listed.language)

    def _find_domain(self, url: str) -> str | None:
        host = urlsplit(url).hostname or ""
        domains: Iterable[str] = getattr(self._crawler.spider, "allowed_domains", None) or ()
        names = (str(domain).lower() for domain in domains if domain)
        within = [name for name in names if host == name or host.endswith(f".{name}")]
        found = max(within, key=len, default=None)
        return found if found is not None and explain_bad_site_name(found) is None else None


def load_listed_sites(settings: BaseSettings) -> list[Site]:
    """Return the sites of SITES_FILE; none where there is no such file. Raise SitesError if it cannot be read."""
    path = Path(settings["SITES_FILE"])
    return load_sites(path) if path.is_file() else []


def find_site_of(url: str, settings: BaseSettings) -> Site:
    """Return the site of SITES_FILE that `url` belongs to, else a site made from `url`.

    Raise BadAddress if `url` is no http(s) address.
    """
    own = make_site(url)
    return SiteOwners(load_listed_sites(settings)).find_by_address(own.url) or own


def _get_host(url: str) -> str:
    return urlsplit(url).netloc.lower()


spider_sites_of = once_per_crawler(SpiderSites)
