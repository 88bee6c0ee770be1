"""`scrapy explain FILE`: which bytes are a page, how they are decoded, and what their address is."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from scrapy.settings import Settings

from cleaning.errors import BadAddress, BadArgument, BroadsheetError
from cleaning.metadata.stated_address import UNKNOWN_ADDRESS
from crawler.explain.local import read_page_file
from crawler.terminal.output import check_html_target, write_file

WARC = b"WARC/1.1\r\nWARC-Type: warcinfo\r\nContent-Length: 0\r\n\r\n\r\n\r\n"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings({"DOWNLOAD_MAXSIZE": 100_000, "SITES_FILE": str(tmp_path / "sites.toml")})


def save(folder: Path, body: bytes, name: str = "page.html") -> str:
    path = folder / name
    path.write_bytes(body)
    return str(path)


@pytest.mark.parametrize(
    ("head", "encoding"),
    [
        (b"<meta charset=utf-8>", "utf-8"),
        (b"\xef\xbb\xbf<meta charset=iso-8859-7>", "utf-8"),  # a byte order mark stands above what the page says
        (b"<meta charset=windows-1253>", "windows-1253"),
        (b'<meta http-equiv="Content-Type" content="text/html; charset=iso-8859-7">', "iso-8859-7"),
        (b"", "utf-8"),
    ],
)
def test_bytes_are_decoded_as_a_browser_would(tmp_path: Path, settings: Settings, head: bytes, encoding: str) -> None:
    text = "Ο καιρός σήμερα και αύριο"
    page = read_page_file(save(tmp_path, head + f"<p>{text}</p>".encode(encoding)), settings)
    assert f"<p>{text}</p>" in page.html


@pytest.mark.parametrize(
    ("head", "given", "url"),
    [
        ('<link rel=canonical href="https://paper.example/a?utm_source=x">', None, "https://paper.example/a"),
        ('<meta property="og:url" content="https://paper.example/b">', None, "https://paper.example/b"),
        ('<link rel=canonical href="/a">', None, UNKNOWN_ADDRESS),
        ('<link rel=canonical href="ftp://paper.example/a">', None, UNKNOWN_ADDRESS),
        ("", None, UNKNOWN_ADDRESS),
        ('<link rel=canonical href="https://paper.example/a">', "http://other.example/c", "http://other.example/c"),
    ],
)
def test_the_address_of_a_page_is_the_given_one_or_the_one_that_it_states(
    tmp_path: Path, settings: Settings, head: str, given: str | None, url: str
) -> None:
    assert (
        read_page_file(save(tmp_path, f"<html>{head}<body>text</body></html>".encode()), settings, address=given).url
        == url
    )


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "is empty"),
        (b" \n\t\n", "is empty"),
        (WARC, "is a WARC file; read its pages with: scrapy crawl archive -a path=FILE"),
        (gzip.compress(WARC, mtime=0), "is a WARC file"),
        (gzip.compress(b"<html>", mtime=0), "is compressed; try: gunzip -c FILE | scrapy explain -"),
        (b"\x1f\x8b torn", "is compressed"),
        (b"%PDF-1.7 <html>", "is a PDF, not an HTML page"),
        (b"\x89PNG\r\n\x1a\n", "is a picture"),
        (b"<p>" + b"x" * 100_000, "is larger than the crawl accepts (DOWNLOAD_MAXSIZE, 100,000 bytes)"),
    ],
)
def test_a_file_that_is_no_page_gives_one_clear_line(
    tmp_path: Path, settings: Settings, body: bytes, message: str
) -> None:
    with pytest.raises(BadArgument) as raised:
        read_page_file(save(tmp_path, body), settings)
    assert str(raised.value).startswith(f"{tmp_path}/page.html {message}")
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("name", "message"), [("missing.html", "there is no file"), (".", "is a folder"), ("page.html/x", "cannot be read")]
)
def test_a_file_that_cannot_be_read_gives_one_clear_line(
    tmp_path: Path, settings: Settings, name: str, message: str
) -> None:
    save(tmp_path, b"<html>")
    with pytest.raises(BadArgument, match=message):
        read_page_file(str(tmp_path / name), settings)


def test_a_bad_address_is_refused(tmp_path: Path, settings: Settings) -> None:
    with pytest.raises(BadAddress, match=r"did you mean https://paper\.example/a"):
        read_page_file(save(tmp_path, b"<html>"), settings, address="paper.example/a")


def test_a_report_is_not_written_over_the_page_or_to_what_is_no_file(tmp_path: Path) -> None:
    page = save(tmp_path, b"<html>")
    assert check_html_target(str(tmp_path / "why.html"), page) == tmp_path / "why.html"
    (tmp_path / "link.html").symlink_to(page)
    for target, message in {
        str(tmp_path / "nowhere" / "why.html"): f"there is no folder {tmp_path}/nowhere",
        str(tmp_path): "must be the name of a file",
        "/dev/null": "/dev/null is something else",
        "-": "must be the name of a file",
        "": "must be the name of a file",
        page: "would overwrite the page itself",
        str(tmp_path / "link.html"): "would overwrite the page itself",
    }.items():
        with pytest.raises(BadArgument, match=message):
            check_html_target(target, page)


def test_a_report_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    target = tmp_path / "why.html"
    target.write_text("an earlier one")
    (tmp_path / "link.html").symlink_to(target)
    write_file("new", tmp_path / "link.html")
    assert target.read_text() == "new"
    assert (tmp_path / "link.html").is_symlink()
    (tmp_path / "folder").mkdir()
    with pytest.raises(BroadsheetError, match="cannot write"):
        write_file("new", tmp_path / "folder")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["folder", "link.html", "why.html"]
