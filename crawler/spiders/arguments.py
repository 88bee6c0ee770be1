"""Parses the arguments of the spider 'articles' into a crawl plan, before any request is sent.

At the command line each is a text (`-a limit=5`). From Python it may also be what it means: a number, a day, a path, a
list of names (`process.crawl("articles", limit=5, site=["a", "b"])`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from os import PathLike, fspath
from pathlib import Path
from typing import Any

from scrapy.settings import BaseSettings

from cleaning.errors import BadAddress, BadArgument, SitesError
from cleaning.page.canonical import to_canonical_url
from crawler.refetching.release_reader import ReleaseReader
from crawler.run.spider_sites import find_site_of
from crawler.sites.site import Site, explain_bad_address, find_site, make_site
from crawler.sites.sites_file import load_sites

ARGUMENT_NAMES = ("article", "limit", "release", "since", "site", "url")
_EARLIEST_ZONE = timedelta(hours=14)  # where a day begins first: so far ahead of UTC


@dataclass(frozen=True, slots=True)
class CrawlPlan:
    """The sites to crawl, each with its limit. With `release` or `article` only what these name is fetched, again."""

    sites: tuple[Site, ...]
    all_sites: tuple[Site, ...] = ()  # of sites.toml, also those that are not crawled: addresses may belong to them
    since: date | None = None  # articles of earlier days are left for another run
    release: ReleaseReader | None = None
    article: str | None = None  # a canonical URL
    is_narrowed: bool = False  # by an argument: less is asked for than the sites list
    is_whole: bool = False  # all sites of sites.toml are crawled
    is_of_some: bool = False  # some sites of sites.toml are crawled


def plan_crawl(settings: BaseSettings, **arguments: Any) -> CrawlPlan:
    """Return the plan for these arguments. Raise a `UsageError` for wrong ones.

    This does not verify that a release is complete; `Release.check` does.
    """
    given = {name: value for name, value in arguments.items() if value is not None}
    if unknown := sorted(given.keys() - set(ARGUMENT_NAMES)):
        raise BadArgument(f"unknown argument {unknown[0]!r} of 'articles'; choose from: {', '.join(ARGUMENT_NAMES)}")
    if "article" in given:
        return _plan_article(settings, **given)
    if "release" in given:
        return _plan_release(settings, **given)
    return _plan_sites(settings, **given)


def _plan_sites(
    settings: BaseSettings, *, url: Any = None, site: Any = None, limit: Any = None, since: Any = None
) -> CrawlPlan:
    if url is not None and site is not None:
        raise BadArgument("give either -a url= or -a site=, not both")
    if url is not None:
        addresses = [word for text in _parse_texts("url", url) for word in text.split()]
        if not addresses:
            raise BadArgument("-a url= is empty; give the address of a site, or leave it out to crawl sites.toml")
        sites = listed = [make_site(address) for address in addresses]
    else:
        path = Path(settings["SITES_FILE"])
        sites = listed = load_sites(path)
        if not sites:
            raise SitesError(
                "lists no site; scrapy sites add URL adds one, or write a table [[site]] with name and url",
                path=str(path),
            )
        if site is not None:
            sites = _choose_sites(sites, site)
    max_articles = _parse_limit(limit)
    if max_articles is not None:
        sites = [replace(one, limit=max_articles) for one in sites]
    for number, one in enumerate(sites):
        if any(one.name == other.name for other in sites[:number]):
            raise BadArgument(
                f"two addresses are on one host ({one.name}); write them as sections of one site in sites.toml"
            )
    day = _parse_since(since)
    is_narrowed = max_articles is not None or day is not None
    whole, some = url is None and site is None, site is not None
    return CrawlPlan(tuple(sites), tuple(listed), day, is_narrowed=is_narrowed, is_whole=whole, is_of_some=some)


def _choose_sites(listed: list[Site], names: Any) -> list[Site]:
    """Return the sites that `-a site=a,b` names, each once, in the order of the list."""
    wanted = [name for text in _parse_texts("site", names) for name in text.split(",") if name.strip()]
    if not wanted:
        raise BadArgument("-a site= is empty; give the name of a site, or leave it out to crawl all of sites.toml")
    chosen = [find_site(listed, name) for name in wanted]
    return [site for site in listed if site in chosen]


def _plan_article(settings: BaseSettings, *, article: Any, **others: Any) -> CrawlPlan:
    """Return the plan to fetch one article, of the site of sites.toml that owns it, else of a site made from it."""
    for name in others:
        raise BadArgument(f"give either -a article= or -a {name}=, not both: an article is fetched alone")
    url = to_canonical_url(article) if isinstance(article, str) else None
    if url is None:
        raise BadAddress(f"-a article=: {explain_bad_address(str(article))}")
    return CrawlPlan((find_site_of(url, settings),), article=url, is_narrowed=True)


def _plan_release(
    settings: BaseSettings, *, release: Any, site: Any = None, limit: Any = None, **others: Any
) -> CrawlPlan:
    for name in others:
        raise BadArgument(f"give either -a release= or -a {name}=, not both: a release lists its articles itself")
    if not isinstance(release, str | PathLike) or not str(fspath(release)).strip():
        raise BadArgument("-a release= is empty; give the folder of a release")
    if site is not None and not isinstance(site, str):
        raise BadArgument(f"-a site= must be the name of one site of the release, got {site!r}")
    max_articles = _parse_limit(limit)
    path = Path(settings["SITES_FILE"])
    released = ReleaseReader(Path(release), site)
    sites = released.make_sites(load_sites(path) if path.is_file() else [])
    return CrawlPlan(tuple(replace(one, limit=max_articles) for one in sites), release=released, is_narrowed=True)


def _parse_texts(name: str, value: Any) -> list[str]:
    """Return a text, or the texts of a list, as a list."""
    texts = list(value) if isinstance(value, Iterable) and not isinstance(value, str | bytes) else [value]
    for text in texts:
        if not isinstance(text, str):
            raise BadArgument(f"-a {name}= must be a text or a list of texts, got {value!r}")
    return texts


def _parse_limit(limit: Any) -> int | None:
    if limit is None:
        return None
    text = str(limit)
    is_number = isinstance(limit, str | int) and not isinstance(limit, bool) and text.isdecimal() and len(text) <= 9
    if not is_number or int(text) < 1:
        raise BadArgument(f"-a limit= must be a whole number of at least 1, got {limit!r}")
    return int(text)


def _parse_since(since: Any) -> date | None:
    if since is None:
        return None
    if isinstance(since, datetime):
        day = since.date()
    elif isinstance(since, date):
        day = since
    else:
        try:
            day = datetime.strptime(since, "%Y-%m-%d").replace(tzinfo=UTC).date()
        except (ValueError, TypeError) as error:
            raise BadArgument(f"-a since= must be a date as YYYY-MM-DD, got {since!r}") from error
    if day > (datetime.now(UTC) + _EARLIEST_ZONE).date():
        raise BadArgument(f"-a since= must be a date in the past, got {since}")
    return day
