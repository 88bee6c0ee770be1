"""One record of a WARC file -> the HTTP response in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from warcio.bufferedreaders import ChunkedDataReader
from warcio.limitreader import LimitReader
from warcio.recordloader import ArcWarcRecord
from warcio.statusandheaders import StatusAndHeaders, StatusAndHeadersParser

from cleaning.article import HostRights
from cleaning.errors import RecordUnreadable
from storage.warc import RIGHTS, SITE, Headers, Place

MOST_BODY = 10 << 20  # bytes of a body that is read back, as it was sent; the crawl's own limit is DOWNLOAD_MAXSIZE
TORN = "torn"
_BLOCK = 1 << 16


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
    rights: HostRights | None = None  # the same


def unreadable(place: Place, what: str, reason: str = "unreadable") -> RecordUnreadable:
    """The error that says in one line `what` is wrong at `place`."""
    return RecordUnreadable(f"{place.file} at byte {place.offset}: {what}", reason)


def torn(place: Place) -> RecordUnreadable:
    return unreadable(place, "the record is torn: the file breaks off within it, or is damaged", TORN)


def read_response(record: ArcWarcRecord, place: Place, most_body: int) -> ArchivedResponse:
    """The response in a record whose own head alone is parsed; the record is read to its end.

    RecordUnreadable where it is none: its reason is the kind of the record ("not-http" for what is of no web page),
    TORN, "too-large" or "unreadable".
    """
    kind = _other_kind(record)
    head = None if kind else _head(record)
    body = _body(record, head, most_body) if head else b""
    if len(body) > most_body:
        raise unreadable(place, f"the body is larger than {most_body:,} bytes", "too-large")
    if not _is_whole(record):
        raise torn(place)
    if kind:
        raise unreadable(place, "what stands there is no HTTP response", kind)
    response = _response(record, head, body, place) if head else None
    if response is None:
        raise unreadable(place, "status, headers or date of the response cannot be read")
    return response


def _other_kind(record: ArcWarcRecord) -> str | None:
    """What a record is that is no HTTP response of a page (its kind, or that it does not say), or None."""
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


def _body(record: ArcWarcRecord, head: StatusAndHeaders, most: int) -> bytes:
    """The body of a response, no longer chunked; no more of it than shows that it is larger than `most`."""
    headers: Headers = head.headers
    chunked = any(name.lower() == "transfer-encoding" and "chunked" in value.lower() for name, value in headers)
    stream = ChunkedDataReader(record.raw_stream) if chunked else record.raw_stream
    parts: list[bytes] = []
    size = 0
    while size <= most and (part := stream.read(_BLOCK)):
        parts.append(part)
        size += len(part)
    return b"".join(parts)


def _is_whole(record: ArcWarcRecord) -> bool:
    """Whether the record has all the bytes that its head promises; warcio says no word where some are missing."""
    while record.raw_stream.read(_BLOCK):
        pass
    return isinstance(record.raw_stream, LimitReader) and record.raw_stream.limit == 0


def _response(record: ArcWarcRecord, head: StatusAndHeaders, body: bytes, place: Place) -> ArchivedResponse | None:
    """The response of a record, or None where its status or date cannot be read."""
    try:
        status = int(head.get_statuscode())
        fetched_at = datetime.fromisoformat(record.rec_headers.get_header("WARC-Date"))
        fetched_at = fetched_at.replace(tzinfo=fetched_at.tzinfo or UTC).astimezone(UTC)
    except (TypeError, ValueError, OverflowError):  # the last: a date of year 1 or 9999, once in UTC
        return None
    headers: Headers = head.headers
    rights = record.rec_headers.get_header(RIGHTS)
    return ArchivedResponse(
        url=record.rec_headers.get_header("WARC-Target-URI"),
        status=status,
        headers=[(name, value) for name, value in headers if name.lower() != "transfer-encoding"],
        body=body,
        fetched_at=fetched_at,
        place=place,
        site=record.rec_headers.get_header(SITE),
        rights=None if rights is None else HostRights.unpacked(rights),
    )
