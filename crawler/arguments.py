"""What a user may say behind `-a`, checked before anything is asked of a site."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from math import isfinite, nan
from pathlib import Path

from scrapy.settings import BaseSettings

from cleaning.errors import BadArgument, SitesError
from cleaning.workers import LEAST_MEMORY
from crawler.guard.networks import allowed_networks
from crawler.refetching.released import Release
from crawler.sites import Site, find_site, load_sites, site_from_url


@dataclass(frozen=True, slots=True)
class Plan:
    """Which sites to crawl, how many articles of each, and from which day on; with a `release` its articles alone."""

    sites: tuple[Site, ...]
    since: datetime | None = None
    release: Release | None = None


def crawl_plan(
    settings: BaseSettings,
    *,
    url: str | None = None,
    site: str | None = None,
    limit: str | None = None,
    since: str | None = None,
    release: str | None = None,
) -> Plan:
    """The plan that the arguments of `scrapy crawl articles` make; a `UsageError` for one that cannot be meant.

    Whether a release is whole is not looked at: that is its `check`.
    """
    if release is not None:
        return _release_plan(settings, release, url=url, site=site, limit=limit, since=since)
    if url is not None and site is not None:
        raise BadArgument("give either -a url= or -a site=, not both")
    if url is not None:
        if not url.strip():
            raise BadArgument("-a url= is empty; give the address of a site, or leave it out for those of sites.toml")
        sites = [site_from_url(address) for address in url.split()]
    else:
        path = Path(settings["SITES_FILE"])
        sites = load_sites(path)
        if not sites:
            raise SitesError(
                "lists no site; write one as a table [[site]] with name and url, or crawl one by -a url=",
                path=str(path),
            )
        if site is not None:
            sites = [find_site(sites, site)]
    most = _limit(limit)
    if most is not None:
        sites = [replace(site, limit=most) for site in sites]
    for number, one in enumerate(sites):
        if any(one.name == other.name for other in sites[:number]):
            raise BadArgument(
                f"two addresses of one host ({one.name}) are one site; write them as sections of sites.toml"
            )
    return Plan(tuple(sites), _since(since))


def _release_plan(
    settings: BaseSettings, folder: str, *, url: str | None, site: str | None, limit: str | None, since: str | None
) -> Plan:
    for name, value in (("url", url), ("since", since)):
        if value is not None:
            raise BadArgument(f"give either -a release= or -a {name}=, not both: a release names its articles itself")
    if not folder.strip():
        raise BadArgument("-a release= is empty; give the folder of a release")
    most = _limit(limit)
    path = Path(settings["SITES_FILE"])
    released = Release(Path(folder), site)
    sites = released.sites(load_sites(path) if path.is_file() else [])
    return Plan(tuple(replace(one, limit=most) for one in sites), release=released)


def _limit(limit: str | None) -> int | None:
    if limit is None:
        return None
    if not limit.isdecimal() or len(limit) > 9 or int(limit) < 1:
        raise BadArgument(f"-a limit= takes a number of articles from 1, not {limit!r}")
    return int(limit)


def _since(since: str | None) -> datetime | None:
    if since is None:
        return None
    try:
        day = datetime.strptime(since, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError as error:
        raise BadArgument(f"-a since= takes a day as YYYY-MM-DD, not {since!r}") from error
    if day > datetime.now(UTC):
        raise BadArgument(f"-a since= takes a day that has been, not {since}")
    return day


def check_settings(settings: BaseSettings) -> None:
    """Raises a `BadArgument` for a setting of ours that cannot be meant, before it ends in a traceback or a hang."""
    for name, least in _LEAST.items():
        values = settings.getlist(name) if name in _LISTS else [settings.get(name)]
        for value in values:
            try:
                number = float(value)
            except (TypeError, ValueError):
                number = nan
            if not (isfinite(number) and number >= least):
                raise BadArgument(f"the setting {name} takes a number from {least}, not {value!r}")
    allowed_networks(settings)
    if 0 < settings.getint("CLEANING_MEMORY") < LEAST_MEMORY:
        raise BadArgument(f"the setting CLEANING_MEMORY takes 0 or a number from {LEAST_MEMORY}: a child needs so much")


# The least that a number among our settings may be.
_LEAST = {
    "BARREN_PAGES": 0,
    "BREAKER_FAILURES": 1,
    "BREAKER_PAUSES": 0,
    "CLEANING_DEADLINE": 1,
    "CLEANING_MEMORY": 0,
    "CLEANING_PROCESSES": 0,
    "CRAWL_DELAY_MAX": 0,
    "DISK_INTERVAL": 0.1,
    "DISK_LEAST": 0,
    "LEASES_PER_SITE": 1,
    "LISTS_PER_SITE": 1,
    "MEMORY_SAMPLE": 1,
    "MEMORY_WINDOW": 1,
    "PAGES_PER_HOST": 0,
    "PROGRESS_INTERVAL": 0.1,
    "REPLAY_AT_ONCE": 1,
    "RETRY_AFTER_MAX": 0,
    "RETRY_PAUSES": 0,
    "ROBOTS_PAUSE": 0,
    "STORAGE_PATIENCE": 0,
}
_LISTS = {"BREAKER_PAUSES", "RETRY_PAUSES"}
