"""Sends the cookies that `sites.toml` names, and those that a chain of redirects sets, until the chain ends."""

from __future__ import annotations

from collections.abc import Container, Mapping
from http.cookies import CookieError, SimpleCookie

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from scrapy.http.cookies import CookieJar

from crawler.sites.site import SITE_OF_REQUEST, Site

_JAR = "chain_cookies"  # in the meta of a request: the cookies of its chain, which Scrapy copies to each redirect
_OWN = "own_cookies"  # in the meta of a request: the cookies that the first request of its chain brought along
_STEPS = "chain_steps"  # in the meta of a request: address and cookies of each request of its chain
_RETRIES = "chain_retries"  # in the meta of a request: how often Scrapy has retried requests of its chain
# How often a chain may ask for one address with the same cookies: a site may remember a visitor without a cookie.
MAX_SAME_STEPS = 2


class CookiesMiddleware:
    """Keeps cookies within one chain of redirects and refreshes, and forgets them after it.

    Scrapy's own middleware keeps them for the whole crawl, so that a site could follow the crawl from page to page.
    Here a page that redirects to itself, or round a second page, to set a cookie gets that cookie back, and the next
    page gets none. A chain that makes no progress ends before REDIRECT_MAX_TIMES.

    With COOKIES_ENABLED = True, Scrapy's own runs before, and this adds only the cookies of the site's entry.

    A cookie that the site's entry names is sent to the hosts of the site and to no other, and to a site under https
    under https only. The archive and the log never show it.
    """

    def __init__(self, *, adds_site_cookies_only: bool = False) -> None:
        self._adds_site_cookies_only = adds_site_cookies_only

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> CookiesMiddleware:
        return cls(adds_site_cookies_only=crawler.settings.getbool("COOKIES_ENABLED"))

    def process_request(self, request: Request) -> None:
        if self._adds_site_cookies_only:
            self._add_site_cookies(request)
            return
        # The header is that of the redirect's source, where Scrapy has left it: each step gets the cookies for its own
        # address, and those that the first request brought along only where Scrapy lets a header of the source stay.
        sent = request.headers.get("Cookie")
        request.headers.pop("Cookie", None)
        own = request.meta.setdefault(_OWN, _split_header(sent))
        cookies = (own if sent else {}) | _read_cookies(request) | _select_site_cookies(request)
        if cookies:
            request.headers["Cookie"] = _format_header(cookies)
        step = (request.url, tuple(sorted(cookies.items())))
        steps = request.meta.get(_STEPS, ())
        retries = request.meta.get("retry_times", 0)
        if retries > request.meta.get(_RETRIES, 0):  # no further step, but the same one once more
            request.meta[_RETRIES] = retries
            return
        if steps.count(step) >= MAX_SAME_STEPS:
            raise IgnoreRequest("the redirections lead to the same address with the same cookies")
        request.meta[_STEPS] = (*steps, step)

    def _add_site_cookies(self, request: Request) -> None:
        """Add the cookies of the site's entry that the request does not have, and leave the others as they stand."""
        sent = request.headers.get("Cookie")
        missing = _format_header(_select_site_cookies(request), less=_split_header(sent))
        if missing:
            request.headers["Cookie"] = b"; ".join(filter(None, (sent, missing)))

    def process_response(self, request: Request, response: Response) -> Response:
        if "Set-Cookie" in response.headers and not self._adds_site_cookies_only:
            request.meta.setdefault(_JAR, CookieJar()).extract_cookies(response, request)
        return response


def has_new_cookies(request: Request, response: Response) -> bool:
    """Return whether the response sets a cookie that its request did not have."""
    sent = _split_header(request.headers.get("Cookie"))
    return any(_parse_set_cookie(line).items() - sent.items() for line in response.headers.getlist("Set-Cookie"))


def _read_cookies(request: Request) -> dict[str, str]:
    """Return the cookies of the chain that belong to the address of this request."""
    jar: CookieJar | None = request.meta.get(_JAR)
    if jar is None:
        return {}
    bare = Request(request.url)
    jar.add_cookie_header(bare)
    return _split_header(bare.headers.get("Cookie"))


def _select_site_cookies(request: Request) -> dict[str, str]:
    site: Site | None = request.meta.get(SITE_OF_REQUEST)
    return site.get_cookies(request.url) if site is not None else {}


def _split_header(line: bytes | None) -> dict[str, str]:
    """Return names and values of a `Cookie` header as they stand there: sites set what no standard allows."""
    pieces = (piece.strip().partition("=") for piece in (line or b"").decode("utf-8", "surrogateescape").split(";"))
    return {name: value for name, separator, value in pieces if separator}


def _format_header(cookies: Mapping[str, str], *, less: Container[str] = ()) -> bytes:
    """Return the `Cookie` header of those cookies whose names are not in `less`."""
    pieces = (f"{name}={value}" for name, value in cookies.items() if name not in less)
    return "; ".join(pieces).encode("utf-8", "surrogateescape")


def _parse_set_cookie(line: bytes) -> dict[str, str]:
    """Return name and value of a `Set-Cookie` header; of one that is malformed nothing."""
    try:
        return {
            name: morsel.coded_value for name, morsel in SimpleCookie(line.decode("utf-8", "surrogateescape")).items()
        }
    except CookieError:
        return {}
