"""Where discovery begins: what the site's entry names, what its robots.txt names, and where feeds usually are."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from cleaning.canonical import canonical_url
from storage.addresses import AddressKind, Offer

if TYPE_CHECKING:
    from collections.abc import Iterable

    from crawler.sites import Site

MOST_ROBOTS_SITEMAPS = 50

# WordPress and its plug-ins first, then what other systems and hand-made sites use.
_USUAL_FEEDS = (
    "/feed/",
    "/rss",
    "/rss.xml",
    "/feed.xml",
    "/atom.xml",
    "/feed.json",
    "/index.xml",
    "/feeds/posts/default",
)
_USUAL_SITEMAPS = (
    "/sitemap.xml",
    "/sitemap_index.xml",
    "/news-sitemap.xml",
    "/sitemap-news.xml",
    "/sitemap.xml.gz",
    "/sitemap.txt",
)


def seeds(site: Site) -> list[Offer]:
    """The addresses that the site's entry names: its feeds and sitemaps, its front page, its sections.

    Sections stand one step down, as if the front page had given them: only the front page is asked for more sections.
    """
    return [
        *_offers(site, site.feeds, AddressKind.FEED, "entry"),
        *_offers(site, site.sitemaps, AddressKind.SITEMAP, "entry"),
        *_offers(site, (site.url,), AddressKind.SECTION, "entry"),
        *_offers(site, site.sections, AddressKind.SECTION, "entry", depth=1),
    ]


def usual_paths(site: Site, *, feed: bool, sitemap: bool) -> list[Offer]:
    """Where feeds and sitemaps usually are, for a site that named none of its own; most of them will not exist."""
    return [
        *_offers(site, _USUAL_FEEDS if feed else (), AddressKind.FEED, "usual-path"),
        *_offers(site, _USUAL_SITEMAPS if sitemap else (), AddressKind.SITEMAP, "usual-path"),
    ]


def robots_sitemaps(site: Site, named: Iterable[str]) -> list[Offer]:
    """The sitemaps that a robots.txt names, those on the site's own hosts."""
    return _offers(site, islice(named, MOST_ROBOTS_SITEMAPS), AddressKind.SITEMAP, "robots")


def _offers(site: Site, addresses: Iterable[str], kind: AddressKind, source: str, depth: int = 0) -> list[Offer]:
    canonical = (canonical_url(address, site.url) for address in addresses)
    allowed = dict.fromkeys(url for url in canonical if url is not None and site.allows(url, kind))
    return [Offer(url, kind, depth=depth, source=source) for url in allowed]
