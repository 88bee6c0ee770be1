"""Pages from the archive: the same pages that the crawl cleaned, read back by their locations without a crawl."""

from __future__ import annotations

import gzip
import subprocess
import sys
import zlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import brotli
import pytest
from crawling import ROOT, run_scrapy
from scrapy.settings import Settings
from servers.paper import Answer, Paper, prose
from sqlalchemy import Row, Select, select

from cleaning.clean import clean
from cleaning.errors import RecordUnreadable, SitesError
from cleaning.memory.site_memory import load_site_memory
from cleaning.records.article import Article
from cleaning.records.block import Block, BlockKind
from cleaning.records.given import Page
from cleaning.records.times import get_stated_offset
from crawler.demo.server import DemoServer
from crawler.recleaning.page_decoder import PageDecoder
from storage.archive.location import ArchiveLocation
from storage.archive.read_back import ArchiveReader
from storage.archive.records import ArchivedResponse
from storage.database.engine import make_database_url, open_database, open_for_reading
from storage.database.types import make_json_storable, make_storable
from storage.models import StoredArticle, StoredBlock, StoredSiteMemory

# Danish or Norwegian: only the stated language of the site decides.
EITHER = "Han kan se det hele fra huset ved havnen."
GREEK = "<html><body><article><h1>Πλοίο</h1>" + "<p>Το πλοίο της νύχτας ξεκινά πάλι από το λιμάνι.</p>" * 12
FOLDER = "/2025/10/01/"
HTML = {"Content-Type": "text/html; charset=utf-8"}


def story(name: str) -> bytes:
    text = "".join(f"<p>{paragraph}</p>" for paragraph in prose(name))
    return f"<!doctype html><html><body><article><h1>The news — {name}</h1>{text}</article></body></html>".encode()


def chunks(body: bytes) -> bytes:
    parts = [body[:7], body[7:900], body[900:]]
    return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"


def bare_deflate(body: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(body) + packer.flush()


SENT = {
    "plain": Answer(story("plain")),
    "gzip": Answer(gzip.compress(story("gzip")), headers={"Content-Encoding": "gzip"}),
    "gzip-twice": Answer(gzip.compress(gzip.compress(story("gzip-twice"))), headers={"Content-Encoding": "gzip, gzip"}),
    "brotli": Answer(brotli.compress(story("brotli")), headers={"Content-Encoding": "br"}),
    "deflate": Answer(zlib.compress(story("deflate")), headers={"Content-Encoding": "deflate"}),
    "bare-deflate": Answer(bare_deflate(story("bare-deflate")), headers={"Content-Encoding": "deflate"}),
    "chunked": Answer(chunks(story("chunked")), headers={"Transfer-Encoding": "chunked"}),
    "greek-by-head": Answer(
        gzip.compress(GREEK.encode("iso-8859-7")),
        headers={"Content-Type": "text/html; charset=iso-8859-7", "Content-Encoding": "gzip"},
    ),
    "greek-by-meta": Answer(
        f"<meta charset=iso-8859-7>{GREEK}".encode("iso-8859-7"), headers={"Content-Type": "text/html"}
    ),
    "untyped": Answer(story("untyped"), headers={"Content-Type": "application/octet-stream"}),
    "known-by-the-site": Answer(f"<html><body><article><h1>Havnen</h1><p>{EITHER}</p></article></body></html>"),
    "nothing": Answer(b""),
    "a-drawing-of-the-ferry": Answer(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", headers={"Content-Type": "image/png"}),
    "moved": Answer(status=301, headers={"Location": f"{FOLDER}where-it-moved-to?utm_source=front#top"}),
}
WANTED = {
    "greek-by-head": "Το πλοίο της νύχτας",
    "greek-by-meta": "Το πλοίο της νύχτας",
    "known-by-the-site": EITHER,
}
NAMES = [name for name in SENT if name != "moved"] + ["where-it-moved-to"]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A data folder after two crawls: of the demo newspapers and a Danish one, and of one not in sites.toml."""
    folder = tmp_path_factory.mktemp("archived")
    with DemoServer((0, 0, 0, 0)) as press, Paper() as listed, Paper() as unlisted:
        for paper in (listed, unlisted):
            paper.routes |= {
                f"{FOLDER}{name}": replace(answer, headers=HTML | answer.headers) for name, answer in SENT.items()
            }
            paper.routes[f"{FOLDER}where-it-moved-to?utm_source=front"] = Answer(story("where-it-moved-to"))
            paper.front(*(f"{FOLDER}{name}" for name in SENT))
        sites = folder / "sites.toml"
        entry = f'\n[[site]]\nname = "listed"\nurl = "{listed.url}/"\nlanguage = "da"\n'
        sites.write_text(press.format_sites_toml() + entry)
        for arguments in ((), ("-a", f"url={unlisted.url}/")):
            done = run_scrapy("crawl", "articles", *arguments, "-s", f"SITES_FILE={sites}", data=folder)
            assert done.returncode == 0, done.stderr
    return folder


def in_store(data: Path, statement: Select[Any]) -> list[Row[Any]]:
    engine = open_database(make_database_url(data, None), create=False)
    with open_for_reading(engine) as connection:
        found = list(connection.execute(statement))
    engine.dispose()
    return found


@pytest.fixture(scope="module")
def rows(data: Path) -> list[Row[Any]]:
    """The stored articles."""
    return in_store(data, select(StoredArticle.__table__).order_by(StoredArticle.id))


@pytest.fixture(scope="module")
def blocks(data: Path) -> dict[str, list[Block]]:
    """The stored blocks of each article, by its id."""
    found: dict[str, list[Block]] = {}
    for row in in_store(data, select(StoredBlock.__table__).order_by(StoredBlock.position)):
        block = Block(
            row.text,
            BlockKind(row.kind),
            row.link_share,
            tuple(row.links),
            row.path,
            row.rule,
            row.evidence,
            layout=row.layout or "",
            entry=row.entry,
        )
        found.setdefault(row.article_id, []).append(block)
    return found


@pytest.fixture(scope="module")
def pages(data: Path) -> PageDecoder:
    return archived_pages(data)


def archived_pages(data: Path, **more: object) -> PageDecoder:
    settings = Settings({"SITES_FILE": data / "sites.toml"} | more)
    settings.setmodule("crawler.settings", priority="default")
    return PageDecoder(settings)


def archived(data: Path, row: Row[Any]) -> ArchivedResponse:
    with ArchiveReader(data / "archive") as archive:
        return archive.read(ArchiveLocation(row.archive_file, row.archive_offset))


def read_back(data: Path, pages: PageDecoder, row: Row[Any]) -> Page:
    return pages.make_stored_page(archived(data, row), url=row.url, site=row.site, fetched_at=row.fetched_at)


def fields(article: Article) -> dict[str, object]:
    """An article as the store keeps it, but for its blocks."""
    return {
        "url": article.url,
        "canonical_url": article.canonical_url or article.url,
        "site_name": article.site_name and make_storable(article.site_name),
        "title": make_storable(article.title),
        "headline_key": make_storable(article.headline_key),
        "authors": make_json_storable(article.authors),
        "source": article.source and make_storable(article.source),
        "published_at": article.published_at,
        "published_offset": get_stated_offset(article.published_at),
        "published_raw": article.published_raw,
        "modified_at": article.modified_at,
        "modified_offset": get_stated_offset(article.modified_at),
        "fetched_at": article.fetched_at,
        "language": article.language,
        "language_probability": article.language_probability,
        "description": article.description and make_storable(article.description),
        "tags": make_json_storable(article.tags),
        "image": article.image,
        "licence": article.licence,
        "free": article.free,
        "page_kind": article.page_kind,
        "text": make_storable(article.text),
        "rejected": article.rejected,
        "cleaner_version": article.cleaner_version,
    }


def test_every_stored_article_is_made_again_from_the_archive_exactly(
    data: Path, rows: list[Row[Any]], blocks: dict[str, list[Block]], pages: PageDecoder
) -> None:
    assert len(rows) > 60 + 2 * len(NAMES)
    assert len({row.archive_file for row in rows}) == 2
    assert sum(row.rejected is None for row in rows) > 60
    known = {row.site: load_site_memory(row.data) for row in in_store(data, select(StoredSiteMemory.__table__))}
    for row in rows:
        again = clean(read_back(data, pages, row), memory=known[row.site])
        assert {name: row._mapping[name] for name in fields(again)} == fields(again), row.url
        stored = blocks.get(row.id, [])
        assert [
            replace(block, text=make_storable(block.text), path=make_storable(block.path)) for block in again.blocks
        ] == stored


@pytest.mark.parametrize("name", NAMES)
def test_every_encoding_of_a_page_is_decoded(name: str, data: Path, rows: list[Row[Any]], pages: PageDecoder) -> None:
    found = [row for row in rows if urlsplit(row.url).path == f"{FOLDER}{name}"]
    assert len(found) == 2
    for row in found:
        page = read_back(data, pages, row)
        assert (page.url, page.status, page.fetched_at) == (row.url, 200, row.fetched_at)
        if name in ("a-drawing-of-the-ferry", "nothing"):
            assert page.html == ""
        else:
            assert WANTED.get(name, prose(name)[-1]) in page.html


def test_the_language_is_that_of_the_crawl(data: Path, rows: list[Row[Any]], pages: PageDecoder) -> None:
    found = {row.site: row for row in rows if row.url.endswith("known-by-the-site")}
    assert len(found) == 2
    for site, row in found.items():
        page = read_back(data, pages, row)
        assert page.language == ("da" if site == "listed" else None)
        assert clean(page).language == row.language == ("da" if site == "listed" else "no")


def test_without_a_sites_file_no_language_is_known(data: Path, rows: list[Row[Any]]) -> None:
    pages = archived_pages(data, SITES_FILE=str(data / "no-sites.toml"))
    assert {read_back(data, pages, row).language for row in rows} == {None}


def test_a_broken_sites_file_is_an_error_at_once(data: Path, tmp_path: Path) -> None:
    (tmp_path / "sites.toml").write_text("[[site]]\nnom = 1\n")
    with pytest.raises(SitesError, match="line 2"):
        archived_pages(data, SITES_FILE=str(tmp_path / "sites.toml"))


def test_the_record_of_another_page_is_refused(data: Path, rows: list[Row[Any]], pages: PageDecoder) -> None:
    one, other = rows[:2]
    response = archived(data, one)
    for url, moment in ((other.url, one.fetched_at), (one.url, one.fetched_at + timedelta(seconds=1))):
        with pytest.raises(RecordUnreadable, match=f"{one.archive_file} at byte {one.archive_offset}: .*another page"):
            pages.make_stored_page(response, url=url, site=one.site, fetched_at=moment)


def test_a_body_that_decompresses_to_more_than_the_limit_is_refused(data: Path, rows: list[Row[Any]]) -> None:
    row = next(row for row in rows if row.url.endswith("/gzip"))
    with pytest.raises(RecordUnreadable, match="DOWNLOAD_MAXSIZE") as refused:
        read_back(data, archived_pages(data, DOWNLOAD_MAXSIZE=1000), row)
    assert refused.value.reason == "too-large"


def test_a_wrong_content_encoding_gives_one_clear_line(data: Path, rows: list[Row[Any]], pages: PageDecoder) -> None:
    row = next(row for row in rows if row.url.endswith("/brotli"))
    response = replace(archived(data, row), body=b"this is not brotli")
    with pytest.raises(RecordUnreadable, match=f"{row.url} cannot be decoded") as refused:
        pages.make_stored_page(response, url=row.url, site=row.site, fetched_at=row.fetched_at)
    assert "\n" not in str(refused.value)
    assert refused.value.reason == "unreadable"


def test_without_a_limit_of_the_crawl_the_limit_is_one_gibibyte(data: Path) -> None:
    assert archived_pages(data).max_body == 10 << 20
    assert archived_pages(data, DOWNLOAD_MAXSIZE=0).max_body == 1 << 30


def test_pages_are_read_without_a_reactor(data: Path, rows: list[Row[Any]]) -> None:
    row = next(row for row in rows if row.text)  # a picture has no HTML
    program = (
        "import sys; from pathlib import Path; from datetime import datetime; from scrapy.settings import Settings;"
        "from crawler.recleaning.page_decoder import PageDecoder; from storage.archive.read_back import ArchiveReader;"
        "from storage.archive.location import ArchiveLocation; folder, file, offset, url, moment = sys.argv[1:];"
        "pages = PageDecoder(Settings({'SITES_FILE': 'none'})); archive = ArchiveReader(Path(folder));"
        "response = archive.read(ArchiveLocation(file, int(offset))); archive.close();"
        "page = pages.make_stored_page(response, url=url, site='x', fetched_at=datetime.fromisoformat(moment));"
        "assert page.html; assert 'twisted.internet.reactor' not in sys.modules"
    )
    place = (str(data / "archive"), row.archive_file, str(row.archive_offset), row.url, row.fetched_at.isoformat())
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program, *place], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
