"""Parses the `-a` arguments of `scrapy crawl articles` into a crawl plan, before any request is sent."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from scrapy.settings import BaseSettings

from cleaning.errors import BadArgument, SitesError
from crawler.refetching.release_reader import ReleaseReader
from crawler.sites.site import Site, find_site, make_site
from crawler.sites.sites_file import load_sites

_EARLIEST_ZONE = timedelta(hours=14)  # where a day begins first: so far ahead of UTC


@dataclass(frozen=True, slots=True)
class CrawlPlan:
    """The sites to crawl, each with its limit. With a `release`, only its articles are fetched, again."""

    sites: tuple[Site, ...]
    all_sites: tuple[Site, ...] = ()  # of sites.toml, also those that are not crawled: addresses may belong to them
    since: date | None = None  # articles of earlier days are left for another run
    release: ReleaseReader | None = None


def plan_crawl(
    settings: BaseSettings,
    *,
    url: str | None = None,
    site: str | None = None,
    limit: str | None = None,
    since: str | None = None,
    release: str | None = None,
) -> CrawlPlan:
    """Return the plan for these arguments. Raise a `UsageError` for wrong ones.

    This does not verify that a release is complete; `Release.check` does.
    """
    if release is not None:
        return _plan_release(settings, release, url=url, site=site, limit=limit, since=since)
    if url is not None and site is not None:
        raise BadArgument("give either -a url= or -a site=, not both")
    if url is not None:
        if not url.strip():
            raise BadArgument("-a url= is empty; give the address of a site, or leave it out to crawl sites.toml")
        sites = listed = [make_site(address) for address in url.split()]
    else:
        path = Path(settings["SITES_FILE"])
        sites = listed = load_sites(path)
        if not sites:
            raise SitesError(
                "lists no site; add a table [[site]] with name and url, or crawl a site with -a url=",
                path=str(path),
            )
        if site is not None:
            sites = [find_site(sites, site)]
    max_articles = _parse_limit(limit)
    if max_articles is not None:
        sites = [replace(one, limit=max_articles) for one in sites]
    for number, one in enumerate(sites):
        if any(one.name == other.name for other in sites[:number]):
            raise BadArgument(
                f"two addresses are on one host ({one.name}); write them as sections of one site in sites.toml"
            )
    return CrawlPlan(tuple(sites), tuple(listed), _parse_since(since))


def _plan_release(
    settings: BaseSettings, folder: str, *, url: str | None, site: str | None, limit: str | None, since: str | None
) -> CrawlPlan:
    for name, value in (("url", url), ("since", since)):
        if value is not None:
            raise BadArgument(f"give either -a release= or -a {name}=, not both: a release lists its articles itself")
    if not folder.strip():
        raise BadArgument("-a release= is empty; give the folder of a release")
    max_articles = _parse_limit(limit)
    path = Path(settings["SITES_FILE"])
    released = ReleaseReader(Path(folder), site)
    sites = released.make_sites(load_sites(path) if path.is_file() else [])
    return CrawlPlan(tuple(replace(one, limit=max_articles) for one in sites), release=released)


def _parse_limit(limit: str | None) -> int | None:
    if limit is None:
        return None
    if not limit.isdecimal() or len(limit) > 9 or int(limit) < 1:
        raise BadArgument(f"-a limit= must be a whole number of at least 1, got {limit!r}")
    return int(limit)


def _parse_since(since: str | None) -> date | None:
    if since is None:
        return None
    try:
        day = datetime.strptime(since, "%Y-%m-%d").replace(tzinfo=UTC).date()
    except ValueError as error:
        raise BadArgument(f"-a since= must be a date as YYYY-MM-DD, got {since!r}") from error
    if day > (datetime.now(UTC) + _EARLIEST_ZONE).date():
        raise BadArgument(f"-a since= must be a date in the past, got {since}")
    return day
