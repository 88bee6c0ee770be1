"""Collect the offers of one document: each address once, and why the others are refused."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from cleaning.page.canonical import to_canonical_url
from cleaning.page.headline_key import make_headline_key
from crawler.discovery.address_parts import find_path_date
from crawler.discovery.addresses import classify_address
from crawler.discovery.entry_choice import choose_entry_address
from crawler.discovery.link_roles import LinkRole
from crawler.discovery.sitemap_children import MAX_CHILDREN, MAX_LATER
from storage.frontier.addresses import AddressKind, Headline, Offer, choose_headline

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from crawler.discovery.documents import Entry, ParsedDocument
    from crawler.sites.site import Site

MAX_SITEMAP_DEPTH = 3  # indexes within indexes
MAX_SECTION_DEPTH = 1  # sections come from the front page and from the entry, never from each other
MAX_PAGE_DEPTH = 10  # pages of one list, followed by rel=next
MAX_SECTIONS = 30  # a page


@dataclass(slots=True)
class Discovery:
    """The result of one document. `offers` are canonical, distinct and allowed by the site, articles newest first.

    `later` are sitemaps over the number that is read every night, of which some are read each night in turn. `refused`
    counts the addresses that are not offered, by reason. `problem` says what is wrong with the document: "bad-feed" or
    "bad-sitemap" (it is neither feed nor sitemap; the links of a page are still read), "empty-feed" or "empty-sitemap"
    (it is one, and nothing stands in it), "bomb" (larger than the limit and cut there).
    """

    offers: list[Offer] = field(default_factory=list)
    later: list[Offer] = field(default_factory=list)
    refused: Counter[str] = field(default_factory=Counter)
    problem: str | None = None


class OfferCollector:
    """Collects the offers of one document, each address once, and counts the refused addresses by reason."""

    def __init__(self, site: Site, url: str, depth: int) -> None:
        self.site = site
        self.url = url
        self.base = url
        self.depth = depth
        self.discovery = Discovery()
        self._seen = {to_canonical_url(url)}
        self._sitemaps = 0
        self._article_indexes: dict[str, int] = {}  # address of an article -> its index among the offers

    def count_refused(self, reason: str, count: int = 1) -> None:
        if count:
            self.discovery.refused[reason] += count

    def add_articles(self, listed: ParsedDocument, source: str) -> None:
        """Offer the entries of a feed or a sitemap as articles. Dated entries come first, so a date is kept."""
        for entry in listed.entries:
            url = choose_entry_address(entry, self.site, self.base)
            if url is None:
                self.count_refused("no-address")
                continue
            if url not in self._seen:
                verdict = classify_address(url, self.site, is_declared=True)
                if verdict.kind is AddressKind.ARTICLE:
                    self._add_article(url, entry.changed_at or find_path_date(url), source)
                else:
                    self._refuse_address(url, verdict.reason)
            self._add_headlines(url, source, [entry.headline] if entry.headline else [])
        self.count_refused("over-cap", listed.left_out)

    def add_links(self, links: Mapping[str, Iterable[str]], roles: Mapping[str, LinkRole]) -> None:
        """Offer the links of a page by form and role: articles, then sections, those on the page's own host first."""
        same_host: list[str] = []
        other_hosts: list[str] = []  # sub-domains: some papers have their sections there, most their services
        for address, headlines in links.items():
            url = to_canonical_url(address, self.base)
            if url is None:
                self.count_refused("no-address")
                continue
            if url in self._seen:
                self._add_headlines(url, "section", headlines)
                continue
            verdict = classify_address(url, self.site, role=roles.get(url, LinkRole.UNKNOWN))
            if verdict.kind is AddressKind.ARTICLE:
                self._add_article(url, find_path_date(url), "section")
                self._add_headlines(url, "section", headlines)
            elif verdict.kind is None:
                self._refuse_address(url, verdict.reason)
            elif self.depth + 1 > MAX_SECTION_DEPTH:
                self._refuse_address(url, "section-too-deep")
            else:
                self._seen.add(url)
                (same_host if _get_host(url) == _get_host(self.url) else other_hosts).append(url)
        sections = same_host + other_hosts
        for url in sections[:MAX_SECTIONS]:
            self._add(Offer(url, AddressKind.SECTION, depth=self.depth + 1, source="section"))
        self.count_refused("over-cap", len(sections[MAX_SECTIONS:]))

    def add_sitemaps(self, children: Iterable[Entry], source: str) -> None:
        """Offer other sitemaps: the first MAX_CHILDREN to be read every night, the rest later.

        A sitemap on another host, which the site itself names, may name its neighbours there.
        """
        for child in children:
            url = to_canonical_url(child.url, self.base)
            if url is None:
                self.count_refused("no-address")
            elif url in self._seen:
                continue
            elif not self.site.allows(url, AddressKind.SITEMAP) and _get_host(url) != _get_host(self.url):
                self._refuse_address(url, "other-host")
            elif self.depth + 1 > MAX_SITEMAP_DEPTH:
                self._refuse_address(url, "sitemap-too-deep")
            else:
                self._add_sitemap(Offer(url, AddressKind.SITEMAP, child.changed_at, self.depth + 1, source))

    def _add_sitemap(self, offer: Offer) -> None:
        self._seen.add(offer.url)
        self._sitemaps += 1
        if self._sitemaps <= MAX_CHILDREN:
            self.discovery.offers.append(offer)
        elif len(self.discovery.later) < MAX_LATER:
            self.discovery.later.append(offer)
        else:
            self.count_refused("over-cap")

    def add_document(
        self, address: str, kind: AddressKind, source: str, max_depth: int, changed_at: datetime | None = None
    ) -> None:
        """Offer another feed, sitemap or section page to read, at most `max_depth` steps from the seeds."""
        url = to_canonical_url(address, self.base)
        if url is None:
            self.count_refused("no-address")
        elif url in self._seen:
            return
        elif not self.site.allows(url, kind):
            self._refuse_address(url, "other-host")
        elif self.depth + 1 > max_depth:
            self._refuse_address(url, f"{kind}-too-deep")
        else:
            self._add(Offer(url, kind, changed_at, self.depth + 1, source))

    def _add_article(self, url: str, changed_at: datetime | None, source: str) -> None:
        self._article_indexes[url] = len(self.discovery.offers)
        self._add(Offer(url, AddressKind.ARTICLE, changed_at, self.depth + 1, source))

    def _add_headlines(self, url: str, source: str, headlines: Iterable[str]) -> None:
        """Keep the best headline under which the document lists an article, now or earlier."""
        index = self._article_indexes.get(url)
        if index is None:
            return
        offer = self.discovery.offers[index]
        candidates = (Headline(key, source) for headline in headlines if (key := make_headline_key(headline)))
        headline = choose_headline(offer.headline, *candidates)
        if headline != offer.headline:
            self.discovery.offers[index] = replace(offer, headline=headline)

    def _add(self, offer: Offer) -> None:
        self._seen.add(offer.url)
        self.discovery.offers.append(offer)

    def _refuse_address(self, url: str, reason: str) -> None:
        self._seen.add(url)
        self.count_refused(reason)


def _get_host(url: str) -> str:
    return url.partition("://")[2].partition("/")[0].removeprefix("www.")
