"""Where article addresses come from: feeds, sitemaps, news sitemaps, section pages. Pure: what was fetched comes in.

seeds(site) -> offers -> (fetched elsewhere) -> discover(...) -> more offers, articles among them
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from w3lib.encoding import html_to_unicode

from cleaning.canonical import canonical_url
from cleaning.headlines import index_key
from crawler.discovery.addresses import judge_address
from crawler.discovery.documents import DocumentKind, kind_of, unpacked
from crawler.discovery.feeds import read_feed
from crawler.discovery.sections import read_section
from crawler.discovery.seeds import robots_sitemaps, seeds, usual_paths
from crawler.discovery.shape import path_date
from crawler.discovery.sitemaps import read_sitemap
from storage.addresses import AddressKind, Headline, Offer, best_headline

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from crawler.discovery.documents import Reading
    from crawler.discovery.sections import MayFollow, PageLinks
    from crawler.sites import Site

__all__ = ["Discovery", "discover", "judge_address", "robots_sitemaps", "seeds", "usual_paths"]

DEEPEST_SITEMAP = 3  # indexes within indexes
DEEPEST_SECTION = 1  # sections come from the front page and from the entry, never from each other
DEEPEST_PAGE = 10  # pages of one list, followed by rel=next
MOST_SECTIONS = 30  # a page


@dataclass(slots=True)
class Discovery:
    """What one document gave. `offers` are canonical, distinct and allowed by the site, articles newest first.

    `refused` counts the addresses that were not offered, by reason. `problem` says what was wrong with the document:
    "bad-feed" or "bad-sitemap" (it is none; if it is a page, its links were read), "bomb" (over the limit, cut there).
    """

    offers: list[Offer] = field(default_factory=list)
    refused: Counter[str] = field(default_factory=Counter)
    problem: str | None = None


def discover(
    site: Site,
    kind: AddressKind,
    depth: int,
    url: str,
    body: bytes,
    *,
    html: str | None = None,
    content_type: str = "",
    may_follow: MayFollow = lambda _: True,
) -> Discovery:
    """Read one fetched document and offer what it lists.

    `kind` and `depth` are those of the offer that led to it, `url` is where it came from in the end, `html` its text
    where that is decoded already, `may_follow` says of a page's tree whether its links may be followed. A document is
    read as what it is, whatever was expected: a sitemap address may answer with a feed, a feed address with a page.
    Never raises, never fetches; takes up to seconds for the largest sitemaps.
    """
    finds = _Finds(site, url, depth)
    content, is_cut = unpacked(body)
    is_list = True
    match kind_of(content):
        case DocumentKind.SITEMAP | DocumentKind.TEXT_SITEMAP:
            _take_sitemap(finds, read_sitemap(content))
        case DocumentKind.FEED | DocumentKind.JSON_FEED:
            reading = read_feed(content, url)
            finds.articles(reading, "feed")
            is_list = reading.problem is None
        case what:
            is_list = False
            if what is DocumentKind.HTML or kind is AddressKind.SECTION:
                text = html if html is not None else html_to_unicode(content_type, content)[1]
                _take_page(finds, read_section(text, url, may_follow))
    if is_cut:
        finds.discovery.problem = "bomb"
    elif not is_list and kind in (AddressKind.FEED, AddressKind.SITEMAP):
        finds.discovery.problem = f"bad-{kind}"
    return finds.discovery


def _take_sitemap(finds: _Finds, reading: Reading) -> None:
    source = "news-sitemap" if reading.is_news else "sitemap"
    finds.articles(reading, source)
    for child in reading.children:
        finds.follow(child.url, AddressKind.SITEMAP, source, DEEPEST_SITEMAP, child.changed_at)


def _take_page(finds: _Finds, page: PageLinks) -> None:
    finds.base = canonical_url(page.base, finds.url) or finds.url
    for address in page.feeds:
        finds.follow(address, AddressKind.FEED, "section", DEEPEST_PAGE)
    for address in page.sitemaps:
        finds.follow(address, AddressKind.SITEMAP, "section", DEEPEST_SITEMAP)
    if not page.followed:
        finds.refuse("nofollow", len(page.following) + len(page.links) + page.left_out)
        return
    for address in page.following:  # before the links, among which page two is refused
        finds.follow(address, AddressKind.SECTION, "next", DEEPEST_PAGE)
    finds.links(page.links)
    finds.refuse("over-cap", page.left_out)


class _Finds:
    """Gathers the offers of one document: each address once, at its first place; what is refused counted by reason."""

    def __init__(self, site: Site, url: str, depth: int) -> None:
        self.site = site
        self.url = url
        self.base = url
        self.depth = depth
        self.discovery = Discovery()
        self._seen = {canonical_url(url)}
        self._places: dict[str, int] = {}  # of articles among the offers

    def refuse(self, reason: str, count: int = 1) -> None:
        if count:
            self.discovery.refused[reason] += count

    def articles(self, reading: Reading, source: str) -> None:
        """The entries of a feed or a sitemap, which calls them articles; dated ones first, so that a date is kept."""
        for entry in reading.entries:
            url = canonical_url(entry.url, self.base)
            if url is None:
                self.refuse("no-address")
                continue
            if url not in self._seen:
                verdict = judge_address(url, self.site, declared=True)
                if verdict.kind is AddressKind.ARTICLE:
                    self._add_article(url, entry.changed_at or path_date(url), source)
                else:
                    self._refuse_address(url, verdict.reason)
            self._name(url, source, [entry.headline] if entry.headline else [])
        self.refuse("over-cap", reading.left_out)

    def links(self, links: Mapping[str, Iterable[str]]) -> None:
        """The links of a page, judged by their form. Sections come after articles, those of the page's host first."""
        own: list[str] = []
        others: list[str] = []  # on sub-domains: some papers have their sections there, most their services
        for address, headlines in links.items():
            url = canonical_url(address, self.base)
            if url is None:
                self.refuse("no-address")
                continue
            if url in self._seen:
                self._name(url, "section", headlines)
                continue
            verdict = judge_address(url, self.site)
            if verdict.kind is AddressKind.ARTICLE:
                self._add_article(url, path_date(url), "section")
                self._name(url, "section", headlines)
            elif verdict.kind is None:
                self._refuse_address(url, verdict.reason)
            elif self.depth + 1 > DEEPEST_SECTION:
                self._refuse_address(url, "section-too-deep")
            else:
                self._seen.add(url)
                (own if _host(url) == _host(self.url) else others).append(url)
        sections = own + others
        for url in sections[:MOST_SECTIONS]:
            self._add(Offer(url, AddressKind.SECTION, depth=self.depth + 1, source="section"))
        self.refuse("over-cap", len(sections[MOST_SECTIONS:]))

    def follow(
        self, address: str, kind: AddressKind, source: str, deepest: int, changed_at: datetime | None = None
    ) -> None:
        """Another document to read, at most `deepest` steps down."""
        url = canonical_url(address, self.base)
        if url is None:
            self.refuse("no-address")
        elif url in self._seen:
            return
        elif not self.site.allows(url, kind):
            self._refuse_address(url, "other-host")
        elif self.depth + 1 > deepest:
            self._refuse_address(url, f"{kind}-too-deep")
        else:
            self._add(Offer(url, kind, changed_at, self.depth + 1, source))

    def _add_article(self, url: str, changed_at: datetime | None, source: str) -> None:
        self._places[url] = len(self.discovery.offers)
        self._add(Offer(url, AddressKind.ARTICLE, changed_at, self.depth + 1, source))

    def _name(self, url: str, source: str, headlines: Iterable[str]) -> None:
        """The document shows an article under these headlines, here or a second time."""
        place = self._places.get(url)
        if place is None:
            return
        offer = self.discovery.offers[place]
        told = (Headline(key, source) for headline in headlines if (key := index_key(headline)))
        headline = best_headline(offer.headline, *told)
        if headline != offer.headline:
            self.discovery.offers[place] = replace(offer, headline=headline)

    def _add(self, offer: Offer) -> None:
        self._seen.add(offer.url)
        self.discovery.offers.append(offer)

    def _refuse_address(self, url: str, reason: str) -> None:
        self._seen.add(url)
        self.refuse(reason)


def _host(url: str) -> str:
    return url.partition("://")[2].partition("/")[0].removeprefix("www.")
