"""Where a site may have feeds and sitemaps that it does not name, and which lists a crawl would find by itself."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from cleaning.page.canonical import to_canonical_url
from crawler.discovery.seeds import make_usual_path_offers
from crawler.survey.edition_folder import get_edition_folder
from storage.frontier.addresses import AddressKind, Offer

if TYPE_CHECKING:
    from crawler.sites.site import Site
    from crawler.survey.read_list import SeenList
    from crawler.survey.run_survey import SiteSurvey

# Beside the usual paths of the crawl, which asks for these every night: a survey asks once.
_MORE_FEEDS = ("/feed", "/rss/")
_MORE_SITEMAPS = ("/sitemap_news.xml", "/news_sitemap.xml", "/sitemap-index.xml", "/googlenews.xml")
_OF_EDITION_FEEDS = ("/feed/", "/rss", "/rss.xml", "/feed.xml")
_OF_EDITION_SITEMAPS = ("/sitemap.xml", "/news-sitemap.xml")


def make_list_guesses(site: Site) -> list[Offer]:
    """Return offers of feeds and sitemaps that a site may have: at its root, and in the folder of its edition."""
    usual = make_usual_path_offers(site, feed=True, sitemap=True)
    folder = get_edition_folder(site.url)
    feeds = [one.url for one in usual if one.kind is AddressKind.FEED] + [*_MORE_FEEDS]
    sitemaps = [one.url for one in usual if one.kind is AddressKind.SITEMAP] + [*_MORE_SITEMAPS]
    if folder:
        feeds = [f"{folder}{path}" for path in _OF_EDITION_FEEDS] + feeds
        sitemaps = [f"{folder}{path}" for path in _OF_EDITION_SITEMAPS] + sitemaps
    # Dated now, so that they are asked for before the many sitemaps of an index.
    moment = datetime.now(UTC)
    return [
        Offer(url, kind, moment, source="entry")
        for kind, paths in ((AddressKind.FEED, feeds), (AddressKind.SITEMAP, sitemaps))
        for url in dict.fromkeys(to_canonical_url(path, site.url) for path in paths)
        if url is not None
    ]


def find_named_lists(survey: SiteSurvey) -> set[str]:
    """Return the addresses of lists that a crawl of the bare address finds: named by the front page, or robots.txt."""
    lists = survey.documents.lists
    robots = (to_canonical_url(one, survey.site.url) for one in survey.documents.robots_sitemaps)
    named = {survey.site.url, *(url for url in robots if url is not None)}
    waiting = list(named)
    while waiting:
        seen = lists.get(waiting.pop())
        if seen is not None:
            new = ({seen.answered_by} | seen.lists) - named
            named |= new
            waiting += new
    return named


def choose_extra_lists(survey: SiteSurvey) -> list[SeenList]:
    """Return the feeds and sitemaps that a crawl would not find by itself, and that tell it more.

    A list that names the same articles as another of its kind, or that redirects to one, tells nothing more.
    """
    named = find_named_lists(survey)
    asked = set(survey.site.feeds + survey.site.sitemaps) | {one.url for one in make_list_guesses(survey.site)}
    chosen: list[SeenList] = []
    others = [seen for seen in survey.documents.lists.values() if seen.url in named and seen.is_usable]
    # The folder of an edition before the root, the shorter address before the longer.
    for seen in sorted(survey.documents.lists.values(), key=_rank_list):
        is_new = seen.url in asked and seen.url not in named and seen.answered_by not in named
        if is_new and seen.is_usable and not any(_tells_no_more(seen, other) for other in (*others, *chosen)):
            chosen.append(seen)
    return chosen


def _rank_list(seen: SeenList) -> tuple[int, int, int, str]:
    kinds = ("feed", "news sitemap", "sitemap index", "sitemap")
    kind = kinds.index(seen.kind) if seen.kind in kinds else len(kinds)
    return kind, -seen.number, len(urlsplit(seen.url).path), seen.url


def _tells_no_more(seen: SeenList, other: SeenList) -> bool:
    if seen.answered_by == other.answered_by:
        return True
    if seen.kind == "sitemap index":
        return seen.lists <= other.lists
    # A news sitemap has headlines, and a sitemap more than its two days: neither stands for the other.
    return seen.kind == other.kind and not seen.lists and seen.articles <= other.articles
