"""Which site an address belongs to, for a command that has no crawl around it."""

from __future__ import annotations

from pathlib import Path

from scrapy.settings import BaseSettings

from crawler.sites import Site, load_sites, site_from_url


def site_of(url: str, settings: BaseSettings) -> Site:
    """The site of `sites.toml` that owns the address, else one made of the address; BadAddress where it is none."""
    own = site_from_url(url)
    path = Path(settings["SITES_FILE"])
    listed = load_sites(path) if path.is_file() else []
    return next((site for site in listed if site.owns(own.url)), own)
