"""Which requests of a page are sent."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from crawler.browser.page_requests import PageRequests
from crawler.failures.errors import Disallowed
from crawler.sites.site import make_site

SITE = replace(make_site("https://www.paper-press.org/"), browser_hosts=("api.example.net",))
HTML = b"""<script src="https://cdn.example.org/app.js"></script><script src=//www.googletagmanager.com/gtm.js></script>
<link rel="stylesheet" href="https://styles.example.org:8443/a.css"><link rel=icon href=https://icons.example.org/i>
<img src="https://images.example.org/1.jpg"><script src="http://["></script>"""


async def forbid_private(url: str) -> None:
    if "/private/" in url:
        raise Disallowed(url)


def make(max_requests: int = 100) -> PageRequests:
    return PageRequests(SITE, "https://www.paper-press.org/a", HTML, forbid_private, max_requests)


@pytest.mark.parametrize(
    ("url", "kind", "reason"),
    [
        ("https://www.paper-press.org/app.js", "script", None),
        ("https://static.paper-press.org/app.css", "stylesheet", None),
        ("https://www.paper-press.org/api/1", "fetch", None),
        ("https://v2.api.example.net/1", "xhr", None),
        ("https://cdn.example.org/chunk.7.js", "script", None),
        ("https://styles.example.org:8443/b.css", "stylesheet", None),
        ("https://styles.example.org/b.css", "stylesheet", "other-host"),  # another port
        ("https://cdn.example.org/data.json", "fetch", "other-host"),
        ("https://icons.example.org/x.js", "script", "other-host"),
        ("https://unnamed.example.org/x.js", "script", "other-host"),
        ("https://www.googletagmanager.com/gtm.js", "script", "tracker"),
        ("https://www.paper-press.org/1.jpg", "image", "kind-image"),
        ("https://www.paper-press.org/live", "eventsource", "kind-eventsource"),
        ("https://www.paper-press.org/private/1", "fetch", "robots"),
        ("file:///etc/passwd", "fetch", "scheme"),
        ("chrome://version", "script", "scheme"),
    ],
)
def test_a_request_is_judged_by_its_kind_and_host(url: str, kind: str, reason: str | None) -> None:
    assert asyncio.run(make().judge(url, kind)) == reason


def test_the_number_of_requests_is_bounded() -> None:
    async def ask() -> list[str | None]:
        requests = make(2)
        return [await requests.judge(f"https://www.paper-press.org/{number}", "fetch") for number in range(4)]

    assert asyncio.run(ask()) == [None, None, "too-many", "too-many"]


def test_the_proxy_knows_hosts_alone() -> None:
    requests = make()
    assert requests.allows_origin("https://www.paper-press.org:443/")
    assert requests.allows_origin("https://cdn.example.org:443/")
    assert not requests.allows_origin("https://cdn.example.org:8443/")
    assert not requests.allows_origin("https://www.googletagmanager.com:443/")
    assert not requests.allows_origin("http://127.0.0.1:80/")
    assert not requests.allows_origin("http://[::1]:80/")
