"""Find the site that an address belongs to, for a command that runs outside a crawl."""

from __future__ import annotations

from pathlib import Path

from scrapy.settings import BaseSettings

from crawler.sites.owners import SiteOwners
from crawler.sites.site import Site, make_site
from crawler.sites.sites_file import load_sites


def find_site_of(url: str, settings: BaseSettings) -> Site:
    """Return the site of `sites.toml` that owns `url`, else a site made from `url`.

    A missing `sites.toml` counts as empty. Raise BadAddress if `url` is no http(s) address.
    """
    own = make_site(url)
    path = Path(settings["SITES_FILE"])
    listed = load_sites(path) if path.is_file() else []
    return SiteOwners(listed).find_by_address(own.url) or own
