"""WARC files with a few records: one of another crawler, one of our own."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

from servers.paper import prose
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from cleaning.article import HostRights
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
