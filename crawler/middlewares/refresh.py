"""Follows a page that leads on by itself: `<meta http-equiv="refresh">` and the header `Refresh`."""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import urljoin

from lxml import etree
from lxml.html import HtmlElement, HTMLParser, document_fromstring
from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.redirect import BaseRedirectMiddleware
from scrapy.http import HtmlResponse, Response
from w3lib.url import safe_url_string

from crawler.middlewares.cookies import has_new_cookies
from crawler.middlewares.redirect import free_download_slot
from crawler.run.counts import counts_of
from crawler.sites.site import SITE_OF_REQUEST, Site
from storage.frontier.addresses import AddressKind, Lease

# The steps of the HTML standard, "shared declarative refresh steps": 0, "0;url=/x", "1, URL = '/x'", "5 /x".
_REFRESH = re.compile(
    r"""\s*(?P<seconds>\d+)?(?:\.[\d.]*)?\s*[;,\s]\s*(?:url\s*=\s*)?(?:"(?P<double>[^"]*)|'(?P<single>[^']*)|(?P<bare>.+))""",
    re.IGNORECASE | re.DOTALL,
)
_HEAD_SIZE = 256 << 10  # bytes of a page that are searched
_MAX_STUB_LETTERS = 300  # letters that a browser without scripts shows of a page that is only a way to another
_UNSEEN = ("script", "style", "noscript", "template", "title")


class Refresh(NamedTuple):
    """What a page says of the address that follows it."""

    seconds: int
    url: str  # absolute


class RefreshMiddleware(BaseRedirectMiddleware):
    """Follows a refresh of at most METAREFRESH_MAXDELAY seconds to an address of the same site, like a redirect.

    A longer one belongs to a paper that reloads itself. One to the page itself is followed only where the page sets a
    cookie; one in `<noscript>` only where the page shows no text, because on an article it leads to a notice.

    Scrapy's own middleware, and w3lib under it, read 4 KB of the page, want the attributes in one order, skip
    `<noscript>` always or never, and know no header.
    """

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler.settings)
        self._max_delay = crawler.settings.getint("METAREFRESH_MAXDELAY")
        self._counts = counts_of(crawler)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> RefreshMiddleware:
        middleware = cls(crawler)
        middleware.crawler = crawler
        return middleware

    def process_response(self, request: Request, response: Response) -> Request | Response:
        site: Site | None = request.meta.get(SITE_OF_REQUEST)
        lease: Lease | None = request.meta.get("lease")
        is_kept = "robots_of" in request.meta or request.meta.get("dont_redirect", False)
        if site is None or is_kept or response.status >= 300:
            return response
        if lease is not None and lease.kind not in (AddressKind.ARTICLE, AddressKind.SECTION):
            return response
        refresh = find_refresh(response)
        if refresh is None:
            return response
        if refresh.seconds > self._max_delay:
            self._counts.add(site.name, "response/refresh/too-late")
            return response
        if not site.owns(refresh.url):
            self._counts.add(site.name, "response/refresh/off-site")
            return response
        if _is_same_path(refresh.url, request.url) and not has_new_cookies(request, response):
            self._counts.add(site.name, "response/refresh/to-itself")
            return response
        self._counts.add(site.name, "response/refresh/followed")
        followed = self._redirect_request_using_get(request, response, refresh.url)
        return free_download_slot(self._redirect(followed, request, "refresh"))

    def handle_referer(self, request: Request, response: Response) -> None:  # noqa: ARG002 (Scrapy's)
        request.headers.pop("Referer", None)


def _is_same_path(one: str, other: str) -> bool:
    """A page that leads to itself, with other parameters too, shows news under the same address."""
    return one.partition("#")[0].partition("?")[0] == other.partition("#")[0].partition("?")[0]


def find_refresh(response: Response) -> Refresh | None:
    """Return the refresh of a page, in its header or its markup; None if it has none to a web address."""
    if (header := response.headers.get("Refresh")) is not None:
        return _parse_refresh(header.decode("utf-8", "replace"), response.url)
    head = response.body[:_HEAD_SIZE]
    if not isinstance(response, HtmlResponse) or not re.search(
        rb"http-equiv\s*=\s*[\"']?\s*refresh", head, re.IGNORECASE
    ):
        return None
    try:
        tree = document_fromstring(head, parser=HTMLParser(encoding="utf-8", recover=True))
    except (etree.LxmlError, ValueError):
        return None
    base = next(iter(tree.xpath("//base/@href")), "")
    for meta in tree.iter("meta"):
        if (meta.get("http-equiv") or "").strip().lower() != "refresh":
            continue
        if next(meta.iterancestors("noscript"), None) is not None and _count_seen_letters(tree) > _MAX_STUB_LETTERS:
            continue
        return _parse_refresh(meta.get("content") or "", urljoin(response.url, base))
    return None


def _parse_refresh(text: str, base: str) -> Refresh | None:
    found = _REFRESH.match(text)
    if found is None:
        return None
    target = (found["double"] or found["single"] or found["bare"] or "").strip(" \t\r\n\"'")
    try:
        url = urljoin(base, safe_url_string(target))
    except ValueError:
        return None
    is_web = url.lower().startswith(("http://", "https://"))
    return Refresh(int((found["seconds"] or "0")[:9]), url) if target and is_web else None


def _count_seen_letters(tree: HtmlElement) -> int:
    """Return how many letters a browser with scripts shows of a page."""
    texts = tree.xpath(f"//text()[not(ancestor::{' or ancestor::'.join(_UNSEEN)})]")
    return sum(letter.isalnum() for text in texts for letter in text)
