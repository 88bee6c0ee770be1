"""Reads the links of a section page: a front page, a list of articles, page two of one."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import islice

from lxml import etree, html

from crawler.discovery.headlines import link_headlines

MayFollow = Callable[[etree._Element | None], bool]
MOST_LINKS = 5_000  # that are looked at; the fullest front pages have about a thousand
_FEED_TYPE = re.compile(r"application/(?:rss\+xml|atom\+xml|rdf\+xml|feed\+json)|text/(?:rss|atom)(?:\+xml)?")
_COMMENTS = re.compile(r"/comments?(?:/|$)|[-_/]comments?\.(?:xml|rss)", re.IGNORECASE)


@dataclass(slots=True)
class PageLinks:
    """The addresses that a page gives, as it writes them, each once, in the page's order."""

    base: str  # what relative ones are relative to
    links: dict[str, list[str]] = field(default_factory=dict)  # with the headlines that they show, none or several
    following: list[str] = field(default_factory=list)  # rel=next
    feeds: list[str] = field(default_factory=list)
    sitemaps: list[str] = field(default_factory=list)
    left_out: int = 0  # links over the cap
    followed: bool = True  # whether its links may be; feeds and sitemaps that it names are no such links


def read_section(page: str, url: str, may_follow: MayFollow = lambda _: True) -> PageLinks:
    """The links of the page that stood at `url`. Never raises: a page that is none has no links.

    A <base href> is honoured. Links with rel=nofollow count: what they withhold is the site's recommendation, and a
    crawler's permission is in robots.txt and in what the page as a whole asks, which `may_follow` judges by its tree.
    Feeds of comments do not count.
    """
    found = PageLinks(base=url)
    tree = _parsed(page)
    found.followed = may_follow(tree)
    if tree is None:
        return found
    bases = (element.get("href") for element in tree.iter("base"))
    # Relative to the page's own address, and settled by canonical_url, as all others are.
    found.base = next((base for base in bases if base and base.strip()), url)
    links: dict[str, list[str]] = {}
    following: dict[str, None] = {}
    for element in tree.iter("a", "area", "link"):
        address = (element.get("href") or "").strip()
        if not address or address.startswith("#"):
            continue
        relations = (element.get("rel") or "").lower().split()
        if "next" in relations:
            following[address] = None
        elif element.tag != "link":
            headlines = links.setdefault(address, [])
            if len(links) <= MOST_LINKS:
                headlines += link_headlines(element)
        elif "alternate" in relations and _FEED_TYPE.match((element.get("type") or "").strip().lower()):
            if not _COMMENTS.search(address) and address not in found.feeds:
                found.feeds.append(address)
        elif "sitemap" in relations and address not in found.sitemaps:
            found.sitemaps.append(address)
    found.following = list(following)
    found.links = dict(islice(links.items(), MOST_LINKS))
    found.left_out = len(links) - len(found.links)
    return found


def _parsed(page: str) -> etree._Element | None:
    # As bytes with the encoding said outright: a str that declares another encoding is refused by lxml.
    parser = html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True)
    try:
        return html.document_fromstring(page.encode("utf-8", "replace"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError):  # an empty document, or nothing but a comment
        return None
