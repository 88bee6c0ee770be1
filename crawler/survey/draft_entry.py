"""Drafts the entry of a site for sites.toml: what a crawl needs to be told, and nothing that it finds by itself."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from babel.core import get_global
from courlan import extract_domain

from crawler.sites.home_origin import HomeOrigins
from crawler.sites.time_zones import get_time_zone
from crawler.survey.judge_survey import find_feed_elsewhere
from crawler.survey.list_guesses import choose_extra_lists

if TYPE_CHECKING:
    from crawler.survey.run_survey import SiteSurvey

Value = str | float | bool | list[str]
_MOST = 0.8  # of the articles in one language make it the site's


@dataclass(frozen=True, slots=True)
class EntryDraft:
    """The table [[site]] to be written: its keys in order, and lines of comment above it."""

    values: dict[str, Value]
    comments: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return str(self.values["name"])

    @property
    def url(self) -> str:
        return str(self.values["url"])


def draft_entry(
    survey: SiteSurvey,
    *,
    language: str | None = None,
    problem: str | None = None,
    browser: str | bool | None = None,
) -> EntryDraft:
    """Return the entry of a surveyed site. `language` is what the operator says; `problem` becomes a comment."""
    site = survey.site
    values: dict[str, Value] = {"name": site.name, "url": _find_home(survey)}
    lists = choose_extra_lists(survey)
    feeds = [shorten_address(one.answered_by, site.url) for one in lists if one.kind == "feed"]
    sitemaps = [shorten_address(one.answered_by, site.url) for one in lists if one.kind != "feed"]
    if feeds:
        values["feeds"] = feeds
    if sitemaps:
        values["sitemaps"] = sitemaps
    comments = []
    if (host := find_feed_elsewhere(survey)) is not None:
        if _is_same_house(host, site.url):
            values["hosts"] = [host]
        else:
            comments.append(f'its feed lists articles on {host}; if that is its own: hosts = ["{host}"]')
    if site.include:
        values["include"] = list(site.include)
    if (code := language or _find_unstated_language(survey)) is not None:
        values["language"] = code
    if (zone := _find_zone(survey, code)) is not None:
        values["timezone"] = zone
    if survey.documents.robots_delay is not None and survey.documents.robots_delay > 1:
        delay = survey.documents.robots_delay
        values["delay"] = int(delay) if delay.is_integer() else delay
    if browser is not None:
        values["browser"] = browser
    articles, pages = len(survey.articles), len(survey.sample)
    told = problem or f"{articles} of {pages} pages were articles"
    return EntryDraft(values, (f"added on {datetime.now(UTC):%Y-%m-%d}: {told}", *comments))


def _find_home(survey: SiteSurvey) -> str:
    """Return the front page as the site writes it: https, with or without www."""
    seen = survey.documents.lists.get(survey.site.url)
    origins = HomeOrigins()
    if seen is not None:
        origins.learn(survey.site.url, seen.answered_by)
    return origins.rewrite(survey.site.url)


def shorten_address(url: str, home: str) -> str:
    """Return an address as an entry with the front page `home` may write it: on its own host as a path."""
    own, parts = urlsplit(home), urlsplit(url)
    is_own = (own.scheme, own.netloc) == (parts.scheme, parts.netloc)
    return url.removeprefix(f"{parts.scheme}://{parts.netloc}") if is_own else url


def _is_same_house(host: str, home: str) -> bool:
    """Return whether two hosts are of one house by their names: paper.com and paper.co.uk."""
    names = [(extract_domain(url) or "").partition(".")[0] for url in (f"https://{host}/", home)]
    return bool(names[0]) and names[0] == names[1]


def _find_unstated_language(survey: SiteSurvey) -> str | None:
    """Return the language of the articles, if most of their pages do not state it."""
    signs = [survey.documents.pages.get(page.url) for page in survey.articles]
    if not signs or 2 * sum(1 for one in signs if one is not None and one.language) >= len(signs):
        return None
    language, number = Counter(page.language for page in survey.articles).most_common(1)[0]
    return language if number >= _MOST * len(signs) and language not in ("", "und") else None


def _find_zone(survey: SiteSurvey, language: str | None) -> str | None:
    """Return the zone of the country of the language, if the domain names none and the times in the feeds fit it."""
    if get_time_zone(survey.site) is not None:
        return None
    stated = [one for one in survey.documents.lists.values() if one.offset is not None and one.newest is not None]
    spoken = language or next((page.language for page in survey.articles), "")
    likely = get_global("likely_subtags").get(spoken.partition("-")[0], "").rpartition("_")[2]
    zone = get_time_zone(replace(survey.site, language=f"{spoken.partition('-')[0]}-{likely}")) if likely else None
    if not stated or zone is None:
        return None
    fits = all(zone.utcoffset(one.newest.replace(tzinfo=None)) == one.offset for one in stated if one.newest)
    return str(zone) if fits else None
