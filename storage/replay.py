"""Reads the raw archive back, and the archives of others: responses out of WARC files, in their order."""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from warcio.archiveiterator import ArchiveIterator
from warcio.bufferedreaders import ChunkedDataReader
from warcio.exceptions import ArchiveLoadFailed
from warcio.recordloader import ArcWarcRecord
from warcio.statusandheaders import StatusAndHeaders, StatusAndHeadersParser

from cleaning.errors import ArchiveMissing
from storage.warc import SITE, Headers, Place

MOST_BODY = 10 << 20  # of a replayed body, as it was sent; the crawl's own limit is DOWNLOAD_MAXSIZE


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
            first = next(ArchiveIterator(file, no_record_parse=True), None)
    except (ArchiveLoadFailed, EOFError, zlib.error):
        first = None
    if first is None or first.format != "warc":  # warcio takes any line of words for the head of an ARC record
        raise ArchiveMissing(f"{path} is no WARC file")
    return [path]


def read_archive(path: Path, skipped: Counter[str]) -> Iterator[ArchivedResponse]:
    """The HTTP responses of a WARC file, in its order; records of other kinds are counted in `skipped` by their kind.

    A response that cannot be read is counted as "unreadable", and the next one follows. A file that breaks off (its
    writer was killed), or is one gzip member instead of one for each record, ends there, counted as "torn".
    """
    with path.open("rb") as file:
        # The HTTP heads are parsed here: an odd one that warcio stumbles over would end its iteration.
        records = ArchiveIterator(file, no_record_parse=True)
        while True:
            try:
                record = next(records, None)
                if record is None:
                    return
                kind = _skip(record)
                head = None if kind else _head(record)
                body = _body(record, head) if head else b""
                # Only now: warcio reads a record to its end to know where it began.
                place = Place(path.name, records.get_record_offset())
                response = _response(record, head, body, place) if head else None
            except (ArchiveLoadFailed, EOFError, zlib.error):
                skipped["torn"] += 1
                return
            if response is None:
                skipped[kind or "unreadable"] += 1
            else:
                yield response


def _skip(record: ArcWarcRecord) -> str | None:
    """Why a record is no HTTP response of a page (its kind, or that it does not say), or None."""
    url = record.rec_headers.get_header("WARC-Target-URI")
    if record.rec_type is None or (record.rec_type == "response" and url is None):
        return "unreadable"
    if record.rec_type != "response":
        return str(record.rec_type)
    if record.length == 0 or not url.lower().startswith(("http://", "https://")):
        return "not-http"
    return None


def _head(record: ArcWarcRecord) -> StatusAndHeaders | None:
    """The HTTP head of a response, or None where it has none that can be read."""
    try:
        return StatusAndHeadersParser(["HTTP/1.0", "HTTP/1.1"], verify=False).parse(record.raw_stream)
    except (EOFError, ValueError, IndexError):
        return None


def _body(record: ArcWarcRecord, head: StatusAndHeaders) -> bytes:
    """The body of a response, no longer chunked; no more of it than shows that it is too large."""
    headers: Headers = head.headers
    chunked = any(name.lower() == "transfer-encoding" and "chunked" in value.lower() for name, value in headers)
    stream = ChunkedDataReader(record.raw_stream) if chunked else record.raw_stream
    parts: list[bytes] = []
    size = 0
    while size <= MOST_BODY and (part := stream.read(1 << 16)):
        parts.append(part)
        size += len(part)
    return b"".join(parts)


def _response(record: ArcWarcRecord, head: StatusAndHeaders, body: bytes, place: Place) -> ArchivedResponse | None:
    """The response of a record, or None where its body is too large, or its status or date cannot be read."""
    try:
        status = int(head.get_statuscode())
        fetched_at = datetime.fromisoformat(record.rec_headers.get_header("WARC-Date"))
        fetched_at = fetched_at.replace(tzinfo=fetched_at.tzinfo or UTC).astimezone(UTC)
    except (TypeError, ValueError, OverflowError):  # the last: a date of year 1 or 9999, once in UTC
        return None
    if len(body) > MOST_BODY:
        return None
    headers: Headers = head.headers
    return ArchivedResponse(
        url=record.rec_headers.get_header("WARC-Target-URI"),
        status=status,
        headers=[(name, value) for name, value in headers if name.lower() != "transfer-encoding"],
        body=body,
        fetched_at=fetched_at,
        place=place,
        site=record.rec_headers.get_header(SITE),
    )
