"""The archive: other tools can read it, and reading it back gives what was sent."""

from __future__ import annotations

import errno
import gzip
import os
import resource
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from io import BytesIO
from itertools import pairwise
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from cleaning.errors import ArchiveMissing
from storage.archive.read_back import find_archive_files, read_archive
from storage.archive.records import MAX_BODY
from storage.archive.write import Archive, Exchange

NOON = datetime(2026, 11, 22, 12, 0, 0, 123456, tzinfo=UTC)
WARCIO = Path(sys.executable).with_name("warcio")


def exchange(path: str = "/a?b=c", body: bytes = b"<p>text</p>", **more: object) -> Exchange:
    headers = [("Content-Type", "text/html; charset=utf-8"), ("X-Twice", "1"), ("X-Twice", "2")]
    fields = {
        "site": "courier",
        "status": 200,
        "headers": headers,
        "fetched_at": NOON,
        "ip_address": "127.0.0.1",
    } | more
    return Exchange(f"https://courier.example{path}", "GET", [("User-Agent", "Broadsheet")], body=body, **fields)  # type: ignore[arg-type]


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    archive = Archive(tmp_path / "archive", run=7, software="Broadsheet test")
    yield archive
    archive.close()


def only_file(archive: Archive, tmp_path: Path) -> Path:
    archive.close()
    (path,) = find_archive_files(tmp_path / "archive")
    return path


def test_what_comes_back_is_what_was_sent(archive: Archive, tmp_path: Path) -> None:
    packed = gzip.compress(b"<p>packed</p>", mtime=0)
    locations = [
        archive.write(exchange()),
        archive.write(exchange("/b", packed, headers=[("Content-Encoding", "gzip"), ("Content-Type", "text/html")])),
        archive.write(exchange("/moved", b"", status=301, headers=[("Location", "/a")])),
    ]
    skipped: Counter[str] = Counter()
    first, second, third = read_archive(only_file(archive, tmp_path), skipped)
    assert (first.url, first.status, first.body) == ("https://courier.example/a?b=c", 200, b"<p>text</p>")
    assert [value for name, value in first.headers if name == "X-Twice"] == ["1", "2"]
    assert (first.fetched_at, first.site) == (NOON, "courier")
    assert (second.body, third.status) == (packed, 301)
    assert [first.location, second.location, third.location] == locations
    assert skipped == {"warcinfo": 1, "request": 3}


def test_warcio_reads_it_and_every_digest_is_right(archive: Archive, tmp_path: Path) -> None:
    archive.write(exchange())
    archive.write(exchange("/empty", b""))
    path = only_file(archive, tmp_path)
    index = subprocess.run([WARCIO, "index", path], capture_output=True, text=True, check=True).stdout.splitlines()
    assert len(index) == 5
    subprocess.run([WARCIO, "check", path], check=True)
    with path.open("rb") as file:
        records = list(ArchiveIterator(file))
    response = next(record for record in records if record.rec_type == "response")
    assert response.rec_headers.get_header("WARC-Payload-Digest").startswith("sha1:")
    assert response.rec_headers.get_header("WARC-IP-Address") == "127.0.0.1"


def test_a_body_that_is_packed_already_is_not_packed_again(archive: Archive, tmp_path: Path) -> None:
    plain = b"".join(b"<p>%s</p>" % os.urandom(20).hex().encode() for _ in range(2_000))
    packed = gzip.compress(plain)
    starts = [archive.write(exchange(body=body)).offset for body in (plain, packed, b"<p>end</p>")]
    path = only_file(archive, tmp_path)
    sizes = [end - start for start, end in pairwise(starts)]
    assert sizes[0] < 0.7 * len(plain)
    assert 0 < sizes[1] - len(packed) < 2_000
    assert [found.body for found in read_archive(path, Counter())][:2] == [plain, packed]
    subprocess.run([WARCIO, "check", path], check=True)


def test_a_record_is_found_by_its_location(archive: Archive, tmp_path: Path) -> None:
    archive.write(exchange("/a"))
    location = archive.write(exchange("/b"))
    path = only_file(archive, tmp_path)
    assert location.file == path.name
    with path.open("rb") as file:
        file.seek(location.offset)
        record = next(ArchiveIterator(file))
    assert record.rec_headers.get_header("WARC-Target-URI") == "https://courier.example/b"


def test_a_record_is_with_the_operating_system_when_write_returns(archive: Archive, tmp_path: Path) -> None:
    archive.write(exchange())
    (path,) = (tmp_path / "archive").iterdir()
    assert [found.url for found in read_archive(path, Counter())] == ["https://courier.example/a?b=c"]


def test_a_full_file_is_followed_by_the_next(tmp_path: Path) -> None:
    archive = Archive(tmp_path, run=1, software="Broadsheet test", max_bytes=2_000)
    locations = [archive.write(exchange(f"/{number}", bytes(range(256)) * 4)) for number in range(6)]
    archive.close()
    files = find_archive_files(tmp_path)
    assert len(files) > 1
    assert [file.name for file in files] == sorted({location.file for location in locations})
    found = [response.url for file in files for response in read_archive(file, Counter())]
    assert found == [f"https://courier.example/{number}" for number in range(6)]


def test_a_torn_tail_costs_the_torn_record_alone(archive: Archive, tmp_path: Path) -> None:
    archive.write(exchange("/whole"))
    last = archive.write(exchange("/torn", os.urandom(50_000)))
    path = only_file(archive, tmp_path)
    whole = path.read_bytes()
    for cut in (last.offset + 1, last.offset + 40, last.offset + 20_000, len(whole) - 700):
        path.write_bytes(whole[:cut])
        skipped: Counter[str] = Counter()
        assert [found.url for found in read_archive(path, skipped)] == ["https://courier.example/whole"]
        assert skipped["torn"] == (cut > last.offset + 10)  # gzip's own header unpacks to nothing


def test_a_damaged_record_ends_the_file_as_torn(archive: Archive, tmp_path: Path) -> None:
    archive.write(exchange("/whole"))
    damaged = archive.write(exchange("/damaged", os.urandom(50_000)))
    archive.write(exchange("/after"))
    path = only_file(archive, tmp_path)
    content = bytearray(path.read_bytes())
    content[damaged.offset + 20_000] ^= 1
    path.write_bytes(content)
    skipped: Counter[str] = Counter()
    assert [found.url for found in read_archive(path, skipped)] == ["https://courier.example/whole"]
    assert skipped["torn"] == 1


def write_foreign(path: Path, *, packed: bool) -> None:
    """Write a file like those of Common Crawl's news archive: records of many kinds, of many hosts."""
    chunks = b"4\r\n<p>c\r\n9\r\nhunked</p\r\n1\r\n>\r\n0\r\n\r\n"
    with path.open("wb") as file:
        writer = WARCWriter(file, gzip=packed)
        writer.write_record(writer.create_warcinfo_record(path.name, {"software": "StormCrawler"}))
        for url, headers, body in (
            ("https://one.example/a", [("Content-Type", "text/html")], b"<p>one</p>"),
            ("https://two.example/feed.xml", [("Content-Type", "application/rss+xml")], b"<rss/>"),
            ("dns:one.example", [("Content-Type", "text/dns")], b"20261122 127.0.0.1"),
            ("https://three.example/c", [("Content-Type", "text/html"), ("Transfer-Encoding", "chunked")], chunks),
        ):
            http = StatusAndHeaders("200 OK", headers, protocol="HTTP/1.1")
            writer.write_record(
                writer.create_warc_record(url, "response", payload=BytesIO(body), length=len(body), http_headers=http)
            )


@pytest.mark.parametrize("packed", [True, False])
def test_an_archive_of_others_is_read_too(tmp_path: Path, packed: bool) -> None:
    path = tmp_path / ("CC-NEWS.warc.gz" if packed else "CC-NEWS.warc")
    write_foreign(path, packed=packed)
    skipped: Counter[str] = Counter()
    found = list(read_archive(path, skipped))
    assert [(one.url, one.body) for one in found] == [
        ("https://one.example/a", b"<p>one</p>"),
        ("https://two.example/feed.xml", b"<rss/>"),
        ("https://three.example/c", b"<p>chunked</p>"),
    ]
    assert found[2].headers == [("Content-Type", "text/html")]
    assert found[0].site is None
    assert skipped == {"warcinfo": 1, "not-http": 1}


def test_a_body_beyond_the_limit_is_left_out_and_counted(archive: Archive, tmp_path: Path) -> None:
    archive.write(exchange("/huge", b"\0" * (MAX_BODY + 1)))
    archive.write(exchange("/fine"))
    skipped: Counter[str] = Counter()
    assert [one.url for one in read_archive(only_file(archive, tmp_path), skipped)] == ["https://courier.example/fine"]
    assert skipped["too-large"] == 1


GOOD_HEAD = {
    "WARC-Type": "response",
    "WARC-Target-URI": "http://courier.example/a",
    "WARC-Date": "2026-11-22T12:00:00Z",
}


def raw_record(block: bytes = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<p>text</p>", **head: str) -> bytes:
    """Return a record with these header fields, valid or not; "" leaves a field out."""
    named = GOOD_HEAD | {"WARC-" + name.replace("_", "-"): value for name, value in head.items()}
    lines = [f"{name}: {value}" for name, value in named.items() if value]
    lines = ["WARC/1.0", *lines, f"Content-Length: {len(block)}"]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + block + b"\r\n\r\n"


@pytest.mark.parametrize(
    "odd",
    [
        raw_record(Target_URI=""),
        raw_record(Type=""),
        raw_record(Date=""),
        raw_record(Date="0001-01-01T00:00:00+23:00"),
        raw_record(Date="9999-12-31T23:59:59-23:00"),
        raw_record(b"HTTP/1.1 many OK\r\n\r\ntext"),
        raw_record(b"no head\r\n\r\ntext"),
    ],
    ids=["no address", "no type", "no date", "before year 1", "after year 9999", "no number as status", "no HTTP head"],
)
def test_an_odd_record_is_counted_and_the_next_one_follows(tmp_path: Path, odd: bytes) -> None:
    path = tmp_path / "odd.warc"
    for content in (odd + raw_record(), raw_record() + odd + raw_record()):
        path.write_bytes(content)
        assert find_archive_files(path) == [path]
        skipped: Counter[str] = Counter()
        found = [one.url for one in read_archive(path, skipped)]
        assert found == ["http://courier.example/a"] * (content.count(b"WARC/1.0") - 1)
        assert skipped == {"unreadable": 1}


def test_a_scheme_in_capitals_is_a_scheme(tmp_path: Path) -> None:
    path = tmp_path / "capitals.warc"
    path.write_bytes(raw_record(Target_URI="HTTP://courier.example/a"))
    assert [(one.url, one.body) for one in read_archive(path, Counter())] == [
        ("HTTP://courier.example/a", b"<p>text</p>")
    ]


def test_a_file_that_is_one_gzip_member_is_counted_as_torn(tmp_path: Path) -> None:
    path = tmp_path / "one.warc.gz"
    path.write_bytes(gzip.compress(raw_record() * 3))
    skipped: Counter[str] = Counter()
    assert len(list(read_archive(path, skipped))) == 1
    assert skipped == {"torn": 1}


@pytest.fixture
def full_disk() -> Iterator[Callable[[int | None], None]]:
    """Return a function that bounds the size of every file of this process, in bytes; None removes the bound."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)

    def limit(size: int | None) -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft if size is None else size, hard))

    yield limit
    limit(None)


def test_what_a_full_disk_cuts_off_leaves_no_torn_record(
    archive: Archive, tmp_path: Path, full_disk: Callable[[int | None], None]
) -> None:
    locations = [archive.write(exchange("/before", os.urandom(50_000)))]
    full_disk(80_000)
    for _ in range(2):
        with pytest.raises(OSError, match="too large"):
            archive.write(exchange("/lost", os.urandom(50_000)))
    full_disk(None)
    locations.append(archive.write(exchange("/after", os.urandom(50_000))))
    skipped: Counter[str] = Counter()
    found = list(read_archive(only_file(archive, tmp_path), skipped))
    assert [one.url.rpartition("/")[2] for one in found] == ["before", "after"]
    assert [one.location for one in found] == locations
    assert skipped == {"warcinfo": 1, "request": 2}


def test_a_file_that_cannot_even_be_begun_is_not_left_behind(
    archive: Archive, tmp_path: Path, full_disk: Callable[[int | None], None]
) -> None:
    full_disk(50)
    with pytest.raises(OSError, match="too large"):
        archive.write(exchange())
    assert list((tmp_path / "archive").iterdir()) == []
    full_disk(None)
    archive.write(exchange())
    assert len(list(read_archive(only_file(archive, tmp_path), Counter()))) == 1


def test_a_file_whose_folder_cannot_be_synced_is_begun_anew(
    archive: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: Path) -> None:
        raise OSError(errno.EIO, "the disk is broken")

    with monkeypatch.context() as patched:
        patched.setattr("storage.archive.write.flush_to_disk", fail)
        with pytest.raises(OSError, match="broken"):
            archive.write(exchange())
    assert list((tmp_path / "archive").iterdir()) == []
    archive.write(exchange())
    skipped: Counter[str] = Counter()
    assert len(list(read_archive(only_file(archive, tmp_path), skipped))) == 1
    assert skipped["warcinfo"] == 1


def test_what_is_no_archive_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text("<html><body>" + "text " * 2_000)
    (tmp_path / "empty.warc").touch()
    (tmp_path / "folder").mkdir()
    for name, said in (
        ("missing.warc.gz", "there is no WARC file"),
        ("page.html", "is not a WARC file"),
        ("empty.warc", "is not a WARC file"),
        ("folder", "no .*warc"),
    ):
        with pytest.raises(ArchiveMissing, match=said):
            find_archive_files(tmp_path / name)
