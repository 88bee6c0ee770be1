"""`scrapy explain` of a record in a WARC file: which record is meant, and what is read of it."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from scrapy.settings import Settings
from servers.paper import prose
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from cleaning.errors import ArchiveMissing, BadArgument
from cleaning.records.article import Article
from cleaning.workers import Cleaners
from crawler.explain.archived import ArchivedPages
from crawler.explain.record_name import RecordName, parse_record_name
from crawler.explain.site_context import SiteContexts

HOUSE = "https://paper.example"
SITES = f'[[site]]\nname = "house"\nurl = "{HOUSE}/"\nlanguage = "en"\nremove = ["p.box"]\n'
NAME = "night.warc.gz"


@pytest.fixture(scope="module")
def cleaners() -> Iterator[Cleaners]:
    cleaners = Cleaners(count=1)
    cleaners.start()
    yield cleaners
    cleaners.stop()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    (tmp_path / "sites.toml").write_text(SITES)
    settings = Settings()
    settings.setmodule("crawler.settings")
    settings.set("SITES_FILE", str(tmp_path / "sites.toml"))
    settings.set("DATA_DIR", str(tmp_path / "data"))
    return settings


def write_archive(path: Path) -> dict[str, int]:
    """Write a WARC file and return the offset of each record, by the name that it has here."""

    def html(head: str, seed: str, links: str = "") -> bytes:
        text = "".join(f"<p>{paragraph}</p>" for paragraph in prose(seed))
        return (
            f"<html><head><title>{head}</title></head><body><article><h1>{head}</h1><p class=box>The box of all pages."
            f"</p>{text}</article>{links}</body></html>"
        ).encode()

    pager = '<div class="pagination"><span>1</span> <a href="/2026/a-long-story-of-the-mill?page=2">2</a></div>'
    back = '<div class="pagination"><a href="/2026/a-long-story-of-the-mill">1</a> <span>2</span></div>'
    pages = {
        "old": ("/story", "200 OK", "text/html", html("Ferry runs again", "old")),
        "gone": ("/gone", "404 Not Found", "text/html", html("Not found", "gone")),
        "picture": ("/picture", "200 OK", "image/png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"),
        "new": ("/story", "200 OK", "text/html", html("Ferry runs again", "new")),
        "part": (
            "/2026/a-long-story-of-the-mill?page=2",
            "200 OK",
            "text/html",
            html("A long story of the mill", "second", back),
        ),
        "long": (
            "/2026/a-long-story-of-the-mill",
            "200 OK",
            "text/html",
            html("A long story of the mill", "first", pager),
        ),
    }
    offsets = {}
    with path.open("wb") as file:
        writer = WARCWriter(file, gzip=True)
        for name, (address, status, kind, body) in pages.items():
            offsets[name] = file.tell()
            head = StatusAndHeaders(status, [("Content-Type", kind)], protocol="HTTP/1.1")
            writer.write_record(
                writer.create_warc_record(
                    HOUSE + address, "response", payload=BytesIO(body), length=len(body), http_headers=head
                )
            )
    return offsets


def read(tmp_path: Path, settings: Settings, cleaners: Cleaners, text: str, url: str | None = None) -> Article:
    record = parse_record_name(text, url, tmp_path / "data")
    assert record is not None
    page, context, origin = ArchivedPages(record.path, settings, SiteContexts(settings)).read(record, cleaners)
    assert origin.startswith(f"{NAME} at byte ")
    assert context.site.name == "house"
    return cleaners.submit(page, context.memory).result()


def test_a_record_is_read_by_its_offset_with_the_rules_of_its_site(
    tmp_path: Path, settings: Settings, cleaners: Cleaners
) -> None:
    offsets = write_archive(tmp_path / NAME)
    article = read(tmp_path, settings, cleaners, f"{tmp_path / NAME}:{offsets['old']}")
    assert article.title == "Ferry runs again"
    assert prose("old")[1] in article.text
    assert [block.text for block in article.removed if block.rule == "site_rule"] == ["The box of all pages."]


def test_of_an_address_the_last_page_is_read(tmp_path: Path, settings: Settings, cleaners: Cleaners) -> None:
    write_archive(tmp_path / NAME)
    article = read(tmp_path, settings, cleaners, str(tmp_path / NAME), f"{HOUSE}/story?utm_source=x")
    assert prose("new")[1] in article.text


def test_the_parts_of_an_article_are_read_from_the_same_file(
    tmp_path: Path, settings: Settings, cleaners: Cleaners
) -> None:
    offsets = write_archive(tmp_path / NAME)
    article = read(tmp_path, settings, cleaners, f"{tmp_path / NAME}:{offsets['long']}")
    assert prose("first")[1] in article.text
    assert prose("second")[1] in article.text
    assert "The box" not in article.text


def test_a_file_of_the_archive_needs_no_folder(tmp_path: Path) -> None:
    (tmp_path / "data" / "archive").mkdir(parents=True)
    path = tmp_path / "data" / "archive" / NAME
    write_archive(path)
    assert parse_record_name(f"{NAME}:17", None, tmp_path / "data") == RecordName(path, 17)


@pytest.mark.parametrize("text", ["page.html", "-", "warc.html", "a:12"])
def test_other_names_are_no_records(tmp_path: Path, text: str) -> None:
    assert parse_record_name(text, None, tmp_path) is None


@pytest.mark.parametrize(
    ("suffix", "url", "message"),
    [
        ("", None, "holds many pages; name one"),
        (":0", f"{HOUSE}/story", "not by both"),
        ("", "story", "is not an http"),
        ("", f"{HOUSE}/other", f"has no page of {HOUSE}/other"),
        ("", f"{HOUSE}/gone", f"has no page of {HOUSE}/gone"),
        (":gone", None, "its host answered 404"),
        (":picture", None, "it is no HTML page but image/png"),
        (":7", None, "no record begins there"),
        (":99999999", None, "the file ends before that"),
    ],
)
def test_what_names_no_page_is_one_line(
    tmp_path: Path, settings: Settings, cleaners: Cleaners, suffix: str, url: str | None, message: str
) -> None:
    offsets = write_archive(tmp_path / NAME)
    place = f":{offsets[suffix[1:]]}" if suffix[1:] in offsets else suffix
    with pytest.raises(BadArgument, match=message) as refused:
        read(tmp_path, settings, cleaners, f"{tmp_path / NAME}{place}", url)
    assert "\n" not in str(refused.value)


def test_a_file_that_is_missing_or_no_warc_file_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(ArchiveMissing, match="there is no WARC file"):
        parse_record_name(f"{NAME}:3", None, tmp_path)
    (tmp_path / NAME).write_text("words")
    with pytest.raises(ArchiveMissing, match="is not a WARC file"):
        parse_record_name(f"{tmp_path / NAME}:3", None, tmp_path)
