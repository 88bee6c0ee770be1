"""Cookies go to the hosts of their site and last for one chain of redirects."""

from __future__ import annotations

import pytest
from scrapy import Request
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response

from crawler.middlewares.cookies import CookiesMiddleware, has_new_cookies
from crawler.sites.site import SITE_OF_REQUEST, Site

SITE = Site("paper", "https://example.org/", cookies=(("pass", "secret"),))
HERE = "https://example.org/story"


def send(url: str, site: Site = SITE) -> str | None:
    request = Request(url, meta={SITE_OF_REQUEST: site})
    CookiesMiddleware().process_request(request)
    return (request.headers.get("Cookie") or b"").decode() or None


@pytest.mark.parametrize("url", [HERE, "https://www.example.org/", "https://sport.example.org/a"])
def test_the_cookies_of_a_site_go_to_its_hosts(url: str) -> None:
    assert send(url) == "pass=secret"


@pytest.mark.parametrize("url", ["https://other.example/", "https://example.org.net/", "http://example.org/story"])
def test_they_go_to_no_other_host_and_never_in_the_clear(url: str) -> None:
    assert send(url) is None


def test_no_text_of_a_site_shows_them() -> None:
    assert "secret" not in repr(SITE)


def test_a_chain_keeps_its_cookies_and_the_next_has_none() -> None:
    middleware, request = CookiesMiddleware(), Request(HERE, meta={SITE_OF_REQUEST: SITE})
    middleware.process_request(request)
    answer = Response(HERE, status=302, headers={"Set-Cookie": "seen=1; Path=/", "Location": HERE})
    assert has_new_cookies(request, answer)
    middleware.process_response(request, answer)
    again = request.replace()
    middleware.process_request(again)
    assert again.headers["Cookie"] == b"seen=1; pass=secret"
    assert not has_new_cookies(again, answer)
    elsewhere = again.replace(url="https://other.example/")
    middleware.process_request(elsewhere)
    assert "Cookie" not in elsewhere.headers
    assert send(HERE) == "pass=secret"


@pytest.mark.parametrize(
    "sent", [b"a[b]=1; session=x", b"session=x; odd", b"name=\xc3\xa4; session=x", b"a=1; a=2", b'prefs={"a": 1}; b=2']
)
def test_the_cookies_of_a_spider_that_logs_in_stay_as_scrapy_writes_them(sent: bytes) -> None:
    request = Request(HERE, meta={SITE_OF_REQUEST: SITE}, headers={"Cookie": sent})
    CookiesMiddleware(adds_site_cookies_only=True).process_request(request)
    assert request.headers["Cookie"] == sent + b"; pass=secret"
    CookiesMiddleware(adds_site_cookies_only=True).process_request(request)  # it is there already
    assert request.headers["Cookie"] == sent + b"; pass=secret"


def test_a_chain_without_progress_ends() -> None:
    middleware, request = CookiesMiddleware(), Request(HERE, meta={SITE_OF_REQUEST: SITE})
    middleware.process_request(request)
    request = request.replace()
    middleware.process_request(request)
    with pytest.raises(IgnoreRequest, match="redirections"):
        middleware.process_request(request.replace())
