"""Read the links of a section page: a front page, a list of articles, a further page of a list."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import islice

from lxml import etree, html

from cleaning.page.canonical import to_canonical_url
from crawler.discovery.feed_links import (
    MAX_LINKED_FEEDS,
    is_feed_overview,
    links_to_feed,
    names_feed,
    repair_feed_address,
)
from crawler.discovery.headlines import find_link_headlines
from crawler.discovery.link_roles import LinkRole, PageLink, find_roles
from crawler.discovery.next_pages import find_next_pages
from crawler.discovery.query_charset import escape_query

MayFollow = Callable[[etree._Element | None], bool]
MAX_LINKS = 5_000  # of a page; the fullest front pages have about a thousand


@dataclass(slots=True)
class PageLinks:
    """The addresses that a page links to, as it writes them, each once, in the page's order."""

    base: str  # the address to which relative ones are relative
    links: dict[str, list[str]] = field(default_factory=dict)  # address -> the headlines of its links, none or several
    roles: dict[str, LinkRole] = field(default_factory=dict)  # canonical URL -> what its links are here
    next_pages: list[str] = field(default_factory=list)  # rel=next, else the next number, or what says "older"
    feeds: list[str] = field(default_factory=list)  # that the page's head names
    linked_feeds: list[str] = field(default_factory=list)  # that the page links to, or pages that list feeds
    sitemaps: list[str] = field(default_factory=list)
    left_out: int = 0  # links over the cap
    may_follow: bool = True  # whether its links may be followed; its feeds and sitemaps may in any case


def read_section(
    page: str,
    url: str,
    may_follow: MayFollow = lambda _: True,
    *,
    encoding: str = "utf-8",
    is_feed_address: bool = False,
) -> PageLinks:
    """Return the links of the page at `url`. Never raises: text that is no page has no links.

    A <base href> is honoured. Links with rel=nofollow are included: they only withhold the site's recommendation.
    Permission is given by robots.txt and by the page as a whole, which `may_follow` judges by its tree. Feeds of
    comments are left out. `encoding` is that of the page. `is_feed_address`: the page stands where a feed was
    expected; it may list feeds.
    """
    found = PageLinks(base=url)
    tree = _parse_page(page)
    found.may_follow = may_follow(tree)
    if tree is None:
        return found
    bases = (element.get("href") for element in tree.iter("base"))
    # Perhaps relative itself; the caller resolves it against the page's address by canonical_url.
    found.base = next((base for base in bases if base and base.strip()), url)
    base = to_canonical_url(found.base, url) or url
    is_overview = is_feed_address or is_feed_overview(url)
    feeds: dict[str, None] = {}
    linked_feeds: dict[str, None] = {}
    sitemaps: dict[str, None] = {}
    next_pages: dict[str, None] = {}
    links: dict[str, list[str]] = {}
    page_links: list[PageLink] = []
    for element in tree.iter("a", "area", "link"):
        address = escape_query((element.get("href") or "").strip(), encoding)
        if not address or address.startswith("#"):
            continue
        relations = (element.get("rel") or "").lower().split()
        if "next" in relations:
            next_pages[address] = None
        elif element.tag != "link":
            if links_to_feed(element, address, is_overview=is_overview):
                linked_feeds[repair_feed_address(address)] = None
                continue
            headlines = links.setdefault(address, [])
            if len(links) <= MAX_LINKS:
                own = find_link_headlines(element)
                headlines += own
                page_links.append(PageLink(element, address, to_canonical_url(address, base), own))
        elif names_feed(element):
            feeds[repair_feed_address(address)] = None
        elif "sitemap" in relations:
            sitemaps[address] = None
    found.roles = find_roles(page_links)
    found.next_pages = list(next_pages) or find_next_pages(page_links, url)
    found.feeds, found.sitemaps = list(feeds), list(sitemaps)
    found.linked_feeds = list(islice(linked_feeds, MAX_LINKED_FEEDS))
    found.links = dict(islice(links.items(), MAX_LINKS))
    found.left_out = len(links) - len(found.links) + len(linked_feeds) - len(found.linked_feeds)
    return found


def _parse_page(page: str) -> etree._Element | None:
    # As bytes with an explicit encoding: lxml refuses a str that declares another encoding.
    parser = html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True)
    try:
        return html.document_fromstring(page.encode("utf-8", "replace"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError):  # an empty document, or nothing but a comment
        return None
