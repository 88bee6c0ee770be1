"""Collect the offers of one document: each address once, and why the others are refused."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from cleaning.page.canonical import to_canonical_url
from cleaning.page.headline_key import make_headline_key
from crawler.discovery.address_parts import find_path_date
from crawler.discovery.addresses import AddressVerdict, classify_address
from crawler.discovery.entry_choice import choose_entry_address
from crawler.discovery.link_roles import LinkRole
from crawler.discovery.sitemap_children import MAX_CHILDREN, MAX_LATER
from crawler.sites.owners import SiteOwners
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
MAX_FEEDS_ELSEWHERE = 5  # a page; more of them are a list of other people's feeds


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
    other_hosts: Counter[str] = field(default_factory=Counter)  # of entries that are refused as "other-host"
    problem: str | None = None


class OfferCollector:
    """Collects the offers of one document, each address once, and counts the refused addresses by reason."""

    def __init__(self, site: Site, url: str, depth: int, owners: SiteOwners | None = None) -> None:
        self.site = site
        self.owners = owners or SiteOwners((site,))
        self.tries_other_hosts = False
        self.url = url
        self.base = url
        self.depth = depth
        self.discovery = Discovery()
        self._seen = {to_canonical_url(url)}
        self._sitemaps = 0
        self._feeds_elsewhere = 0
        self._article_indexes: dict[str, int] = {}  # address of an article -> its index among the offers

    def count_refused(self, reason: str, count: int = 1) -> None:
        if count:
            self.discovery.refused[reason] += count

    def add_articles(self, listed: ParsedDocument, source: str) -> None:
        """Offer the entries of a feed or a sitemap as articles. Dated entries come first, so a date is kept."""
        elsewhere: dict[str, list[tuple[str, datetime | None]]] = {}  # by host: entries on hosts of no site
        for entry in listed.entries:
            url = choose_entry_address(entry, self.site, self.base)
            if url is None:
                self.count_refused("no-address")
                continue
            if url not in self._seen:
                verdict = self._classify(url, is_declared=True)
                if verdict.kind is AddressKind.ARTICLE:
                    self._add_article(url, entry.changed_at or find_path_date(url), source)
                else:
                    self._refuse_address(url, verdict.reason)
                    if verdict.reason == "other-host":
                        self.discovery.other_hosts[urlsplit(url).netloc] += 1
                        elsewhere.setdefault(urlsplit(url).netloc, []).append((url, entry.changed_at))
            self._add_headlines(url, source, [entry.headline] if entry.headline else [])
        self.count_refused("over-cap", listed.left_out)
        if self.tries_other_hosts and source == "feed":
            self._add_prevailing(max(elsewhere.values(), key=len, default=[]), len(listed.entries), source)

    def _add_prevailing(self, entries: list[tuple[str, datetime | None]], total: int, source: str) -> None:
        """Offer entries on a host of no site, if at least half of the site's own feed is there.

        Then the host is the site's other name (.com and .co.uk), or counts clicks and sends the reader on. Whether it
        leads home, and to what, is decided when it has answered (crawler/middlewares/scope.py).
        """
        if 2 * len(entries) < total:
            return
        for url, changed_at in entries:
            verdict = classify_address(url, replace(self.site, other_hosts=(url,)), is_declared=True)
            if verdict.kind is AddressKind.ARTICLE:
                self.discovery.refused["other-host"] -= 1
                self.discovery.other_hosts[urlsplit(url).netloc] -= 1
                self._add_article(url, changed_at or find_path_date(url), source)

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
            verdict = self._classify(url, role=roles.get(url, LinkRole.UNKNOWN))
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
        elif not self._may_read(url, kind):
            self._refuse_address(url, "other-host")
        elif self.site.excludes(url):
            self._refuse_address(url, "excluded")
        elif self.depth + 1 > max_depth:
            self._refuse_address(url, f"{kind}-too-deep")
        else:
            self._add(Offer(url, kind, changed_at, self.depth + 1, source))

    def _classify(self, url: str, *, is_declared: bool = False, role: LinkRole = LinkRole.UNKNOWN) -> AddressVerdict:
        """Classify an address by the rules of the site that it belongs to."""
        owner = self.owners.find_owner(url, self.site)
        if owner is None:
            return AddressVerdict(None, "excluded" if self.site.owns(url) else "other-host")
        verdict = classify_address(url, owner, is_declared=is_declared, role=role)
        is_left_out = verdict.kind is AddressKind.ARTICLE and not owner.includes(url)
        return AddressVerdict(None, "excluded") if is_left_out else verdict

    def _may_read(self, url: str, kind: AddressKind) -> bool:
        """Return whether a list may be read. A feed may be on another house, a feed service, if the site names it."""
        if self.site.allows(url, kind):
            return True
        self._feeds_elsewhere += kind is AddressKind.FEED
        return kind is AddressKind.FEED and self.site.owns(self.url) and self._feeds_elsewhere <= MAX_FEEDS_ELSEWHERE

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
