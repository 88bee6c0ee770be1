"""Read one fetched document and return the addresses it offers. Pure: the caller fetches.

make_seed_offers(site) -> offers -> (the crawler fetches them) -> discover(...) -> more offers, articles among them
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cleaning.page.canonical import to_canonical_url
from cleaning.page.charset import decode_page
from crawler.discovery.documents import DocumentKind, decompress, detect_kind
from crawler.discovery.feeds import read_feed
from crawler.discovery.offer_collector import MAX_PAGE_DEPTH, MAX_SITEMAP_DEPTH, Discovery, OfferCollector
from crawler.discovery.sections import read_section
from crawler.discovery.sitemaps import read_sitemap
from storage.frontier.addresses import AddressKind

if TYPE_CHECKING:
    from crawler.discovery.documents import ParsedDocument
    from crawler.discovery.sections import MayFollow, PageLinks
    from crawler.sites.owners import SiteOwners
    from crawler.sites.site import Site


def discover(  # noqa: PLR0913 (each is a fact of the document, of its response or of its site)
    site: Site,
    kind: AddressKind,
    depth: int,
    url: str,
    body: bytes,
    *,
    content_type: str = "",
    may_follow: MayFollow = lambda _: True,
    owners: SiteOwners | None = None,
    tries_other_hosts: bool = False,
) -> Discovery:
    """Read one fetched document and offer the addresses it lists.

    `kind` and `depth` are those of the offer that led to the document. `url` is its address after redirects, and
    `content_type` its header, of which only the charset counts. `may_follow` gets a page's tree and says whether its
    links may be followed. `owners` are the sites that the addresses may belong to, beside `site`. With
    `tries_other_hosts`, a feed that lists most of its articles on another host is believed that the host is the site's.
    A document is read as what it is, not as what was expected: a sitemap address may answer with a feed, a feed address
    with a page. Never raises, never fetches. The largest sitemaps take seconds.
    """
    collector = OfferCollector(site, url, depth, owners)
    collector.tries_other_hosts = tries_other_hosts
    content, is_cut = decompress(body)
    is_list = True
    match detect_kind(content):
        case DocumentKind.SITEMAP | DocumentKind.TEXT_SITEMAP:
            sitemap = read_sitemap(content, content_type=content_type)
            collector.discovery.problem = sitemap.problem
            _collect_sitemap(collector, sitemap)
        case DocumentKind.FEED | DocumentKind.JSON_FEED:
            feed = read_feed(content, url, content_type=content_type, home=site.url, language=site.language)
            collector.discovery.problem = feed.problem
            collector.add_articles(feed, "feed")
            is_list = feed.problem != "bad-feed"
        case detected:
            is_list = False
            if detected is DocumentKind.HTML or kind is AddressKind.SECTION:
                text, encoding, _ = decode_page(content, content_type)
                is_feed_address = kind is AddressKind.FEED
                page = read_section(text, url, may_follow, encoding=encoding, is_feed_address=is_feed_address)
                _collect_page(collector, page)
    if is_cut:
        collector.discovery.problem = "bomb"
    elif not is_list and kind in (AddressKind.FEED, AddressKind.SITEMAP):
        collector.discovery.problem = f"bad-{kind}"
    return collector.discovery


def _collect_sitemap(collector: OfferCollector, sitemap: ParsedDocument) -> None:
    source = "news-sitemap" if sitemap.is_news else "sitemap"
    collector.add_articles(sitemap, source)
    collector.add_sitemaps(sitemap.children, source)


def _collect_page(collector: OfferCollector, page: PageLinks) -> None:
    collector.base = to_canonical_url(page.base, collector.url) or collector.url
    for address in page.feeds:
        collector.add_document(address, AddressKind.FEED, "section", MAX_PAGE_DEPTH)
    for address in page.linked_feeds:
        collector.add_document(address, AddressKind.FEED, "section", MAX_PAGE_DEPTH)
    for address in page.sitemaps:
        collector.add_document(address, AddressKind.SITEMAP, "section", MAX_SITEMAP_DEPTH)
    if not page.may_follow:
        collector.count_refused("nofollow", len(page.next_pages) + len(page.links) + page.left_out)
        return
    for address in page.next_pages:  # before the links: as a mere link, page two is refused
        collector.add_document(address, AddressKind.SECTION, "next", MAX_PAGE_DEPTH)
    collector.add_links(page.links, page.roles)
    collector.count_refused("over-cap", page.left_out)
