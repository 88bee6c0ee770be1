"""fastwarc's reader gives the same responses as warcio's."""

from __future__ import annotations

import gzip
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pytest
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from cleaning.article import HostRights
from cleaning.errors import ArchiveMissing, RecordUnreadable
from crawler.bulk.warc_reader import SourceReader, read_warc
from storage.archive.read_back import read_archive
from storage.archive.records import ArchivedResponse
from storage.archive.write import Archive, ArchiveLocation, Exchange

LIMIT = 10_000  # bytes of a body
MOMENT = datetime(2026, 11, 1, 8, tzinfo=UTC)


def read_both(path: Path) -> tuple[list[ArchivedResponse], list[ArchivedResponse], Counter[str], Counter[str]]:
    """Return what warcio's reader and fastwarc's give of a file, without the folder in their locations."""
    one, other = Counter[str](), Counter[str]()
    by_warcio = list(read_archive(path, one, max_body=LIMIT))
    by_fastwarc = [
        replace(response, location=replace(response.location, file=Path(response.location.file).name))
        for response in read_warc(str(path), other, max_body=LIMIT)
    ]
    return by_warcio, by_fastwarc, one, other


def write_foreign(path: Path, *, packed: bool = True) -> None:
    """Write a file of another crawler, with all kinds of records."""
    with path.open("wb") as file:
        writer = WARCWriter(file, gzip=packed)
        writer.write_record(writer.create_warcinfo_record(path.name, {"software": "another crawler"}))
        page = "<html><body><p>Νυχτερινό πλοίο</p></body></html>".encode("iso-8859-7")
        chunked = b"5\r\n<html\r\n1\r\n>\r\n0\r\n\r\n"
        for number, (status, headers, body) in enumerate(
            [
                ("200 OK", [("Content-Type", "text/html; charset=iso-8859-7")], page),
                ("200 OK", [("Content-Encoding", "gzip"), ("Content-Type", "text/html")], gzip.compress(page)),
                ("200 OK", [("Transfer-Encoding", "chunked"), ("Content-Type", "text/html")], chunked),
                ("404 Not Found", [("Content-Type", "text/html")], b"not here"),
                ("200 OK", [("Content-Type", "text/html")], b"x" * (LIMIT + 1)),
                ("200 OK", [("Content-Type", "text/html")], b""),
                ("twice", [("Content-Type", "text/html")], page),
                ("200 OK", [("X-Robots-Tag", "noai"), ("X-Robots-Tag", "noindex")], page),
            ]
        ):
            url = f"https://www.harbour.example/{number}"
            http = StatusAndHeaders(status, headers, protocol="HTTP/1.1")
            dated = {"WARC-Date": f"2026-11-01T08:00:0{number}Z"}
            record = writer.create_warc_record(
                url, "response", payload=BytesIO(body), length=len(body), http_headers=http, warc_headers_dict=dated
            )
            asked = StatusAndHeaders(f"GET /{number} HTTP/1.1", [("Host", "www.harbour.example")], is_http_request=True)
            request = writer.create_warc_record(url, "request", http_headers=asked, warc_headers_dict=dated)
            writer.write_request_response_pair(request, record)
        writer.write_record(writer.create_revisit_record("https://www.harbour.example/0", "sha1:A", "u", "d"))
        for url, kind in (("https://www.harbour.example/0", "conversion"), ("dns:www.harbour.example", "response")):
            writer.write_record(writer.create_warc_record(url, kind, payload=BytesIO(b"text"), length=4))


def write_own(folder: Path) -> Path:
    """Write a file as a crawl does."""
    archive = Archive(folder, run=1, software="a crawler")
    for number in range(3):
        archive.write(
            Exchange(
                url=f"https://courier.example/{number}",
                method="GET",
                request_headers=[("User-Agent", "a crawler")],
                status=200,
                headers=[("Content-Type", "text/html; charset=utf-8")],
                body=f"<p>Page {number} über alles".encode(),
                fetched_at=MOMENT,
                site="courier",
                rights=HostRights(),
                part_of="https://courier.example/0" if number == 2 else None,
            )
        )
    archive.close()
    (path,) = folder.iterdir()
    return path


@pytest.mark.parametrize("packed", [True, False])
def test_a_file_of_another_crawler_gives_the_same_responses(packed: bool, tmp_path: Path) -> None:
    path = tmp_path / ("foreign.warc.gz" if packed else "foreign.warc")
    write_foreign(path, packed=packed)
    by_warcio, by_fastwarc, one, other = read_both(path)
    assert by_fastwarc == by_warcio
    assert other == one
    assert len(by_fastwarc) == 6
    assert {"request", "revisit", "conversion", "warcinfo", "too-large", "unreadable", "not-http"} <= set(other)


def test_a_file_of_our_own_gives_the_same_responses(tmp_path: Path) -> None:
    by_warcio, by_fastwarc, one, other = read_both(write_own(tmp_path))
    assert by_fastwarc == by_warcio
    assert other == one
    assert [(response.site, response.part_of is None) for response in by_fastwarc] == [
        ("courier", True),
        ("courier", True),
        ("courier", False),
    ]


@pytest.mark.parametrize("packed", [True, False])
@pytest.mark.parametrize("share", [0.2, 0.5, 0.9])
def test_a_file_that_breaks_off_gives_what_is_before(packed: bool, share: float, tmp_path: Path) -> None:
    path = tmp_path / ("foreign.warc.gz" if packed else "foreign.warc")
    write_foreign(path, packed=packed)
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    by_warcio, by_fastwarc, one, other = read_both(path)
    assert by_fastwarc == by_warcio
    assert other["torn"] == one["torn"] == 1


def test_a_single_response_is_read_by_its_location(tmp_path: Path) -> None:
    path = tmp_path / "foreign.warc.gz"
    write_foreign(path)
    responses = list(read_warc(str(path), Counter(), max_body=LIMIT))
    with SourceReader(max_body=LIMIT) as reader:
        for response in reversed(responses):
            assert reader.read(response.location) == response
        with pytest.raises(RecordUnreadable):
            reader.read(ArchiveLocation(str(path), path.stat().st_size))
        with pytest.raises(ArchiveMissing):
            reader.read(ArchiveLocation(str(tmp_path / "gone.warc.gz"), 0))
