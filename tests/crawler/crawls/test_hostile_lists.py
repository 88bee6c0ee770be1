"""Sitemaps and feeds that were made to read files, to send requests or to fill the memory, and invalid ones."""

from __future__ import annotations

import json
import re
import socket
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from crawling import FAST, Store, needs_sqlite_file, run_scrapy
from servers.rude import Rude, answer, page

from crawler.discovery.documents import ParsedDocument
from crawler.discovery.feeds import read_feed
from crawler.discovery.sitemaps import MAX_ENTRIES, read_sitemap

URL = "https://paper.example/a-story"
SECRET = "the-secret-of-the-house"
LAUGHS = '<!ENTITY a0 "ha">' + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 20))
QUADRATIC = f'<!ENTITY q "{"q" * 100_000}">'
WRAPPED = {
    "sitemap": "<urlset><url><loc>{url}</loc></url><url><loc>{evil}</loc></url></urlset>",
    "rss": "<rss version='2.0'><channel><item><title>A</title><link>{url}</link></item>"
    "<item><title>{evil}</title><link>{evil}</link></item></channel></rss>",
    "atom": "<feed xmlns='http://www.w3.org/2005/Atom'><entry><title>A</title><link href='{url}'/></entry>"
    "<entry><title>{evil}</title><id>{evil}</id></entry></feed>",
}
NO_LIST = {
    "empty": b"",
    "space": b" \n\t",
    "binary": bytes(range(256)) * 100,
    "two bytes": b"\x00\x01",
    "html": page("A page").encode(),
    "torn": b"<?xml version='1.0'?><urls",
    "another xml": b"<?xml version='1.0'?><svg/>",
}


@pytest.fixture
def canary() -> Iterator[socket.socket]:
    """A server that must get no request."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.05)
        yield server


def hostile(kind: str, secret: Path, port: int) -> dict[str, bytes]:
    """Return documents of this kind, by the attack that each tries."""
    root = WRAPPED[kind].partition("<")[2].partition(">")[0].split()[0]
    attacks = {
        "billion laughs": (f"<!DOCTYPE {root} [{LAUGHS}]>", "&a19;"),
        "quadratic": (f"<!DOCTYPE {root} [{QUADRATIC}]>", "&q;" * 10_000),
        "file": (f"<!DOCTYPE {root} [<!ENTITY x SYSTEM '{secret.as_uri()}'>]>", "&x;"),
        "server": (f"<!DOCTYPE {root} [<!ENTITY x SYSTEM 'http://127.0.0.1:{port}/x'>]>", "&x;"),
        "parameter": (f"<!DOCTYPE {root} [<!ENTITY % x SYSTEM 'http://127.0.0.1:{port}/x'> %x;]>", "x"),
        "dtd of a file": (f"<!DOCTYPE {root} SYSTEM '{secret.as_uri()}'>", "x"),
        "dtd of a server": (f"<!DOCTYPE {root} SYSTEM 'http://127.0.0.1:{port}/x.dtd'>", "x"),
    }
    return {
        name: f"<?xml version='1.0'?>{head}{WRAPPED[kind].format(url=URL, evil=evil)}".encode()
        for name, (head, evil) in attacks.items()
    }


def read(kind: str, body: bytes) -> ParsedDocument:
    return read_sitemap(body) if kind == "sitemap" else read_feed(body, "https://paper.example/feed")


def read_peak_memory() -> int:
    found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    assert found is not None
    return int(found[1]) << 10


# Case 28 of SECURITY.md
@pytest.mark.parametrize("kind", WRAPPED)
def test_a_list_reads_no_file_sends_no_request_and_fills_no_memory(
    kind: str, canary: socket.socket, tmp_path: Path
) -> None:
    secret = tmp_path / "secret"
    secret.write_text(SECRET)
    for name, body in hostile(kind, secret, canary.getsockname()[1]).items():
        memory, began = read_peak_memory(), time.process_time()
        reading = read(kind, body)
        assert time.process_time() - began < 1, name
        assert read_peak_memory() - memory < 50 << 20, name
        assert SECRET not in repr(reading), name
        assert len(reading.entries) <= 2, name
        assert all(len(entry.url) < 1_000_000 for entry in reading.entries), name
        if name.startswith("dtd"):
            assert URL in {entry.url for entry in reading.entries}, name
    with pytest.raises(TimeoutError):
        canary.accept()


# Case 29 of SECURITY.md
@pytest.mark.parametrize("name", NO_LIST)
def test_an_invalid_list_is_reported(name: str) -> None:
    assert read_sitemap(NO_LIST[name]).problem == "bad-sitemap"
    assert read_feed(NO_LIST[name], "https://paper.example/feed").problem == "bad-feed"


def test_entries_beyond_what_a_sitemap_may_hold_are_counted() -> None:
    many = "".join(f"<url><loc>https://paper.example/{number}</loc></url>" for number in range(MAX_ENTRIES + 7))
    reading = read_sitemap(f"<?xml version='1.0'?><urlset>{many}</urlset>".encode())
    assert (len(reading.entries), reading.left_out) == (MAX_ENTRIES, 7)


@needs_sqlite_file
def test_a_crawl_of_hostile_lists_counts_them_and_continues(canary: socket.socket, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text(SECRET)
    data = tmp_path / "data"
    lists = {
        f"/{kind}/{name.replace(' ', '-')}.xml": body
        for kind in WRAPPED
        for name, body in hostile(kind, secret, canary.getsockname()[1]).items()
    } | {f"/none/{name.replace(' ', '-')}.xml": body for name, body in NO_LIST.items()}
    with Rude() as rude:
        (story,) = rude.publish({"one": answer(page("A story"))}).values()
        rude.routes |= {path: answer(body, "Content-Type: text/xml") for path, body in lists.items()}
        named = "".join(f"Sitemap: {rude.url}{path}\n" for path in lists)
        rude.routes["/robots.txt"] = answer(f"User-agent: *\nDisallow:\n{named}", "Content-Type: text/plain")
        rude.front()
        done = run_scrapy("crawl", "articles", "-a", f"url={rude.url}/", *FAST, data=data)
        assert (done.returncode, "Traceback" in done.stderr) == (0, False)
        assert {path for path in lists if rude.asked[path] != 1} == set()
    with closing(sqlite3.connect(data / "broadsheet.db")) as database:
        (counts,) = database.execute("SELECT counts FROM run").fetchone()
        assert SECRET not in "\n".join(database.iterdump())
    (of_site,) = json.loads(counts).values()
    assert of_site["discovery/read"] == len(lists) + 3  # the front page, its feed and its sitemap
    assert of_site["discovery/problem/bad-sitemap"] == len(NO_LIST)
    assert Store(data).articles()[story].rejected is None
    with pytest.raises(TimeoutError):
        canary.accept()
