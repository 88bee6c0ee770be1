"""The raw archive: every fetched article page as WARC records, one gzip member each (ISO 28500, WARC 1.1)."""

from __future__ import annotations

import io
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from typing import BinaryIO
from urllib.parse import urlsplit, urlunsplit

from warcio.archiveiterator import ArchiveIterator
from warcio.bufferedreaders import ChunkedDataReader
from warcio.exceptions import ArchiveLoadFailed
from warcio.recordloader import ArcWarcRecord
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from cleaning.errors import ArchiveMissing

MOST_BYTES = 1 << 30  # a file that has grown past this is closed, and the next one begun
MOST_BODY = 10 << 20  # of a replayed body, as it was sent; the crawl's own limit is DOWNLOAD_MAXSIZE

SITE = "Broadsheet-Site"  # a named field of our own in the head of a record, as the standard allows

Headers = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and its response as they went over the wire; `body` is still content-encoded."""

    url: str
    method: str
    request_headers: Headers
    status: int
    headers: Headers
    body: bytes
    fetched_at: datetime
    site: str  # the name under which it was crawled, so that a replay needs no sites.toml
    ip_address: str | None = None
    truncated: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """Where a response stands in the archive."""

    file: str  # the name of the file in the archive folder
    offset: int  # of its gzip member, in bytes


@dataclass(frozen=True, slots=True)
class ArchivedResponse:
    """One response read back; `body` is no longer chunked, but content-encoded as it was sent."""

    url: str
    status: int
    headers: Headers
    body: bytes
    fetched_at: datetime
    place: Place
    site: str | None  # where the archive says it: ours does


class Archive:
    """Writes exchanges to `folder`, a new file for each run. Blocking: the crawl calls it from a thread of its own."""

    def __init__(self, folder: Path, *, run: int, software: str, most_bytes: int = MOST_BYTES) -> None:
        self._folder = folder
        self._run = run
        self._software = software
        self._most_bytes = most_bytes
        self._file: BinaryIO | None = None
        self._files = 0

    def write(self, exchange: Exchange) -> Place:
        """Appends request and response; returns once both are handed to the operating system."""
        file = self._open(exchange.fetched_at)
        writer = WARCWriter(file, gzip=True, warc_version="WARC/1.1")
        place = Place(Path(file.name).name, file.tell())
        response = self._record(writer, exchange, "response")
        request = self._record(writer, exchange, "request")
        writer.write_request_response_pair(request, response)
        file.flush()
        return place

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    def _open(self, now: datetime) -> BinaryIO:
        if self._file is not None and self._file.tell() >= self._most_bytes:
            self.close()
        if self._file is None:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._files += 1
            stamp = now.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
            path = self._folder / f"broadsheet-{stamp}-run{self._run:06d}-{self._files:03d}.warc.gz"
            self._file = path.open("xb")
            writer = WARCWriter(self._file, gzip=True, warc_version="WARC/1.1")
            info = {"software": self._software, "format": "WARC File Format 1.1", "isPartOf": f"run {self._run}"}
            writer.write_record(writer.create_warcinfo_record(path.name, info))
        return self._file

    def _record(self, writer: WARCWriter, exchange: Exchange, kind: str) -> object:
        warc = {"WARC-Date": exchange.fetched_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")}
        if kind == "request":
            line = f"{exchange.method} {_path(exchange.url)} HTTP/1.1"
            http = StatusAndHeaders(line, exchange.request_headers, is_http_request=True)
            body = b""
        else:
            http = StatusAndHeaders(_status_line(exchange.status), exchange.headers, protocol="HTTP/1.1")
            body = exchange.body
            warc[SITE] = exchange.site
            if exchange.ip_address:
                warc["WARC-IP-Address"] = exchange.ip_address
            if exchange.truncated:
                warc["WARC-Truncated"] = "disconnect"
        return writer.create_warc_record(
            exchange.url, kind, payload=io.BytesIO(body), length=len(body), http_headers=http, warc_headers_dict=warc
        )


def archive_files(path: Path) -> list[Path]:
    """The WARC file at `path`, or those of the folder by their names; `ArchiveMissing` where there is none."""
    if path.is_dir():
        files = sorted(file for file in path.rglob("*") if file.name.endswith((".warc", ".warc.gz")))
        if not files:
            raise ArchiveMissing(f"there is no *.warc or *.warc.gz file in {path}")
        return files
    if not path.is_file():
        raise ArchiveMissing(f"there is no WARC file at {path}")
    try:
        with path.open("rb") as file:
            first = next(ArchiveIterator(file), None)
    except (ArchiveLoadFailed, EOFError, zlib.error):
        first = None
    if first is None or first.format != "warc":  # warcio takes any line of words for the head of an ARC record
        raise ArchiveMissing(f"{path} is no WARC file")
    return [path]


def read_archive(path: Path, skipped: Counter[str]) -> Iterator[ArchivedResponse]:
    """The HTTP responses of a WARC file, in its order; records of other kinds are counted in `skipped` by their kind.

    A file that breaks off (its writer was killed) ends with the last whole record, counted as "torn".
    """
    with path.open("rb") as file:
        records = ArchiveIterator(file)
        while True:
            try:
                record = next(records, None)
                if record is None:
                    return
                kind = _skip(record)
                body = b"" if kind else _body(record)
                # Only now: warcio reads a record to its end to know where it began.
                place = Place(path.name, records.get_record_offset())
                response = None if kind else _response(record, body, place)
            except (ArchiveLoadFailed, EOFError, zlib.error):
                skipped["torn"] += 1
                return
            if response is None:
                skipped[kind or "unreadable"] += 1
            else:
                yield response


def _skip(record: ArcWarcRecord) -> str | None:
    """The kind of a record that is no HTTP response of a page, or None."""
    if record.rec_type != "response":
        return str(record.rec_type)
    url = record.rec_headers.get_header("WARC-Target-URI") or ""
    if record.http_headers is None or not url.startswith(("http://", "https://")):
        return "not-http"
    return None


def _body(record: ArcWarcRecord) -> bytes:
    """The body of a response, no longer chunked; no more of it than shows that it is too large."""
    headers: Headers = record.http_headers.headers
    chunked = any(name.lower() == "transfer-encoding" and "chunked" in value.lower() for name, value in headers)
    stream = ChunkedDataReader(record.raw_stream) if chunked else record.raw_stream
    parts: list[bytes] = []
    size = 0
    while size <= MOST_BODY and (part := stream.read(1 << 16)):
        parts.append(part)
        size += len(part)
    return b"".join(parts)


def _response(record: ArcWarcRecord, body: bytes, place: Place) -> ArchivedResponse | None:
    """The response of a record, or None where its body is too large or its head cannot be read."""
    try:
        status = int(record.http_headers.get_statuscode())
        fetched_at = datetime.fromisoformat(record.rec_headers.get_header("WARC-Date"))
    except (TypeError, ValueError):
        return None
    if len(body) > MOST_BODY:
        return None
    headers: Headers = record.http_headers.headers
    return ArchivedResponse(
        url=record.rec_headers.get_header("WARC-Target-URI"),
        status=status,
        headers=[(name, value) for name, value in headers if name.lower() != "transfer-encoding"],
        body=body,
        fetched_at=fetched_at.replace(tzinfo=fetched_at.tzinfo or UTC).astimezone(UTC),
        place=place,
        site=record.rec_headers.get_header(SITE),
    )


def _path(url: str) -> str:
    parts = urlsplit(url)
    return urlunsplit(("", "", parts.path or "/", parts.query, ""))


def _status_line(status: int) -> str:
    # Scrapy does not hand on the reason phrase that the server sent; the registered one stands for it.
    known = {code.value: code.phrase for code in HTTPStatus}
    return f"{status} {known.get(status, 'Unknown')}"
