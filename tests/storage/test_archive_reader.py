"""Single responses of the archive by their places: the one that was written there, or one clear line."""

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
from storage.replay import ArchiveReader, read_archive
from storage.warc import Archive, Exchange, Place

NOON = datetime(2026, 11, 22, 12, 0, 0, 123456, tzinfo=UTC)


def exchange(path: str, body: bytes = b"<p>text</p>") -> Exchange:
    headers = [("Content-Type", "text/html; charset=utf-8"), ("X-Twice", "1"), ("X-Twice", "2")]
    return Exchange(f"https://courier.example{path}", "GET", [], 200, headers, body, NOON, "courier")


def written(folder: Path, *exchanges: Exchange, most_bytes: int = 1 << 30) -> list[Place]:
    archive = Archive(folder, run=7, software="Broadsheet test", most_bytes=most_bytes)
    places = [archive.write(one) for one in exchanges]
    archive.close()
    return places


def packed_record(path: Path, offset: int) -> bytes:
    """The gzip member that begins there."""
    content = path.read_bytes()[offset:]
    unpacker = zlib.decompressobj(zlib.MAX_WBITS | 16)
    unpacker.decompress(content)
    return content[: len(content) - len(unpacker.unused_data)]


def refusal(folder: Path, place: Place, most_body: int = 1 << 20) -> RecordUnreadable:
    with ArchiveReader(folder, most_body=most_body) as archive, pytest.raises(RecordUnreadable) as refused:
        archive.read(place)
    assert str(refused.value).startswith(f"{place.file} at byte {place.offset}: ")
    assert "\n" not in str(refused.value)
    return refused.value


def test_in_any_order_each_place_gives_its_own_response(tmp_path: Path) -> None:
    bodies = {f"/{number}": os.urandom(number * 20_000) for number in range(6)}
    places = written(tmp_path, *(exchange(path, body) for path, body in bodies.items()), most_bytes=50_000)
    files = sorted(tmp_path.iterdir())
    assert len(files) > 2
    in_order = [response for file in files for response in read_archive(file, Counter())]
    order = (5, 0, 3, 3, 1, 4, 2)
    with ArchiveReader(tmp_path) as archive:
        assert [archive.read(places[number]) for number in order] == [in_order[number] for number in order]
    assert [response.body for response in in_order] == list(bodies.values())


def test_a_reader_that_was_closed_opens_the_file_again(tmp_path: Path) -> None:
    (place,) = written(tmp_path, exchange("/a"))
    archive = ArchiveReader(tmp_path)
    first = archive.read(place)
    archive.close()
    assert archive.read(place) == first
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
        assert [archive.read(second.place), archive.read(first.place)] == [second, first]
    assert second.body == b"<p>chunked</p>"


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    written(tmp_path, exchange("/a"))
    with ArchiveReader(tmp_path) as archive:
        for name in ("lost.warc.gz", ""):  # the latter: the folder itself
            with pytest.raises(ArchiveMissing, match=f"^{tmp_path}.*{name} cannot be read: [^\n]+$"):
                archive.read(Place(name, 0))


def test_an_offset_where_no_response_begins_is_refused(tmp_path: Path) -> None:
    (first,) = written(tmp_path, exchange("/a", os.urandom(5_000)))
    length = (tmp_path / first.file).stat().st_size
    (tmp_path / "page.html").write_text("<html><body>" + "text " * 2_000)
    for place, said, reason in (
        (Place(first.file, first.offset + 1), "no record begins there", "unreadable"),
        (Place(first.file, first.offset + 2_000), "no record begins there", "unreadable"),
        (Place("page.html", 0), "no record begins there", "unreadable"),
        (Place(first.file, 0), "no HTTP response", "warcinfo"),
        (Place(first.file, length), "the file ends before that", "unreadable"),
        (Place(first.file, length + 9), "the file ends before that", "unreadable"),
        (Place(first.file, -1), "cannot be read there", "unreadable"),
    ):
        refused = refusal(tmp_path, place)
        assert said in str(refused), place
        assert refused.reason == reason


def test_the_record_of_a_request_is_no_response(tmp_path: Path) -> None:
    (place,) = written(tmp_path, exchange("/a"))
    request = place.offset + len(packed_record(tmp_path / place.file, place.offset))
    assert refusal(tmp_path, Place(place.file, request)).reason == "request"


@pytest.mark.parametrize("packed", [True, False])
def test_a_torn_record_is_refused_wherever_it_breaks_off(tmp_path: Path, packed: bool) -> None:
    (place,) = written(tmp_path, exchange("/a", os.urandom(100_000)))
    path = tmp_path / place.file
    record = packed_record(path, place.offset)
    if not packed:
        record = gzip.decompress(record)
    whole = len(record) - (0 if packed else 4)  # the empty lines behind a record are none of its bytes
    for cut in (60, 300, 1_000, 70_000, whole - 1):
        path.write_bytes(record[:cut])
        assert refusal(tmp_path, Place(path.name, 0)).reason == "torn", cut
    path.write_bytes(record[:whole])
    with ArchiveReader(tmp_path) as archive:
        assert len(archive.read(Place(path.name, 0)).body) == 100_000


def test_a_record_with_one_wrong_bit_is_refused(tmp_path: Path) -> None:
    (place,) = written(tmp_path, exchange("/a", os.urandom(100_000)))
    path = tmp_path / place.file
    content = path.read_bytes()
    end = place.offset + len(packed_record(path, place.offset))
    for at in (place.offset + 200, place.offset + 60_000, end - 5):
        path.write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
        assert refusal(tmp_path, place).reason == "torn"


def test_a_body_beyond_the_limit_is_refused_without_unpacking_all_of_it(tmp_path: Path) -> None:
    (place,) = written(tmp_path, exchange("/a", bytes(8 << 20)))
    refused = refusal(tmp_path, place, most_body=1_000_000)
    assert refused.reason == "too-large"
    assert "larger than 1,000,000 bytes" in str(refused)
    with ArchiveReader(tmp_path, most_body=8 << 20) as archive:
        assert len(archive.read(place).body) == 8 << 20


def test_a_response_without_a_head_is_refused(tmp_path: Path) -> None:
    block = b"HTTP/1.1 many OK\r\n\r\ntext"
    head = (
        "WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: http://a.example/\r\nWARC-Date: 2026-11-22T12:00:00Z\r\n"
    )
    (tmp_path / "odd.warc").write_bytes(f"{head}Content-Length: {len(block)}\r\n\r\n".encode() + block + b"\r\n\r\n")
    assert "status, headers or date" in str(refusal(tmp_path, Place("odd.warc", 0)))
