"""Recognise links to feeds: <link> elements of a page's head in all their spellings, and links a reader clicks."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from cleaning.page.lines import normalize_line
from crawler.discovery import path_words

if TYPE_CHECKING:
    from lxml import etree

MAX_LINKED_FEEDS = 50  # that one page links to, beside those that its head names

_FEED_TYPE = re.compile(r"(?:application|text)/(?:x-)?(?:rss|atom|rdf|feed)(?:\+?xml|\+json)?")
_VAGUE_TYPE = re.compile(r"|(?:application|text)/(?:xml|json|plain|x-xml)")  # or none
_FEED_RELATIONS = frozenset(("alternate", "feed", "service.feed"))
_COMMENTS = re.compile(r"/comments?(?:/|$)|[-_/]comments?\.(?:xml|rss)|comments?[-_]?feed", re.IGNORECASE)
_FEED_WORD = re.compile(r"(?<![a-z])(?:rss(?:\s?[\d.]+)?|atom|rdf|feeds?)(?![a-z])", re.IGNORECASE)
_FEED_FILE = re.compile(
    r"(?:[\w-]*[-_])?(?:rss|atom|feeds?|rdf)(?:[-_]?\w{0,12})?\.(?:xml|php|json|aspx?|jsp|cfm)|.+\.(?:rss|atom|rdf)"
)
_FEED_QUERY = re.compile(
    r"(?:^|&)(?:format=(?:feed|rss|atom)|feed=(?:rss2?|atom|rdf|feed)|type=(?:rss|atom)|output=(?:rss|atom)|rss=1)(?:&|$)",
    re.IGNORECASE,
)
# Services that hold the feeds of others, and sub-domains that hold a house's own.
_FEED_HOST = re.compile(r"(?:feeds?|rss)\d?\.|(?:.+\.)?(?:feedburner|feedblitz|feedpress|feedproxy|feedity)\.")
_FEED_SCHEME = re.compile(r"feed:(?://)?(?=https?:)", re.IGNORECASE)
_SURELY_FEED = path_words.FEED - {"feed", "feeds"}  # as a folder; "feed" is also what animals eat
# Up to four words, "RSS" among them; or "feed" and "Atom" with a word that goes with them: atoms are news, too.
_FEED_LABEL = re.compile(
    r"(?:\S+\s+){0,3}\W?rss(?:[-\s]?feeds?)?\W?(?:\s+\S+){0,2}"
    r"|(?:(?:our|all|the|web|news|live|subscribe)\s+)?(?:atom|(?:atom|news|web)?[-\s]?feeds?)",
    re.IGNORECASE,
)
_MAX_TEXT = 120


def names_feed(element: etree._Element) -> bool:
    """Return whether a <link> element names a feed, but no feed of comments.

    A type of feeds decides, with or without a relation. A vague type (text/xml) or none needs the relation, and a word
    like "RSS" in address or title. The relation "feed" stands for itself, unless the type is that of a page.
    """
    address = element.get("href") or ""
    relations = (element.get("rel") or "").lower().split()
    kind = (element.get("type") or "").partition(";")[0].strip().lower()
    if _COMMENTS.search(address) or not (not relations or _FEED_RELATIONS.intersection(relations)):
        return False
    if _FEED_TYPE.fullmatch(kind):
        return True
    if not relations or not _VAGUE_TYPE.fullmatch(kind):
        return False
    return "feed" in relations or _has_feed_address(address) or bool(_FEED_WORD.search(element.get("title") or ""))


def links_to_feed(element: etree._Element, address: str, *, is_overview: bool = False) -> bool:
    """Return whether a link that readers click leads to a feed, or to a page that lists feeds; not one of comments.

    Its type, its address or its few words say so. On a page that lists feeds (`is_overview`) any XML file is one.
    """
    if _COMMENTS.search(address):
        return False
    kind = (element.get("type") or "").partition(";")[0].strip().lower()
    if _FEED_TYPE.fullmatch(kind) or _has_feed_address(address):
        return True
    if is_overview and _read_path(address).lower().endswith(".xml"):
        return True
    return _has_feed_words(element)


def repair_feed_address(address: str) -> str:
    """Return the http(s) address of a link written for feed readers: feed:https://..., feed://..."""
    if address[:5].lower() != "feed:":
        return address
    return _FEED_SCHEME.sub("", address) if _FEED_SCHEME.match(address) else "http:" + address[5:]


def is_feed_host(host: str) -> bool:
    """Return whether a host is called after feeds: feeds.example.org, or a service that holds the feeds of others."""
    return _FEED_HOST.match(host.lower()) is not None


def is_feed_overview(url: str) -> bool:
    """Return whether the address of a page is called after feeds: it may list many."""
    return any(_FEED_WORD.search(segment) for segment in _read_path(url).split("/")[-2:])


def _read_path(address: str) -> str:
    try:
        return unquote(urlsplit(address).path)
    except ValueError:  # no address
        return ""


def _has_feed_address(address: str) -> bool:
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    if is_feed_host(parts.netloc):
        return True
    segments = [segment for segment in unquote(parts.path).lower().split("/") if segment]
    if _FEED_QUERY.search(parts.query) or (segments and segments[-1] in path_words.FEED):
        return True
    if segments and _FEED_FILE.fullmatch(segments[-1]):
        return True
    return not _SURELY_FEED.isdisjoint(segments[:-1])


def _has_feed_words(element: etree._Element) -> bool:
    """Return whether the few words of a link, or the name of its icon, speak of a feed."""
    text = normalize_line(" ".join(islice(element.itertext(), 20))[:_MAX_TEXT])
    words = [text, element.get("title") or "", element.get("aria-label") or ""]
    words += [image.get("alt") or "" for image in islice(element.iter("img"), 3)]
    if any(len(word) <= _MAX_TEXT and _FEED_LABEL.fullmatch(word.strip()) for word in words):
        return True
    return not text and bool(re.search(r"(?<![a-z])rss(?![a-z])", element.get("class") or "", re.IGNORECASE))
