"""The server of the demo newspapers, over loopback."""

from __future__ import annotations

import gc
import http.client
import tomllib
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from cleaning.errors import UsageError
from crawler.demo.papers import PAPERS
from crawler.demo.server import DemoServer

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def server() -> Iterator[DemoServer]:
    with DemoServer(ports=(0, 0, 0, 0)) as server:
        yield server


def ask(url: str, method: str = "GET", **headers: str) -> tuple[int, dict[str, str], bytes]:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=10)
    try:
        connection.request(
            method, parts.path, headers={name.replace("_", "-"): value for name, value in headers.items()}
        )
        response = connection.getresponse()
        return response.status, dict(response.getheaders()), response.read()
    finally:
        connection.close()


def test_every_site_is_served_on_loopback_and_every_request_is_recorded(server: DemoServer) -> None:
    assert [name for name, _ in server.sites] == [paper.name for paper in PAPERS]
    for name, base in server.sites:
        assert urlsplit(base).hostname == "127.0.0.1"
        status, headers, body = ask(base)
        assert (status, int(headers["Content-Length"])) == (200, len(body))
        assert ask(f"{base}robots.txt")[0] == 200
        assert ask(f"{base}no/such/page")[0] == 404
        assert server.requests[name] == [("/", 200), ("/robots.txt", 200), ("/no/such/page", 404)]


def test_a_page_that_is_known_already_is_not_sent_again(server: DemoServer) -> None:
    base = server.sites[0][1]
    _, headers, body = ask(base)
    status, again, nothing = ask(base, If_None_Match=f'"other", W/{headers["ETag"]}')
    assert (status, again["ETag"], nothing) == (304, headers["ETag"], b"")
    status, _, whole = ask(base, If_None_Match='"other"')
    assert (status, whole) == (200, body)
    assert ask(f"{base}no/such/page", If_None_Match="*")[0] == 404


def test_head_says_what_get_would_say_without_the_body(server: DemoServer) -> None:
    base = server.sites[3][1]
    status, headers, body = ask(base, "HEAD")
    got = ask(base)
    assert (status, body) == (200, b"")
    assert {name: headers[name] for name in ("ETag", "Content-Type", "Content-Length")} == {
        name: got[1][name] for name in ("ETag", "Content-Type", "Content-Length")
    }


def test_several_requests_share_a_connection(server: DemoServer) -> None:
    connection = http.client.HTTPConnection(urlsplit(server.sites[1][1]).netloc, timeout=10)
    try:
        sockets = set()
        for path in ("/", "/atom.xml", "/sitemap.txt"):
            connection.request("GET", path)
            assert connection.getresponse().read()
            sockets.add(connection.sock)
        assert len(sockets) == 1
        assert None not in sockets
    finally:
        connection.close()


def test_the_sites_can_be_read_as_sites_toml(server: DemoServer) -> None:
    tables = tomllib.loads(server.format_sites_toml())["site"]
    assert [(table["name"], table["url"], table["delay"]) for table in tables] == [(*site, 0) for site in server.sites]


def test_a_port_in_use_gives_one_clear_line_and_leaves_nothing_open(server: DemoServer) -> None:
    taken = urlsplit(server.sites[0][1]).port or 0
    with pytest.raises(UsageError, match=f"port {taken} of 127.0.0.1 is in use") as refusal:
        DemoServer((0, 0, taken, 0)).__enter__()
    assert "\n" not in str(refusal.value)
    gc.collect()  # a socket that was left open would warn here, and a warning fails the test


def test_after_the_server_stops_its_ports_are_free_again() -> None:
    with DemoServer(ports=(0, 0, 0, 0)) as server:
        ports = tuple(urlsplit(base).port or 0 for _, base in server.sites)
    with DemoServer(ports) as again:
        assert ask(again.sites[2][1])[0] == 200
