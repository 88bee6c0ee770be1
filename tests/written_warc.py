"""WARC files with a few records: one of another crawler, one of our own."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import brotli
from servers.paper import prose
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from cleaning.records.given import HostRights
from storage.archive.write import Archive, Exchange

MOMENT = datetime(2026, 11, 1, 8, tzinfo=UTC)


def write_foreign(path: Path, limit: int, *, packed: bool = True) -> None:
    """Write a file of another crawler, with all kinds of records; one body has more than `limit` bytes."""
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
                ("200 OK", [("Content-Type", "text/html")], b"x" * (limit + 1)),
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


def _write_page(number: int) -> bytes:
    paragraphs = "".join(f"<p>{paragraph}</p>" for paragraph in prose(f"story {number}"))
    return f"<html><body><article><h1>Die Fähre {number}</h1>{paragraphs}</article></body></html>".encode()


def write_own(folder: Path) -> Path:
    """Write a file as a crawl does, and return its path."""
    archive = Archive(folder, run=1, software="a crawler")
    for number in range(3):
        archive.write(
            Exchange(
                url=f"https://courier.example/{number}",
                method="GET",
                request_headers=[("User-Agent", "a crawler")],
                status=200,
                headers=[("Content-Type", "text/html; charset=utf-8")],
                body=_write_page(number),
                fetched_at=MOMENT,
                site="courier",
                rights=HostRights(),
                part_of="https://courier.example/0" if number == 2 else None,
            )
        )
    archive.close()
    (path,) = folder.iterdir()
    return path


def write_odd(folder: Path) -> None:
    """Write files of another crawler with what is odd in archives: addresses that were fetched several times, in any
    order and under other names; encodings; truncated and empty records; files that are broken or empty."""
    pages = [
        # (address, day, headers, body): the later fetch of 1 comes first, and the last one of 2 is a wall
        ("https://www.harbour.example/1?utm_source=feed", 9, {}, _write_page(1)),
        ("http://www.harbour.example/1", 3, {}, _write_page(1).replace(b"Monday", b"Thursday")),
        ("https://www.harbour.example/2", 4, {}, _write_page(2)),
        ("https://www.harbour.example/2", 5, {}, b"<html><body><h1>Error</h1></body></html>"),
        ("https://www.harbour.example/3", 4, {"Content-Encoding": "br"}, brotli.compress(_write_page(3))),
        ("https://www.harbour.example/4", 4, {"Content-Encoding": "gzip"}, _write_page(4)),  # it is not, as in CC-NEWS
        ("https://www.harbour.example/5", 4, {"Content-Type": ""}, _write_page(5)),
        ("https://www.harbour.example/6", 4, {"Transfer-Encoding": "chunked"}, _write_page(6)),  # nor is this
        ("https://www.harbour.example/7", 4, {"Content-Encoding": "zstd"}, b"\x28\xb5\x2f\xfd not so"),
        ("https://www.harbour.example/8", 4, {"WARC-Truncated": "length"}, _write_page(8)[:2000]),
        ("https://www.harbour.example/robots.txt", 4, {"Content-Type": "text/plain"}, b"User-agent: *\nDisallow: /9"),
        ("https://www.harbour.example/", 4, {}, b"<html><body><a href=/1>One</a></body></html>"),
        # an address and a text that a crawl of our own has under another name of the site
        ("https://courier.example/0", 12, {}, _write_page(0).replace(b"Friday", b"Tuesday")),
        ("https://elsewhere.example/a-copy", 12, {}, _write_page(1)),
    ]
    for name, some in (("odd-1.warc.gz", pages[::2]), ("odd-2.warc.gz", pages[1::2])):
        with (folder / name).open("wb") as file:
            for url, day, headers, body in some:
                _write_response(WARCWriter(file, gzip=True), url, day, headers, body)
    whole = (folder / "odd-1.warc.gz").read_bytes()
    with (folder / "broken.warc.gz").open("wb") as file:
        for number in (20, 21, 22):
            start = file.tell()
            _write_response(WARCWriter(file, gzip=True), f"https://broken.example/{number}", 4, {}, _write_page(number))
            if number == 21:
                file.seek(start + 300)
                file.write(b"broken")
                file.seek(0, 2)
    (folder / "cut.warc.gz").write_bytes(whole[: len(whole) // 3])
    (folder / "empty.warc.gz").touch()


def _write_response(writer: WARCWriter, url: str, day: int, headers: dict[str, str], body: bytes) -> None:
    http = {"Content-Type": "text/html", **headers}
    of_warc = {"WARC-Date": f"2026-11-{day:02}T08:00:00Z"}
    if (truncated := http.pop("WARC-Truncated", None)) is not None:
        of_warc["WARC-Truncated"] = truncated
    head = StatusAndHeaders("200 OK", [(name, value) for name, value in http.items() if value], protocol="HTTP/1.1")
    writer.write_record(
        writer.create_warc_record(
            url, "response", payload=BytesIO(body), length=len(body), http_headers=head, warc_headers_dict=of_warc
        )
    )
