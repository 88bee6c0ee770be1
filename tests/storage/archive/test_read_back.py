"""`ArchiveReader`: the response at a location, or an error of one clear line."""

from __future__ import annotations

import gzip
import os
import zlib
from collections import Counter
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pytest
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from cleaning.errors import ArchiveMissing, RecordUnreadable
from storage.archive.location import ArchiveLocation
from storage.archive.read_back import ArchiveReader, read_archive
from storage.archive.write import Archive, Exchange

NOON = datetime(2026, 11, 22, 12, 0, 0, 123456, tzinfo=UTC)


def exchange(path: str, body: bytes = b"<p>text</p>") -> Exchange:
    headers = [("Content-Type", "text/html; charset=utf-8"), ("X-Twice", "1"), ("X-Twice", "2")]
    return Exchange(f"https://courier.example{path}", "GET", [], 200, headers, body, NOON, "courier")


def write_archive(folder: Path, *exchanges: Exchange, max_bytes: int = 1 << 30) -> list[ArchiveLocation]:
    archive = Archive(folder, run=7, software="Broadsheet test", max_bytes=max_bytes)
    locations = [archive.write(one) for one in exchanges]
    archive.close()
    return locations


def read_member(path: Path, offset: int) -> bytes:
    """Return the gzip member that begins at `offset`."""
    content = path.read_bytes()[offset:]
    unpacker = zlib.decompressobj(zlib.MAX_WBITS | 16)
    unpacker.decompress(content)
    return content[: len(content) - len(unpacker.unused_data)]


def read_refused(folder: Path, location: ArchiveLocation, max_body: int = 1 << 20) -> RecordUnreadable:
    with ArchiveReader(folder, max_body=max_body) as archive, pytest.raises(RecordUnreadable) as refused:
        archive.read(location)
    assert str(refused.value).startswith(f"{location.file} at byte {location.offset}: ")
    assert "\n" not in str(refused.value)
    return refused.value


def test_in_any_order_each_location_gives_its_response(tmp_path: Path) -> None:
    bodies = {f"/{number}": os.urandom(number * 20_000) for number in range(6)}
    locations = write_archive(tmp_path, *(exchange(path, body) for path, body in bodies.items()), max_bytes=50_000)
    files = sorted(tmp_path.iterdir())
    assert len(files) > 2
    in_order = [response for file in files for response in read_archive(file, Counter())]
    order = (5, 0, 3, 3, 1, 4, 2)
    with ArchiveReader(tmp_path) as archive:
        assert [archive.read(locations[number]) for number in order] == [in_order[number] for number in order]
    assert [response.body for response in in_order] == list(bodies.values())


def test_a_reader_that_was_closed_opens_the_file_again(tmp_path: Path) -> None:
    (location,) = write_archive(tmp_path, exchange("/a"))
    archive = ArchiveReader(tmp_path)
    first = archive.read(location)
    archive.close()
    assert archive.read(location) == first
    archive.close()


@pytest.mark.parametrize("packed", [True, False])
def test_a_record_of_another_archive_is_read_too(tmp_path: Path, packed: bool) -> None:
    path = tmp_path / "other.warc"
    chunks = b"4\r\n<p>c\r\n9\r\nhunked</p\r\n1\r\n>\r\n0\r\n\r\n"
    with path.open("wb") as file:
        writer = WARCWriter(file, gzip=packed)
        for url in ("https://one.example/a", "https://two.example/b"):
            head = [("Content-Type", "text/html"), ("Transfer-Encoding", "chunked")]
            http = StatusAndHeaders("200 OK", head, protocol="HTTP/1.1")
            payload = BytesIO(chunks)
            writer.write_record(
                writer.create_warc_record(url, "response", payload=payload, length=len(chunks), http_headers=http)
            )
    first, second = read_archive(path, Counter())
    with ArchiveReader(tmp_path) as archive:
        assert [archive.read(second.location), archive.read(first.location)] == [second, first]
    assert second.body == b"<p>chunked</p>"


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    write_archive(tmp_path, exchange("/a"))
    with ArchiveReader(tmp_path) as archive:
        for name in ("lost.warc.gz", ""):  # the latter: the folder itself
            with pytest.raises(ArchiveMissing, match=f"^{tmp_path}.*{name} cannot be read: [^\n]+$"):
                archive.read(ArchiveLocation(name, 0))


def test_an_offset_where_no_response_begins_is_refused(tmp_path: Path) -> None:
    (first,) = write_archive(tmp_path, exchange("/a", os.urandom(5_000)))
    length = (tmp_path / first.file).stat().st_size
    (tmp_path / "page.html").write_text("<html><body>" + "text " * 2_000)
    for location, said, reason in (
        (ArchiveLocation(first.file, first.offset + 1), "no record begins there", "unreadable"),
        (ArchiveLocation(first.file, first.offset + 2_000), "no record begins there", "unreadable"),
        (ArchiveLocation("page.html", 0), "no record begins there", "unreadable"),
        (ArchiveLocation(first.file, 0), "no HTTP response", "warcinfo"),
        (ArchiveLocation(first.file, length), "the file ends before that", "unreadable"),
        (ArchiveLocation(first.file, length + 9), "the file ends before that", "unreadable"),
        (ArchiveLocation(first.file, -1), "cannot be read there", "unreadable"),
    ):
        refused = read_refused(tmp_path, location)
        assert said in str(refused), location
        assert refused.reason == reason


def test_the_record_of_a_request_is_no_response(tmp_path: Path) -> None:
    (location,) = write_archive(tmp_path, exchange("/a"))
    request = location.offset + len(read_member(tmp_path / location.file, location.offset))
    assert read_refused(tmp_path, ArchiveLocation(location.file, request)).reason == "request"


@pytest.mark.parametrize("packed", [True, False])
def test_a_torn_record_is_refused_wherever_it_breaks_off(tmp_path: Path, packed: bool) -> None:
    (location,) = write_archive(tmp_path, exchange("/a", os.urandom(100_000)))
    path = tmp_path / location.file
    record = read_member(path, location.offset)
    if not packed:
        record = gzip.decompress(record)
    whole = len(record) - (0 if packed else 4)  # the empty lines after a record do not belong to it
    for cut in (60, 300, 1_000, 70_000, whole - 1):
        path.write_bytes(record[:cut])
        assert read_refused(tmp_path, ArchiveLocation(path.name, 0)).reason == "torn", cut
    path.write_bytes(record[:whole])
    with ArchiveReader(tmp_path) as archive:
        assert len(archive.read(ArchiveLocation(path.name, 0)).body) == 100_000


def test_a_record_with_one_wrong_bit_is_refused(tmp_path: Path) -> None:
    (location,) = write_archive(tmp_path, exchange("/a", os.urandom(100_000)))
    path = tmp_path / location.file
    content = path.read_bytes()
    end = location.offset + len(read_member(path, location.offset))
    for at in (location.offset + 200, location.offset + 60_000, end - 5):
        path.write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
        assert read_refused(tmp_path, location).reason == "torn"


def test_a_body_beyond_the_limit_is_refused_without_unpacking_all_of_it(tmp_path: Path) -> None:
    (location,) = write_archive(tmp_path, exchange("/a", bytes(8 << 20)))
    refused = read_refused(tmp_path, location, max_body=1_000_000)
    assert refused.reason == "too-large"
    assert "larger than 1,000,000 bytes" in str(refused)
    with ArchiveReader(tmp_path, max_body=8 << 20) as archive:
        assert len(archive.read(location).body) == 8 << 20


def test_a_response_without_a_head_is_refused(tmp_path: Path) -> None:
    block = b"HTTP/1.1 many OK\r\n\r\ntext"
    head = (
        "WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: http://a.example/\r\nWARC-Date: 2026-11-22T12:00:00Z\r\n"
    )
    (tmp_path / "odd.warc").write_bytes(f"{head}Content-Length: {len(block)}\r\n\r\n".encode() + block + b"\r\n\r\n")
    assert "status, headers or date" in str(read_refused(tmp_path, ArchiveLocation("odd.warc", 0)))
