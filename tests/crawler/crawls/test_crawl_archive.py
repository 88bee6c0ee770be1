"""`scrapy crawl archive`: a replay of the archive gives the same articles as the crawl."""

from __future__ import annotations

import gzip
import signal
import time
from io import BytesIO
from pathlib import Path

from crawling import FAST, ROOT, Scrapy, Store, command, environment, needs_sqlite_file, run_scrapy
from prepared_scrapy import PreparedProcess
from servers.paper import Answer, Paper, prose
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

ONE, TWO, THREE = "/2025/10/01/night-ferry-runs-again", "/2025/10/02/old-theatre-roof", "/2025/10/03/late-frost-in-may"


def select_fields(store: Store) -> dict[str, tuple[object, ...]]:
    return {
        path: (
            row.site,
            row.title,
            row.text,
            row.authors,
            row.published_at,
            row.language,
            row.rejected,
            row.duplicate_rule,
        )
        for path, row in store.articles().items()
    }


def test_an_archive_replayed_into_an_empty_database_gives_the_same_articles(
    paper: Paper, scrapy: Scrapy, data: Path, store: Store, tmp_path: Path
) -> None:
    paper.article(ONE, "Night ferry runs again", when="2025-10-01T08:00:00Z")
    paper.article(TWO, "Night ferry runs again", text=prose(ONE), when="2025-10-02T08:00:00Z")
    greek = "<html><body><article><h1>Πλοίο</h1>" + "<p>Το πλοίο της νύχτας ξεκινά πάλι από το λιμάνι.</p>" * 12
    paper.routes[THREE] = Answer(
        gzip.compress(greek.encode("iso-8859-7")),
        headers={"Content-Type": "text/html; charset=iso-8859-7", "Content-Encoding": "gzip"},
    )
    paper.front(ONE, TWO, THREE)
    scrapy("crawl", "articles", "-a", f"url={paper.url}/")
    (archive,) = (data / "archive").iterdir()
    paper.asked.clear()

    replayed = tmp_path / "replayed"
    done = run_scrapy("crawl", "archive", "-a", f"path={archive}", data=replayed)
    assert done.returncode == 0, done.stderr
    assert select_fields(Store(replayed)) == select_fields(store)
    assert len(store.articles()) == 3
    assert paper.asked == []
    assert not (replayed / "archive").exists()


def test_an_archive_of_many_hosts_gives_each_page_its_site(scrapy: Scrapy, store: Store, tmp_path: Path) -> None:
    path = tmp_path / "CC-NEWS-20251001.warc.gz"
    with path.open("wb") as file:
        writer = WARCWriter(file, gzip=True)
        writer.write_record(writer.create_warcinfo_record(path.name, {"software": "another crawler"}))
        for host, status, kind in (
            ("www.harbour.example", "200 OK", "text/html; charset=utf-8"),
            ("valley.example", "200 OK", "text/html"),
            ("valley.example", "404 Not Found", "text/html"),
            ("pictures.example", "200 OK", "image/png"),
        ):
            html = "".join(f"<p>{paragraph}</p>" for paragraph in prose(host))
            body = f"<html><body><h1>The news of {host}</h1>{html}</body></html>".encode()
            if kind == "image/png":
                body = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"
            http = StatusAndHeaders(status, [("Content-Type", kind)], protocol="HTTP/1.1")
            url = f"https://{host}/{host}/story-{status[:3]}"
            writer.write_record(
                writer.create_warc_record(url, "response", payload=BytesIO(body), length=len(body), http_headers=http)
            )
    done = scrapy("crawl", "archive", "-a", f"path={path}")
    assert done.returncode == 0, done.stderr
    assert {(row.site, row.title) for row in store.articles().values()} == {
        ("harbour.example", "The news of www.harbour.example"),
        ("valley.example", "The news of valley.example"),
    }
    assert "1 http-404" in done.stderr
    assert "1 not-html" in done.stderr


@needs_sqlite_file
def test_a_replayed_article_is_not_fetched_by_a_later_crawl(
    paper: Paper, scrapy: Scrapy, data: Path, tmp_path: Path
) -> None:
    paper.article(ONE, "Night ferry runs again")
    paper.front(ONE)
    scrapy("crawl", "articles", "-a", f"url={paper.url}/")
    (archive,) = (data / "archive").iterdir()
    kept = archive.rename(tmp_path / archive.name)
    for file in data.glob("broadsheet.db*"):
        file.unlink()
    scrapy("crawl", "archive", "-a", f"path={kept}")
    paper.asked.clear()
    scrapy("crawl", "articles", "-a", f"url={paper.url}/")
    assert paper.asked_articles() == []


def record(name: str, status: str = "200 OK", fields: str = "", before: str = "") -> bytes:
    """Return an uncompressed WARC record of a page; `fields` are further HTTP headers, `before` stands before it."""
    text = "".join(f"<p>{paragraph}</p>" for paragraph in prose(name))
    page = f"<html><body><article><h1>The news of {name}</h1>{text}</article></body></html>"
    block = f"HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\n{fields}\r\n{before}{page}".encode()
    head = (
        "WARC/1.0\r\nWARC-Type: response\r\n"
        f"WARC-Target-URI: http://courier.example/{name}\r\nWARC-Date: 2025-10-01T08:00:00Z\r\n"
        f"Content-Length: {len(block)}\r\n\r\n"
    )
    return head.encode() + block + b"\r\n\r\n"


def test_one_odd_page_does_not_end_the_replay(scrapy: Scrapy, store: Store, tmp_path: Path) -> None:
    path = tmp_path / "odd.warc"
    path.write_bytes(
        record("first-story")
        + record("foreign-letters", fields="X-Title: Łódź – wiadomości\r\n")
        + record("not-packed", fields="Content-Encoding: gzip\r\n")
        + record("not-deflated", fields="Content-Encoding: br\r\n")
        + record("broken-gzip", fields="Content-Encoding: gzip\r\n", before="\x1f\x7f\x08")
        + record("broken-zstd", fields="Content-Encoding: zstd\r\n", before="\x00\x01\x02")
        + record("other-success", status="203 Non-Authoritative Information")
        + record("moved-away", status="301 Moved Permanently")
        + record("last-story")
    )
    done = scrapy("crawl", "archive", "-a", f"path={path}")
    assert done.returncode == 0, done.stderr
    assert set(store.texts()) == {
        *("/first-story", "/foreign-letters", "/not-packed", "/not-deflated"),
        *("/other-success", "/last-story"),
    }
    assert "skipped 1 http-301, 2 unreadable" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_file_that_is_read_only_in_part_is_named(scrapy: Scrapy, store: Store, tmp_path: Path) -> None:
    path = tmp_path / "one-member.warc.gz"
    path.write_bytes(gzip.compress(record("first-story") + record("last-story")))
    done = scrapy("crawl", "archive", "-a", f"path={path}")
    assert done.returncode == 0, done.stderr
    assert set(store.texts()) == {"/first-story"}
    assert "WARNING: one-member.warc.gz breaks off" in done.stderr


def test_a_stopped_replay_ends_and_says_so(data: Path, store: Store, tmp_path: Path) -> None:
    path = tmp_path / "long.warc"
    path.write_bytes(b"".join(record(f"story-number-{number}") for number in range(200)))
    arguments = ("crawl", "archive", "-a", f"path={path}", *FAST, "-s", "LOG_LEVEL=DEBUG")
    replay = PreparedProcess(command(*arguments, data=data), ROOT, environment())
    try:
        until = time.monotonic() + 60
        while b"Scraped from" not in replay.errors:
            assert replay.poll() is None, replay.errors
            assert time.monotonic() < until, replay.errors
            time.sleep(0.05)
        replay.send_signal(signal.SIGTERM)
        assert replay.wait(15) == 130, replay.errors
    finally:
        replay.kill()
        replay.wait()
    assert 0 < len(store.articles()) < 200
