"""The proxy of a page alone, asked by sockets: also what no browser would send."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from crawling import ROOT, environment
from guarding import fake_dns
from servers.paper import Answer, Paper

SCRIPT = Path(__file__).parents[2] / "page_proxy.py"
NAMES = {
    "paper-press.org": ["127.0.0.1"],
    "inner.paper-press.org": ["127.0.0.2"],
    "turning.paper-press.org": ["127.0.0.1", "127.0.0.2"],
}
MOST = 200_000


@dataclass
class Proxy:
    process: subprocess.Popen[str]
    port: int
    refused: dict[str, int] = field(default_factory=dict)

    def ask(self, *parts: bytes) -> bytes:
        """Send parts one after the other, and return everything that comes until the proxy closes."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=20) as way:
            got = b""
            for part in parts:
                way.sendall(part)
                if part is not parts[-1]:
                    got += way.recv(1 << 16)
            with suppress(ConnectionResetError):  # it closes without reading what goes on
                while data := way.recv(1 << 16):
                    got += data
            return got

    def end(self) -> dict[str, int]:
        """End the page, and return what was refused."""
        if self.process.poll() is None:
            told, _ = self.process.communicate(timeout=30)
            self.refused = json.loads(told)
        return self.refused


@contextmanager
def serve(*hosts: str, most: int = MOST) -> Iterator[Proxy]:
    # -P: `crawler` is the package, not the folder of its tests beside the script.
    line = [sys.executable, "-P", str(SCRIPT), "127.0.0.1/32", str(most), *hosts]
    with subprocess.Popen(
        line, cwd=ROOT, env=environment(**fake_dns(NAMES)), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        try:
            yield Proxy(process, int(process.stdout.readline()))
        finally:
            process.kill()


@pytest.fixture(scope="module")
def proxy() -> Iterator[Proxy]:
    with serve("127.0.0.1", *NAMES) as proxy:
        yield proxy


def test_a_page_of_an_own_host_comes_through(proxy: Proxy, paper: Paper) -> None:
    paper.routes["/api?a=1"] = Answer("what the paper says")
    own = paper.url.removeprefix("http://127.0.0.1")
    for host in ("127.0.0.1", "PAPER-press.org"):
        got = proxy.ask(b"GET http://%s/api?a=1 HTTP/1.1\r\nHost: x\r\n\r\n" % f"{host}{own}".encode())
        assert got.startswith(b"HTTP/1.")
        assert got.endswith(b"what the paper says")


def test_a_tunnel_joins_both_ends(proxy: Proxy, paper: Paper) -> None:
    paper.routes["/api"] = Answer("what the paper says")
    place = paper.url.removeprefix("http://").encode()
    got = proxy.ask(
        b"CONNECT %s HTTP/1.1\r\nHost: x\r\n\r\n" % place, b"GET /api HTTP/1.1\r\nConnection: close\r\n\r\n"
    )
    assert got.startswith(b"HTTP/1.1 200")
    assert got.endswith(b"what the paper says")


def test_what_was_sent_with_the_wish_for_a_tunnel_is_not_lost(proxy: Proxy, paper: Paper) -> None:
    paper.routes["/api"] = Answer("what the paper says")
    place = paper.url.removeprefix("http://").encode()
    got = proxy.ask(b"CONNECT %s HTTP/1.1\r\nHost: x\r\n\r\nGET /api HTTP/1.1\r\nConnection: close\r\n\r\n" % place)
    assert got.endswith(b"what the paper says")


@pytest.mark.parametrize(
    ("sent", "arrives"),
    [
        (b"Content-Length: 5\r\n\r\nhello", b"hello"),
        (b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", b"5\r\nhello\r\n0\r\n\r\n"),
    ],
)
def test_a_body_is_passed_on_and_what_is_for_the_proxy_is_not(proxy: Proxy, sent: bytes, arrives: bytes) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        taken: list[bytes] = []

        def answer() -> None:
            way = server.accept()[0]
            with way:
                way.settimeout(20)
                got = b""
                while not got.endswith(arrives):
                    got += way.recv(1 << 16)
                taken.append(got)
                way.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")

        listening = threading.Thread(target=answer)
        listening.start()
        place = b"127.0.0.1:%d" % server.getsockname()[1]
        head = b"POST http://%s/api HTTP/1.1\r\nHost: %s\r\nProxy-Authorization: Basic eA==\r\n" % (place, place)
        assert proxy.ask(head + sent).startswith(b"HTTP/1.1 204")
        listening.join(timeout=20)
    assert taken[0].startswith(b"POST /api HTTP/1.1\r\n")
    assert b"proxy" not in taken[0].lower()
    assert b"\r\nConnection: close\r\n" in taken[0]


REFUSED = (
    (b"CONNECT inner.paper-press.org:80 HTTP/1.1\r\nHost: x\r\n\r\n", "address-loopback"),
    (b"GET http://inner.paper-press.org/ HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", "address-loopback"),
    (b"GET http://elsewhere.example/ HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", "host"),
    (b"GET http://127.0.0.1@elsewhere.example/ HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", "host"),
    (b"CONNECT unknown.paper-press.org:443 HTTP/1.1\r\nHost: x\r\n\r\n", "host"),
    (b"CONNECT [::1]:80 HTTP/1.1\r\nHost: x\r\n\r\n", "bad-request"),
    (b"CONNECT 127.0.0.1 HTTP/1.1\r\nHost: x\r\n\r\n", "bad-request"),
    (b"CONNECT 127.0.0.1:80/path HTTP/1.1\r\nHost: x\r\n\r\n", "bad-request"),
    (b"CONNECT 127.0.0.1:99999 HTTP/1.1\r\nHost: x\r\n\r\n", "bad-request"),
    (b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", "bad-request"),
    (b"GET ftp://127.0.0.1/ HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", "bad-request"),
    (b"GET http://[/ HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", "bad-request"),
    (b"GET http:///etc HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", "bad-request"),
)


def test_a_connection_is_refused_and_the_reason_counted() -> None:
    with serve("127.0.0.1", *NAMES) as proxy:
        for sent, reason in REFUSED:
            status = b"HTTP/1.1 400 " if reason == "bad-request" else b"HTTP/1.1 403 "
            assert proxy.ask(sent).startswith(status), sent
        assert proxy.end() == Counter(reason for _, reason in REFUSED)


def test_a_name_that_turns_is_judged_at_each_connection(proxy: Proxy, paper: Paper) -> None:
    paper.routes["/api"] = Answer("what the paper says")
    own = paper.url.rpartition(":")[2].encode()
    asked = b"GET http://turning.paper-press.org:%s/api HTTP/1.1\r\nHost: x\r\n\r\n" % own
    assert proxy.ask(asked).endswith(b"what the paper says")
    assert proxy.ask(asked).startswith(b"HTTP/1.1 403 ")
    # A second request over the same connection is not served.
    assert proxy.ask(asked.replace(b"turning.", b"") + asked).count(b"HTTP/1.") == 1


def test_what_is_no_request_reaches_nobody(paper: Paper) -> None:
    head = b"GET %s/ HTTP/1.1\r\nHost: x\r\n" % paper.url.encode()
    broken = (
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",  # TLS
        head + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
        head + b"Transfer-Encoding: gzip\r\n\r\n",
        head + b"X: a\x00b\r\n\r\n",
        head + b"X: long\r\n" * 20_000,
    )
    with serve("127.0.0.1") as proxy:
        for sent in broken:
            assert not proxy.ask(sent).startswith(b"HTTP/1.1 200"), sent[:200]
        assert paper.asked == []
        assert proxy.end() == {"bad-request": len(broken)}


def test_a_page_gets_no_more_than_its_share(paper: Paper) -> None:
    paper.routes["/much"] = Answer("x" * 150_000)
    asked = b"GET %s/much HTTP/1.1\r\nHost: x\r\n\r\n" % paper.url.encode()
    with serve("127.0.0.1") as proxy:
        assert len(proxy.ask(asked)) > 150_000
        assert len(proxy.ask(asked)) < 150_000
        assert proxy.ask(asked).startswith(b"HTTP/1.1 403 ")
        assert proxy.end() == {"too-large": 2}


def test_the_end_of_the_page_ends_its_connections() -> None:
    with serve("127.0.0.1") as proxy, socket.create_server(("127.0.0.1", 0)) as server:
        place = b"127.0.0.1:%d" % server.getsockname()[1]
        with socket.create_connection(("127.0.0.1", proxy.port), timeout=20) as way:
            way.sendall(b"CONNECT %s HTTP/1.1\r\nHost: x\r\n\r\n" % place)
            far = server.accept()[0]
            with far:
                assert way.recv(100).startswith(b"HTTP/1.1 200")
                proxy.end()
                far.settimeout(20)
                assert far.recv(1) == b""
                assert way.recv(1) == b""


def test_a_host_that_does_not_answer_is_told_as_such(proxy: Proxy) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        place = b"127.0.0.1:%d" % closed.getsockname()[1]
    assert proxy.ask(b"CONNECT %s HTTP/1.1\r\nHost: x\r\n\r\n" % place).startswith(b"HTTP/1.1 502 ")
