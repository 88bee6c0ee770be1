"""`Store.raw`: the archived response of a page, as its site sent it."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import brotli
import pytest
from backports import zstd

from cleaning.errors import ArchiveMissing, ArticleMissing, RecordUnreadable
from cleaning.records.article import Article
from cleaning.records.block import Block
from storage import Store, open_store, runs
from storage.archive.part_locations import ArchivedPart
from storage.archive.write import Archive, Exchange
from storage.articles.saving import save_article
from storage.database.engine import make_database_url, open_database

NIGHT = datetime(2026, 11, 20, 2, tzinfo=UTC)
URL = "https://courier.example/ferry"
HTML = "<html><head><meta charset=iso-8859-7></head><p>Η νυχτερινή πορθμείο</p></html>"
BODY = HTML.encode("iso-8859-7")
Give = Callable[..., Store]


@pytest.fixture
def give(tmp_path: Path) -> Give:
    """Return a function that makes a store of one article with this body, and further parts."""

    def give(body: bytes, coding: str | None, *parts: bytes, rejected: str | None = None) -> Store:
        headers = [("Content-Type", "text/html"), *([("Content-Encoding", coding)] if coding else [])]
        archive = Archive(tmp_path / "archive", run=1, software="Broadsheet test")
        urls = [URL, *(f"{URL}/{number}" for number in range(2, 2 + len(parts)))]
        where = [
            archive.write(Exchange(url, "GET", [], 200, headers, content, NIGHT, "courier"))
            for url, content in zip(urls, (body, *parts), strict=True)
        ]
        archive.close()
        engine = open_database(make_database_url(tmp_path, None))
        with engine.begin() as connection:
            save_article(
                connection,
                Article(URL, "Ferry", (Block("The ferry runs."),), rejected=rejected),
                site="courier",
                run=runs.begin(connection, spider="articles", now=NIGHT),
                fetched_at=NIGHT,
                location=where[0],
                parts=[ArchivedPart(url, location) for url, location in zip(urls[1:], where[1:], strict=True)],
            )
        engine.dispose()
        return open_store(tmp_path)

    return give


@pytest.mark.parametrize(
    ("coding", "encode"),
    [
        (None, bytes),
        ("gzip", gzip.compress),
        ("deflate", zlib.compress),
        ("BR", brotli.compress),
        ("zstd", zstd.compress),
        ("gzip, br", lambda body: brotli.compress(gzip.compress(body))),
        ("utf-8", bytes),
        ("gzip", bytes),  # a proxy has unpacked it
    ],
)
def test_the_body_is_unpacked_and_read_in_its_charset(
    give: Give, coding: str | None, encode: Callable[[bytes], bytes]
) -> None:
    with give(encode(BODY), coding) as store:
        page = store.raw(f"{URL}?utm_source=x")
    assert (page.url, page.status, page.body, page.html, page.fetched_at) == (URL, 200, BODY, HTML, NIGHT)
    assert (page.get_header("content-type"), page.get_header("x-other")) == ("text/html", None)
    assert page.parts == ()


def test_an_article_on_several_pages_has_its_parts_and_a_rejected_page_its_response(give: Give) -> None:
    with give(BODY, None, b"<p>two", b"<p>three", rejected="paywall") as store:
        page = store.raw(URL)
    assert [(part.url, part.html) for part in page.parts] == [(f"{URL}/2", "<p>two"), (f"{URL}/3", "<p>three")]


def test_a_body_that_is_not_what_it_says_is_refused(give: Give) -> None:
    with give(b"\x00\x01", "gzip") as store, pytest.raises(RecordUnreadable, match="its body is not gzip"):
        store.raw(URL)


def test_a_bomb_is_refused(give: Give) -> None:
    with (
        give(gzip.compress(bytes(60 << 20)), "gzip") as store,
        pytest.raises(RecordUnreadable, match="unpacks to over"),
    ):
        store.raw(URL)


def test_what_is_missing_is_named(give: Give, tmp_path: Path) -> None:
    with give(BODY, None) as store:
        with pytest.raises(ArticleMissing):
            store.raw("https://courier.example/other")
        (file,) = (tmp_path / "archive").iterdir()
        file.unlink()
        with pytest.raises(ArchiveMissing, match="cannot be read"):
            store.raw(URL)
    engine = open_database(make_database_url(tmp_path, None))
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE article SET archive_file = NULL, archive_offset = NULL")
    engine.dispose()
    with open_store(tmp_path) as store, pytest.raises(ArchiveMissing, match="was stored without an archive"):
        store.raw(URL)


def test_a_database_elsewhere_is_told_where_its_archive_is(give: Give, tmp_path: Path) -> None:
    give(BODY, None).close()
    moved = tmp_path / "elsewhere" / "store.db"
    moved.parent.mkdir()
    (tmp_path / "broadsheet.db").rename(moved)
    with open_store(f"sqlite:///{moved}", data_dir=tmp_path) as store:
        assert store.raw(URL).html == HTML
    with open_store(moved) as store, pytest.raises(ArchiveMissing):
        store.raw(URL)
