"""What each answer of robots.txt means: RFC 9309, and the table in docs/reference.md."""

from __future__ import annotations

import gzip
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from subprocess import CompletedProcess

import pytest
from crawling import run_scrapy
from manners import link_bare_lists, load_counts, load_rows
from servers.paper import Answer, Paper
from servers.slow import Flood

from storage.models import Address

ARTICLE = "/2025/10/01/night-ferry-runs-again"
PLAIN = {"Content-Type": "text/plain"}
# The response of robots.txt, whether pages are then fetched, and the word that it is counted by.
TABLE: dict[str, tuple[Answer, bool, str]] = {
    "rules": (Answer("User-agent: *\nDisallow: /\n", headers=PLAIN), False, "rules"),
    "404": (Answer("", 404), True, "http-404"),
    "410": (Answer("", 410), True, "http-410"),
    "401": (Answer("", 401), True, "http-401"),
    "403": (Answer("", 403), True, "http-403"),
    "429": (Answer("", 429), False, "http-429"),
    "500": (Answer("", 500), False, "http-500"),
    "503": (Answer("", 503, {"Retry-After": "1"}), False, "http-503"),
    "silent": (Answer("", before=lambda: time.sleep(3)), False, "timeout"),
    "html": (Answer("<!DOCTYPE html><pre>\nUser-agent: *\nDisallow: /\n</pre>"), True, "html"),
    "bom": (Answer(b"\xef\xbb\xbfUser-agent: *\r\nDisallow: /\r\n", headers=PLAIN), False, "rules"),
    "cr": (Answer("User-agent: *\rDisallow: /\r", headers=PLAIN), False, "rules"),
    "gzip": (
        Answer(gzip.compress(b"User-agent: *\nDisallow: /\n"), headers=PLAIN | {"Content-Encoding": "gzip"}),
        False,
        "rules",
    ),
    "5 redirects": (Answer("", 301, {"Location": "/r1"}), False, "rules"),
    "6 redirects": (Answer("", 301, {"Location": "/r0"}), True, "redirects"),
}
NO_ANSWER = {"429", "500", "503", "silent"}


class Night:
    """One crawl: a paper for each row of the table, a host that refuses connections, a host that does not exist."""

    def __init__(self, stack: ExitStack, data: Path) -> None:
        self.papers = {name: stack.enter_context(Paper(f"127.0.1.{number + 1}")) for number, name in enumerate(TABLE)}
        for name, paper in self.papers.items():
            paper.publish(ARTICLE)
            link_bare_lists(paper)
            paper.routes["/robots.txt"] = TABLE[name][0]
            for hop in range(5):
                paper.routes[f"/r{hop}"] = Answer("", 301, {"Location": f"/r{hop + 1}"})
            paper.routes["/r5"] = Answer("User-agent: *\nDisallow: /\n", headers=PLAIN)
        with socket.create_server(("127.0.1.99", 0)) as closed:
            self.closed = f"http://127.0.1.99:{closed.getsockname()[1]}/"
        urls = [*(paper.url for paper in self.papers.values()), self.closed, "http://no-such-host.invalid/"]
        self.data = data
        self.done = self.crawl(*urls)
        self.counts = load_counts(data)

    def crawl(self, *urls: str) -> CompletedProcess[str]:
        return run_scrapy(
            "crawl", "articles", "-a", f"url={' '.join(urls)}", "-s", "DOWNLOAD_TIMEOUT=1", data=self.data
        )


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Night]:
    with ExitStack() as stack:
        yield Night(stack, tmp_path_factory.mktemp("robots") / "data")


@pytest.mark.parametrize("name", TABLE)
def test_each_response_means_what_the_table_says(night: Night, name: str) -> None:
    # Case 22 of SECURITY.md, and the smaller half of 23.
    paper, (_, is_fetched, outcome) = night.papers[name], TABLE[name]
    pages = [path for path in paper.asked if path != "/robots.txt" and not path.startswith("/r")]
    assert bool(pages) == (ARTICLE in paper.asked) == is_fetched
    assert paper.asked.count("/robots.txt") == 1
    counted = night.counts[paper.name]
    assert counted[f"robots/{outcome}"] == 1
    assert counted.get(f"host/held/robots-{outcome}", 0) == (name in NO_ANSWER)


def test_a_host_that_cannot_be_reached_is_put_on_hold(night: Night) -> None:
    closed = night.counts[night.closed.removeprefix("http://").rstrip("/").replace(":", "-")]
    assert closed["host/held/robots-connection-refused"] == 1
    assert night.counts["no-such-host.invalid"]["host/held/robots-dns"] == 1
    for counted in (closed, night.counts["no-such-host.invalid"]):
        assert "response/received" not in counted


def test_the_crawl_says_that_sites_gave_no_answer(night: Night) -> None:
    assert night.done.returncode == 1, night.done.stderr
    assert "robots-http-503" in night.done.stdout


def test_an_address_that_was_not_requested_loses_no_try(night: Night) -> None:
    held = {paper.name for name, paper in night.papers.items() if name in NO_ANSWER}
    assert {(row.tries, row.state) for row in load_rows(night.data, Address) if row.site in held} == {(0, "pending")}


def test_a_crawl_that_is_started_again_sends_no_request_and_says_until_when(night: Night) -> None:
    papers = [night.papers[name] for name in sorted(NO_ANSWER)]
    before = [list(paper.asked) for paper in papers]
    again = night.crawl(*(paper.url for paper in papers))
    assert again.returncode == 6, again.stderr
    assert [paper.asked for paper in papers] == before
    assert "no request is sent to any site: on hold until at least 20" in again.stderr
    assert load_counts(night.data)[papers[0].name]["host/held/robots-http-429"] == 1


def test_of_a_long_robots_txt_the_first_512_kib_are_obeyed_and_no_more_is_read(tmp_path: Path) -> None:
    # Case 23 of SECURITY.md.
    line = b"# a line that says nothing about any robot, and is there to fill the file up to its limit\n"
    early, late = "/2025/10/01/early-story-of-the-day", "/2025/10/02/late-story-of-the-day"
    start = b"User-agent: *\n" + line * (499 * 1024 // len(line))
    body = start + f"Disallow: {early}\n".encode() + line * 400 + f"Disallow: {late}\n".encode()
    with Paper("127.0.1.1") as paper, Flood("127.0.1.2", start + b"Disallow: /\n" + line * 100_000) as flood:
        paper.publish(early, late)
        link_bare_lists(paper)
        paper.routes["/robots.txt"] = Answer(body + line * (5_000_000 // len(line)), headers=PLAIN)
        data = tmp_path / "data"
        done = run_scrapy("crawl", "articles", "-a", f"url={paper.url} {flood.url}", data=data)
    assert done.returncode == 1, done.stderr  # the second site yields no address
    assert f"robots.txt forbids its front page {flood.url}/" in done.stdout
    assert (early in paper.asked, late in paper.asked) == (False, True)
    assert {load_counts(data)[server.name]["robots/cut"] for server in (paper, flood)} == {1}
    assert flood.sent < 4 << 20  # of 9 MB: the rest was in buffers
    assert load_counts(data)[flood.name]["address/refused/robots"] == 1
