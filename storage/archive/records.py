"""Parses one record of a WARC file into the HTTP response in it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime

from warcio.bufferedreaders import ChunkedDataReader
from warcio.limitreader import LimitReader
from warcio.recordloader import ArcWarcRecord
from warcio.statusandheaders import StatusAndHeaders, StatusAndHeadersParser

from cleaning.errors import RecordUnreadable
from cleaning.records.given import NOTHING_KNOWN, HostRights, Known
from storage.archive.location import ArchiveLocation
from storage.archive.spider_note import SpiderNote
from storage.archive.write import (
    NOTE,
    PAGE_HEADERS,
    PART_OF,
    RIGHTS,
    ROLE,
    SITE,
    SOURCE,
    Headers,
)

MAX_BODY = 10 << 20  # bytes of a body as sent that are read back; the limit of the crawl is DOWNLOAD_MAXSIZE
TORN = "torn"
CONVERSION = "conversion"
_BLOCK = 1 << 16
_OF_BODY = ("content-type", "content-encoding", "transfer-encoding", "content-length")


@dataclass(frozen=True, slots=True)
class ArchivedResponse:
    """One response read back; `body` is no longer chunked, but still content-encoded.

    Or a page that a spider made of a response: `body` is its HTML, in UTF-8. `url` is the address of the article where
    the spider names one.
    """

    url: str
    status: int
    headers: Headers
    body: bytes
    fetched_at: datetime
    location: ArchiveLocation
    site: str | None  # None in the archives of others
    rights: HostRights | None = None  # None in the archives of others
    part_of: str | None = None  # first page of the article that this was fetched as a further part of
    known: Known = NOTHING_KNOWN  # by the spider that yielded the page


def build_unreadable_error(location: ArchiveLocation, what: str, reason: str = "unreadable") -> RecordUnreadable:
    """Return the error that says in one line `what` is wrong at `location`."""
    return RecordUnreadable(f"{location.file} at byte {location.offset}: {what}", reason)


def build_torn_error(location: ArchiveLocation) -> RecordUnreadable:
    return build_unreadable_error(location, "the record is torn: the file breaks off within it, or is damaged", TORN)


def read_response(record: ArcWarcRecord, location: ArchiveLocation, max_body: int) -> ArchivedResponse:
    """Return the response in a record of which only the WARC header is parsed yet. Read the record to its end.

    Raise RecordUnreadable if there is no response. Its reason is the kind of the record ("not-http" for a response that
    is no web page), TORN, "too-large" or "unreadable".
    """
    kind = _find_other_kind(record)
    is_made = kind == CONVERSION and record.rec_headers.get_header(NOTE) is not None
    kind = None if is_made else kind
    head = _read_page_headers(record) if is_made else None if kind else _parse_head(record)
    body = _read_body(record, head, max_body) if head else b""
    if len(body) > max_body:
        raise build_unreadable_error(location, f"the body is larger than {max_body:,} bytes", "too-large")
    if not _is_whole(record):
        raise build_torn_error(location)
    if kind:
        raise build_unreadable_error(location, "the record is no HTTP response", kind)
    response = _build_response(record, head, body, location) if head else None
    if response is None:
        raise build_unreadable_error(location, "status, headers or date of the response cannot be read")
    return response


def _find_other_kind(record: ArcWarcRecord) -> str | None:
    """Return the kind of a record that is no HTTP response of a page, "unreadable" if it states none; else None."""
    url = record.rec_headers.get_header("WARC-Target-URI")
    if record.rec_type is None or (record.rec_type == "response" and url is None):
        return "unreadable"
    if record.rec_type != "response":
        return str(record.rec_type)
    if record.rec_headers.get_header(ROLE) == SOURCE:
        return SOURCE
    if record.length == 0 or not url.lower().startswith(("http://", "https://")):
        return "not-http"
    return None


def _parse_head(record: ArcWarcRecord) -> StatusAndHeaders | None:
    """Return the status and headers of a response, or None if they cannot be read."""
    try:
        return StatusAndHeadersParser(["HTTP/1.0", "HTTP/1.1"], verify=False).parse(record.raw_stream)
    except (EOFError, ValueError, IndexError):
        return None


def _read_page_headers(record: ArcWarcRecord) -> StatusAndHeaders:
    """Return the status and headers of the page that a conversion holds."""
    try:
        pairs = json.loads(record.rec_headers.get_header(PAGE_HEADERS) or "[]")
        headers = [(str(name), str(value)) for name, value in pairs if str(name).lower() not in _OF_BODY]
    except (ValueError, TypeError, RecursionError):
        headers = []
    return StatusAndHeaders("200 OK", [*headers, ("Content-Type", "text/html; charset=utf-8")], protocol="HTTP/1.1")


def _read_body(record: ArcWarcRecord, head: StatusAndHeaders, limit: int) -> bytes:
    """Return the body of a response, no longer chunked. Stop once it is larger than `limit` bytes."""
    headers: Headers = head.headers
    chunked = any(name.lower() == "transfer-encoding" and "chunked" in value.lower() for name, value in headers)
    stream = ChunkedDataReader(record.raw_stream) if chunked else record.raw_stream
    parts: list[bytes] = []
    size = 0
    while size <= limit and (part := stream.read(_BLOCK)):
        parts.append(part)
        size += len(part)
    return b"".join(parts)


def _is_whole(record: ArcWarcRecord) -> bool:
    """Return whether the record has all the bytes that its header states; warcio ignores missing ones."""
    while record.raw_stream.read(_BLOCK):
        pass
    return isinstance(record.raw_stream, LimitReader) and record.raw_stream.limit == 0


def _build_response(
    record: ArcWarcRecord, head: StatusAndHeaders, body: bytes, location: ArchiveLocation
) -> ArchivedResponse | None:
    """Return the response of a record, or None if its status or date cannot be read."""
    try:
        status = int(head.get_statuscode())
        fetched_at = datetime.fromisoformat(record.rec_headers.get_header("WARC-Date"))
        fetched_at = fetched_at.replace(tzinfo=fetched_at.tzinfo or UTC).astimezone(UTC)
    except (
        TypeError,
        ValueError,
        OverflowError,
    ):  # OverflowError: a date in year 1 or 9999 that leaves the calendar in UTC
        return None
    headers: Headers = head.headers
    rights = record.rec_headers.get_header(RIGHTS)
    note = SpiderNote.from_json(record.rec_headers.get_header(NOTE) or "{}")
    return ArchivedResponse(
        url=note.url or record.rec_headers.get_header("WARC-Target-URI"),
        status=status,
        headers=[(name, value) for name, value in headers if name.lower() != "transfer-encoding"],
        body=body,
        fetched_at=fetched_at,
        location=location,
        site=record.rec_headers.get_header(SITE),
        rights=None if rights is None else HostRights.from_json(rights),
        part_of=record.rec_headers.get_header(PART_OF),
        known=note.known,
    )
