"""What a user may say behind `-a`, checked before anything is asked of a site."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from scrapy.settings import BaseSettings

from cleaning.errors import BadArgument, SitesError
from crawler.sites import Site, find_site, load_sites, site_from_url


@dataclass(frozen=True, slots=True)
class Plan:
    """Which sites to crawl, how many articles of each, and from which day on."""

    sites: tuple[Site, ...]
    since: datetime | None = None


def crawl_plan(
    settings: BaseSettings,
    *,
    url: str | None = None,
    site: str | None = None,
    limit: str | None = None,
    since: str | None = None,
) -> Plan:
    """The plan that the arguments of `scrapy crawl articles` make; a `UsageError` for one that cannot be meant."""
    if url and site:
        raise BadArgument("give either -a url= or -a site=, not both")
    if url:
        sites = [site_from_url(address) for address in url.split()]
    else:
        path = Path(settings["SITES_FILE"])
        sites = load_sites(path)
        if not sites:
            raise SitesError(
                "lists no site; write one as a table [[site]] with name and url, or crawl one by -a url=",
                path=str(path),
            )
        if site:
            sites = [find_site(sites, site)]
    most = _limit(limit)
    if most is not None:
        sites = [replace(site, limit=most) for site in sites]
    return Plan(tuple({site.name: site for site in sites}.values()), _since(since))


def _limit(limit: str | None) -> int | None:
    if limit is None:
        return None
    if not limit.isdecimal() or int(limit) < 1:
        raise BadArgument(f"-a limit= takes a number of articles from 1, not {limit!r}")
    return int(limit)


def _since(since: str | None) -> datetime | None:
    if since is None:
        return None
    try:
        return datetime.strptime(since, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError as error:
        raise BadArgument(f"-a since= takes a day as YYYY-MM-DD, not {since!r}") from error
