"""Make the first offers of a site: the addresses of its entry, of its robots.txt, and the usual paths of feeds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cleaning.page.canonical import to_canonical_url
from crawler.discovery.documents import Entry
from crawler.discovery.sitemap_children import MAX_CHILDREN, MAX_LATER, sort_children
from storage.frontier.addresses import AddressKind, Offer

if TYPE_CHECKING:
    from collections.abc import Iterable

    from crawler.sites.site import Site

# WordPress and its plug-ins first, then what other systems (Blogger, Drupal, Joomla, Arc) and hand-made sites use.
_USUAL_FEEDS = (
    "/feed/",
    "/rss",
    "/rss.xml",
    "/feed.xml",
    "/atom.xml",
    "/feed.json",
    "/index.xml",
    "/feeds/posts/default",
    "/rss/news.xml",
    "/index.rss",
    "/?feed=rss2",
    "/?format=feed&type=rss",
    "/arc/outboundfeeds/rss/",
)
_USUAL_SITEMAPS = (
    "/sitemap.xml",
    "/sitemap_index.xml",
    "/news-sitemap.xml",
    "/sitemap-news.xml",
    "/sitemap.xml.gz",
    "/sitemap.txt",
)


def make_seed_offers(site: Site) -> list[Offer]:
    """Return offers for the addresses of the site's entry: its feeds and sitemaps, its front page, its sections.

    Sections have depth 1, as if the front page had listed them: only a page of depth 0 is read for further sections.
    """
    return [
        *_make_offers(site, site.feeds, AddressKind.FEED, "entry"),
        *_make_offers(site, site.sitemaps, AddressKind.SITEMAP, "entry"),
        *_make_offers(site, (site.url,), AddressKind.SECTION, "entry"),
        *_make_offers(site, site.sections, AddressKind.SECTION, "entry", depth=1),
    ]


def make_usual_path_offers(site: Site, *, feed: bool, sitemap: bool) -> list[Offer]:
    """Return offers for the usual addresses of feeds and sitemaps, for a site that names none. Most do not exist."""
    return [
        *_make_offers(site, _USUAL_FEEDS if feed else (), AddressKind.FEED, "usual-path"),
        *_make_offers(site, _USUAL_SITEMAPS if sitemap else (), AddressKind.SITEMAP, "usual-path"),
    ]


def make_robots_sitemap_offers(site: Site, named: Iterable[str]) -> tuple[list[Offer], list[Offer]]:
    """Return offers for the sitemaps that a robots.txt of the site names: those of every night, and those in turn.

    They may be on any host: the site vouches for them (RFC 9309, 2.2.4, and "Cross submits" of sitemaps.org). Of their
    articles only those on the site's own hosts are offered.
    """
    canonical = (to_canonical_url(address, site.url) for address in named if address.strip())
    children = sort_children([Entry(url) for url in dict.fromkeys(canonical) if url is not None])
    offers = [Offer(child.url, AddressKind.SITEMAP, source="robots") for child in children[: MAX_CHILDREN + MAX_LATER]]
    return offers[:MAX_CHILDREN], offers[MAX_CHILDREN:]


def _make_offers(site: Site, addresses: Iterable[str], kind: AddressKind, source: str, depth: int = 0) -> list[Offer]:
    canonical = (to_canonical_url(address, site.url) for address in addresses)
    allowed = dict.fromkeys(url for url in canonical if url is not None and site.allows(url, kind))
    return [Offer(url, kind, depth=depth, source=source) for url in allowed]
