"""Reads a list that a site sent: what it is, how many articles it names, of which days, and which other lists."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from crawler.discovery.discover import discover
from crawler.discovery.documents import DocumentKind, decompress, detect_kind
from crawler.discovery.feeds import read_feed
from crawler.sites.time_zones import find_stated_offset
from storage.frontier.addresses import AddressKind

if TYPE_CHECKING:
    from crawler.sites.owners import SiteOwners
    from crawler.sites.site import Site
    from storage.frontier.addresses import Lease

_DAY = timedelta(days=1)
_MAX_TOLD = 1_000  # a day: more is the clock of a list that dates everything now
_MAX_KEPT = 200  # articles of a list: a survey of 500 sites reads thousands of sitemaps
_NAMES = {
    DocumentKind.FEED: "feed",
    DocumentKind.JSON_FEED: "feed",
    DocumentKind.SITEMAP: "sitemap",
    DocumentKind.TEXT_SITEMAP: "sitemap",
    DocumentKind.HTML: "page",
}


@dataclass(frozen=True, slots=True)
class SeenList:
    """A feed, a sitemap or a page of links that answered. All addresses are canonical."""

    url: str  # that was asked
    answered_by: str  # after redirects
    asked_as: AddressKind
    depth: int
    kind: str  # by its content: "feed", "news sitemap", "sitemap", "sitemap index" or "page"; "" for anything else
    number: int  # of articles that the crawl would ask for
    articles: frozenset[str]  # the newest of them
    newest: datetime | None = None  # of their dates
    oldest: datetime | None = None
    dated: int = 0
    lists: frozenset[str] = frozenset()  # feeds and sitemaps that it names
    sections: tuple[str, ...] = ()
    problem: str | None = None  # as discovery names it: "bad-feed", "empty-sitemap" ...
    excluded: int = 0  # articles that `include` and `exclude` leave out
    entries_elsewhere: int = 0  # entries on `other_host`
    other_host: str | None = None  # the host of no site on which most of a feed's other entries are
    offset: timedelta | None = None  # of the times that it states

    @property
    def is_usable(self) -> bool:
        """Whether it is a feed or a sitemap that names articles, or other sitemaps."""
        return self.kind not in ("", "page") and self.problem is None and bool(self.articles or self.lists)

    @property
    def articles_a_day(self) -> float | None:
        """How many articles it names a day, by the dates of all; None where these do not tell."""
        if self.newest is None or self.oldest is None or self.dated < 2 or self.newest == self.oldest:
            return None
        rate = (self.dated - 1) / ((self.newest - self.oldest) / _DAY)
        return rate if rate <= _MAX_TOLD else None


def read_list(lease: Lease, site: Site, owners: SiteOwners, url: str, body: bytes, content_type: str) -> SeenList:
    """Return what stands in the answer to a lease of a list. Blocking: the largest sitemaps take seconds."""
    found = discover(
        site, lease.kind, lease.depth, url, body, content_type=content_type, owners=owners, tries_other_hosts=False
    )
    content, _ = decompress(body)
    detected = detect_kind(content)
    kind = "" if detected is None else _NAMES[detected]
    articles = [offer for offer in found.offers if offer.kind is AddressKind.ARTICLE]
    lists = frozenset(
        offer.url for offer in (*found.offers, *found.later) if offer.kind in (AddressKind.FEED, AddressKind.SITEMAP)
    )
    if kind == "sitemap" and any(offer.source == "news-sitemap" for offer in articles):
        kind = "news sitemap"
    elif kind == "sitemap" and lists and not articles:
        kind = "sitemap index"
    dates = [offer.changed_at for offer in articles if offer.changed_at is not None]
    host, number = find_other_host(found.other_hosts) if kind == "feed" else (None, 0)
    total = len(read_feed(content, url, content_type=content_type, home=site.url).entries) if host else 0
    return SeenList(
        url=lease.url,
        answered_by=url,
        asked_as=lease.kind,
        depth=lease.depth,
        kind=kind,
        number=len(articles),
        articles=frozenset(offer.url for offer in articles[:_MAX_KEPT]),
        newest=max(dates, default=None),
        oldest=min(dates, default=None),
        dated=len(dates),
        lists=lists,
        sections=tuple(offer.url for offer in found.offers if offer.kind is AddressKind.SECTION),
        problem=found.problem,
        excluded=found.refused["excluded"],
        entries_elsewhere=number,
        other_host=host if 2 * number >= total else None,  # as the crawl believes it
        offset=find_stated_offset(body) if kind not in ("", "page") else None,
    )


def find_other_host(hosts: Counter[str]) -> tuple[str | None, int]:
    """Return the host with most entries, and their number."""
    return next(((host, number) for host, number in hosts.most_common(1) if number > 0), (None, 0))
