"""Which requests of a page are sent."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from scrapy import Request
from scrapy.exceptions import DownloadCancelledError
from scrapy.http import Response

from crawler.browser.page_requests import PageRequests, RequestRefused
from crawler.failures.errors import CrawlStopped, Disallowed, HostOnHold, TooLarge
from crawler.sites.site import make_site
from storage.frontier.hosts import Hold

HOME = "https://www.paper-press.org"
SITE = replace(make_site(f"{HOME}/"), browser_hosts=("https://api.example.net/", "https://other.example.net:8443/"))
HTML = b"""<script src="https://cdn.example.org/app.js"></script><script src=//www.googletagmanager.com/gtm.js></script>
<link rel="stylesheet" href="https://styles.example.org:8443/a.css"><link rel=icon href=https://icons.example.org/i>
<img src="https://images.example.org/1.jpg"><script src="http://["></script>"""

Answer = Callable[[Request], Response]


def forbid_private(request: Request) -> Response:
    if "/private/" in request.url:
        raise Disallowed(request.url)
    return Response(request.url, body=b"12345")


def redirect(**targets: str) -> Answer:
    """Return what answers `/name` with a redirect: "302 /target"."""

    def answer(request: Request) -> Response:
        status, _, target = targets.get(request.url.rpartition("/")[2], "").partition(" ")
        return Response(request.url, int(status or 200), {"Location": target} if target else {})

    return answer


def send(requests: PageRequests, url: str, kind: str = "fetch") -> str | None:
    """Return why a request is refused, None if it is sent."""
    try:
        asyncio.run(requests.send(Request(url), kind, url))
    except RequestRefused as refusal:
        return refusal.reason
    return None


def make(
    answer: Answer = forbid_private, html: bytes = HTML, *, most: int = 100, most_bytes: int = 1000
) -> PageRequests:
    async def download(request: Request) -> Response:
        return answer(request)

    return PageRequests(SITE, f"{HOME}/a", html, download, max_requests=most, max_bytes=most_bytes)


@pytest.mark.parametrize(
    ("url", "kind", "reason"),
    [
        (f"{HOME}/app.js", "script", None),
        ("https://static.paper-press.org/app.css", "stylesheet", None),
        (f"{HOME}/api/1", "fetch", None),
        (f"{HOME}:8080/api/1", "fetch", "other-host"),
        ("https://v2.api.example.net/1", "xhr", None),
        ("https://api.example.net:25/", "fetch", "other-host"),
        ("https://other.example.net:8443/1", "fetch", None),
        ("https://other.example.net/1", "fetch", "other-host"),
        ("https://api.example.net/private/1", "fetch", "robots"),
        ("https://cdn.example.org/chunk.7.js", "script", None),
        ("https://cdn.example.org/private/chunk.js", "script", "robots"),
        ("https://styles.example.org:8443/b.css", "stylesheet", None),
        ("https://styles.example.org/b.css", "stylesheet", "other-host"),  # another port
        ("https://cdn.example.org/data.json", "fetch", "other-host"),
        ("https://icons.example.org/x.js", "script", "other-host"),
        ("https://unnamed.example.org/x.js", "script", "other-host"),
        ("https://www.googletagmanager.com/gtm.js", "script", "tracker"),
        ("https://www.googletagmanager.com./gtm.js", "script", "tracker"),
        (f"{HOME}/_payload.json", "other", None),  # preloaded
        ("https://cdn.example.org/_payload.json", "other", "other-host"),
        (f"{HOME}/api?query={'x' * 3_000}", "fetch", None),
        (f"{HOME}/1.jpg", "image", "kind-image"),
        (f"{HOME}/live", "eventsource", "kind-eventsource"),
        (f"{HOME}/private/1", "fetch", "robots"),
        ("file:///etc/passwd", "fetch", "scheme"),
        ("chrome://version", "script", "scheme"),
    ],
)
def test_a_request_is_judged_by_its_kind_and_host(url: str, kind: str, reason: str | None) -> None:
    assert send(make(), url, kind) == reason


def test_scripts_are_named_from_the_base_of_the_page() -> None:
    requests = make(html=b'<base href="https://cdn.example.org/7/"><script src="app.js"></script>')
    assert send(requests, "https://cdn.example.org/7/app.js", "script") is None


@pytest.mark.parametrize(
    ("target", "kind", "reason"),
    [
        ("/there", "fetch", None),
        ("/private/there", "fetch", "robots"),
        ("http://cdn.example.org/there", "script", None),
        ("http://cdn.example.org/there", "fetch", "other-host"),
        ("http://127.0.0.1/there", "script", "other-host"),
        ("https://www.googletagmanager.com/gtm.js", "script", "tracker"),
        ("file:///etc/passwd", "fetch", "scheme"),
        ("javascript:alert(1)", "script", "scheme"),
        ("http://[", "script", "scheme"),
    ],
)
def test_the_target_of_a_redirect_is_judged_like_what_a_script_asks_for(
    target: str, kind: str, reason: str | None
) -> None:
    def answer(request: Request) -> Response:
        if request.url.endswith("/here"):
            return Response(request.url, 302, {"Location": target})
        return forbid_private(request)

    assert send(make(answer), f"{HOME}/here", kind) == reason


def test_redirects_without_end_end() -> None:
    assert send(make(redirect(round="302 /round")), f"{HOME}/round") == "redirects"
    assert send(make(redirect(round="302 /round"), most=3), f"{HOME}/round") == "too-many"


@pytest.mark.parametrize(
    ("status", "method", "sent"),
    [
        (301, "POST", ("GET", b"")),
        (302, "HEAD", ("HEAD", b"")),
        (303, "POST", ("GET", b"")),
        (303, "HEAD", ("HEAD", b"")),
        (307, "POST", ("POST", b"what")),
    ],
)
def test_a_redirect_keeps_the_method_that_browsers_keep(status: int, method: str, sent: tuple[str, bytes]) -> None:
    seen = []

    def answer(request: Request) -> Response:
        seen.append((request.method, request.body))
        return redirect(here=f"{status} /there")(request)

    body = b"" if method == "HEAD" else b"what"
    asyncio.run(make(answer).send(Request(f"{HOME}/here", method=method, body=body), "fetch", "key"))
    assert seen[1] == sent


def test_what_is_for_one_host_alone_is_not_sent_to_another() -> None:
    seen = []

    def answer(request: Request) -> Response:
        seen.append({name.decode() for name in request.headers} & {"Authorization", "Cookie", "X-Token"})
        return redirect(first="302 /second", second="302 https://api.example.net/third")(request)

    headers = {"Authorization": "secret", "Cookie": "a=1", "X-Token": "1"}
    asyncio.run(make(answer).send(Request(f"{HOME}/first", headers=headers), "fetch", "key"))
    assert seen == [set(headers), set(headers), {"X-Token"}]


def test_what_a_redirect_sets_on_the_host_that_was_asked_reaches_the_page() -> None:
    def answer(request: Request) -> Response:
        found = redirect(one="302 /two", two="302 https://api.example.net/three")(request)
        found.headers["Set-Cookie"] = request.url.rpartition("/")[2] + "=1"
        return found

    response = asyncio.run(make(answer).send(Request(f"{HOME}/one"), "fetch", "key"))
    assert response.headers.getlist("Set-Cookie") == [b"one=1", b"two=1"]


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_a_page_changes_nothing(method: str) -> None:
    with pytest.raises(RequestRefused, match="method"):
        asyncio.run(make().send(Request(f"{HOME}/1", method=method), "fetch", "key"))


@pytest.mark.parametrize(
    ("location", "asked"),
    [
        (b"/x/../private/1", "/private/1"),
        (b"https://www.paper-press.org/./private/1", "/private/1"),
        (b"/x/%2E%2e/private/1", "/private/1"),
        (b"/x\\..\\private/1", "/private/1"),
        (b"/caf\xe9", "/caf%E9"),
        ("/café".encode(), "/caf%C3%A9"),
    ],
)
def test_a_target_is_judged_as_the_path_that_is_meant(location: bytes, asked: str) -> None:
    seen = []

    def answer(request: Request) -> Response:
        if request.url.endswith("/here"):
            return Response(request.url, 302, {"Location": location})
        seen.append(request.url)
        return forbid_private(request)

    assert send(make(answer), f"{HOME}/here") == ("robots" if "private" in asked else None)
    assert seen == [HOME + asked]


@pytest.mark.parametrize(
    ("error", "reason", "is_withheld"),
    [
        (CrawlStopped("the crawl ends"), "stopped", True),
        (HostOnHold(Hold("h", datetime.now(UTC) + timedelta(minutes=5), "retry-after")), "hold", True),
        (HostOnHold(Hold("h", datetime.now(UTC) + timedelta(hours=12), "retry-after")), "hold", False),
        (Disallowed("no"), "robots", False),
        (TooLarge("more than that"), "too-large", False),
    ],
)
def test_what_comes_a_little_later_is_noted(error: Exception, reason: str, *, is_withheld: bool) -> None:
    def answer(_request: Request) -> Response:
        raise error

    requests = make(answer)
    assert send(requests, f"{HOME}/1") == reason
    assert (requests.withheld is error) is is_withheld
    named = make(answer)
    assert send(named, "https://cdn.example.org/app.js", "script") == reason
    assert (named.withheld is error) is isinstance(error, CrawlStopped)


def test_what_is_too_large_counts_as_what_it_may_have() -> None:
    """Else a page could load as much as often as it likes."""
    asked = []

    def answer(request: Request) -> Response:
        asked.append(request.meta["download_maxsize"])
        raise DownloadCancelledError

    requests = make(answer, most_bytes=90)
    assert [send(requests, f"{HOME}/{number}") for number in range(5)] == ["too-large"] * 5
    assert asked == [30, 30, 30]


def test_a_host_that_does_not_answer_keeps_no_other_one_waiting() -> None:
    async def download(request: Request) -> Response:
        if "cdn." in request.url:
            await asyncio.Event().wait()
        return Response(request.url)

    async def ask() -> Response:
        requests = PageRequests(SITE, f"{HOME}/a", HTML, download, max_requests=100, max_bytes=1000)
        urls = [f"https://cdn.example.org/{number}" for number in range(9)]
        hanging = [asyncio.ensure_future(requests.send(Request(url), "script", url)) for url in urls]
        response = await asyncio.wait_for(requests.send(Request(f"{HOME}/1"), "fetch", "key"), 20)
        requests.give_up(urls[0])
        with pytest.raises(RequestRefused, match="given-up"):
            await asyncio.wait_for(hanging[0], 20)
        hanging[1].cancel()  # who waits for it is ended, not the request by itself
        with pytest.raises(asyncio.CancelledError):
            await hanging[1]
        await requests.end()
        await asyncio.gather(*hanging, return_exceptions=True)
        return response

    assert asyncio.run(ask()).status == 200


def test_the_number_of_requests_is_bounded() -> None:
    requests = make(most=2)
    assert [send(requests, f"{HOME}/{number}") for number in range(4)] == [None, None, "too-many", "too-many"]


def test_their_bytes_are_bounded() -> None:
    requests = make(most_bytes=11)
    assert [send(requests, f"{HOME}/{number}") for number in range(4)] == [None, None, "too-large", "too-large"]


def test_six_are_sent_at_once_and_none_once_the_page_is_closed() -> None:
    under_way = []

    async def wait_for_ever(request: Request) -> Response:
        under_way.append(request.url)
        await asyncio.Event().wait()
        raise AssertionError

    async def close_page(download: Callable[[Request], Awaitable[Response]]) -> list[BaseException | Response]:
        requests = PageRequests(SITE, f"{HOME}/a", HTML, download, max_requests=100, max_bytes=1000)
        sent = [
            asyncio.ensure_future(requests.send(Request(f"{HOME}/{number}"), "fetch", number)) for number in range(9)
        ]
        while len(under_way) < 6:  # noqa: ASYNC110 (they start by themselves)
            await asyncio.sleep(0)
        await requests.end()
        return await asyncio.gather(*sent, return_exceptions=True)

    ended = asyncio.run(close_page(wait_for_ever))
    assert len(under_way) == 6
    assert [error.reason for error in ended if isinstance(error, RequestRefused)] == ["page-closed"] * 9
