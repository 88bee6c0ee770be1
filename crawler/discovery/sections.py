"""Read the links of a section page: a front page, a list of articles, a further page of a list."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import islice

from lxml import etree, html

from crawler.discovery.headlines import find_link_headlines

MayFollow = Callable[[etree._Element | None], bool]
MAX_LINKS = 5_000  # of a page; the fullest front pages have about a thousand
_FEED_TYPE = re.compile(r"application/(?:rss\+xml|atom\+xml|rdf\+xml|feed\+json)|text/(?:rss|atom)(?:\+xml)?")
_COMMENTS = re.compile(r"/comments?(?:/|$)|[-_/]comments?\.(?:xml|rss)", re.IGNORECASE)


@dataclass(slots=True)
class PageLinks:
    """The addresses that a page links to, as it writes them, each once, in the page's order."""

    base: str  # the address to which relative ones are relative
    links: dict[str, list[str]] = field(default_factory=dict)  # address -> the headlines of its links, none or several
    next_pages: list[str] = field(default_factory=list)  # rel=next
    feeds: list[str] = field(default_factory=list)
    sitemaps: list[str] = field(default_factory=list)
    left_out: int = 0  # links over the cap
    may_follow: bool = True  # whether its links may be followed; its feeds and sitemaps may in any case


def read_section(page: str, url: str, may_follow: MayFollow = lambda _: True) -> PageLinks:
    """Return the links of the page at `url`. Never raises: text that is no page has no links.

    A <base href> is honoured. Links with rel=nofollow are included: they only withhold the site's recommendation.
    Permission is given by robots.txt and by the page as a whole, which `may_follow` judges by its tree. Feeds of
    comments are left out.
    """
    found = PageLinks(base=url)
    tree = _parse_page(page)
    found.may_follow = may_follow(tree)
    if tree is None:
        return found
    bases = (element.get("href") for element in tree.iter("base"))
    # Perhaps relative itself; the caller resolves it against the page's address by canonical_url.
    found.base = next((base for base in bases if base and base.strip()), url)
    links: dict[str, list[str]] = {}
    next_pages: dict[str, None] = {}
    for element in tree.iter("a", "area", "link"):
        address = (element.get("href") or "").strip()
        if not address or address.startswith("#"):
            continue
        relations = (element.get("rel") or "").lower().split()
        if "next" in relations:
            next_pages[address] = None
        elif element.tag != "link":
            headlines = links.setdefault(address, [])
            if len(links) <= MAX_LINKS:
                headlines += find_link_headlines(element)
        elif "alternate" in relations and _FEED_TYPE.match((element.get("type") or "").strip().lower()):
            if not _COMMENTS.search(address) and address not in found.feeds:
                found.feeds.append(address)
        elif "sitemap" in relations and address not in found.sitemaps:
            found.sitemaps.append(address)
    found.next_pages = list(next_pages)
    found.links = dict(islice(links.items(), MAX_LINKS))
    found.left_out = len(links) - len(found.links)
    return found


def _parse_page(page: str) -> etree._Element | None:
    # As bytes with an explicit encoding: lxml refuses a str that declares another encoding.
    parser = html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True)
    try:
        return html.document_fromstring(page.encode("utf-8", "replace"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError):  # an empty document, or nothing but a comment
        return None
