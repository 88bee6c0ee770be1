"""To which address the redirect of a page leads."""

from __future__ import annotations

import pytest
from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy.spiders import Spider

from crawler.middlewares.redirect import WebRedirectMiddleware

HOME = "http://paper.example"


@pytest.mark.parametrize(
    ("location", "target"),
    [
        (b"/x/../private/1", f"{HOME}/private/1"),  # as browsers ask, so that robots.txt judges what is asked for
        (b"http://paper.example/./private/1", f"{HOME}/private/1"),
        (b"/x/%2e%2E/private/1?q=/../", f"{HOME}/private/1?q=/../"),
        (b"/x/..\\private/1", f"{HOME}/private/1"),
        (b"next", f"{HOME}/2025/next"),
        (b"/caf\xe9", f"{HOME}/caf%E9"),
        (b"javascript:alert(1)", None),
        (b"file:///etc/passwd", None),
        (b"http://[", None),
    ],
)
def test_a_redirect_is_followed_as_browsers_do_or_is_the_response_that_it_is(
    location: bytes, target: str | None
) -> None:
    middleware = WebRedirectMiddleware.from_crawler(Crawler(Spider))
    response = Response(f"{HOME}/2025/story", 302, {"Location": location})
    followed = middleware.process_response(Request(response.url), response)
    if target is None:
        assert followed is response
    else:
        assert isinstance(followed, Request)
        assert followed.url == target
