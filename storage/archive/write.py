"""Appends exchanges to WARC files: two records each, one gzip member per record (ISO 28500, WARC 1.1).

A page that a spider made of a response is a third one, of the type `conversion`.
"""

from __future__ import annotations

import json
import logging
import os
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from threading import Lock
from typing import BinaryIO
from urllib.parse import urlsplit, urlunsplit

from warcio.statusandheaders import StatusAndHeaders

from cleaning.errors import StorageLost
from cleaning.records.given import HostRights
from storage.archive.build import build_record, make_record_id
from storage.archive.location import ArchiveLocation
from storage.archive.own_files import make_own_name
from storage.archive.spider_note import NO_NOTE, SpiderNote
from storage.database.disk import flush_to_disk
from storage.database.faults import Fault, classify_fault, describe_error

logger = logging.getLogger(__name__)

MAX_BYTES = 1 << 30  # a larger file is closed, and the next one begun

# Additional named fields in the header of a record, which the standard allows.
SITE = "Broadsheet-Site"
RIGHTS = "Broadsheet-Rights"
PART_OF = "Broadsheet-Part-Of"
NOTE = "Broadsheet-Note"  # what the spider knows of the page (spider_note.py)
# SOURCE: the response is no page; the `conversion` records that refer to it are. COPY: a conversion that holds all of
# its response, as another page of it. ERASED: the note in the place of a record that was erased.
ROLE = "Broadsheet-Role"
PAGE_HEADERS = "Broadsheet-Headers"  # of a conversion: the headers of its response, as a JSON list of pairs
SOURCE = "source"
COPY = "copy"
ERASED = "erased"

_OF_RESPONSE = "application/http; msgtype=response"
_OF_REQUEST = "application/http; msgtype=request"
# Scrapy drops the reason phrase that the server sent; the registered phrase replaces it.
_PHRASES = {code.value: code.phrase for code in HTTPStatus}

Headers = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and its response as sent; `body` is still content-encoded."""

    url: str
    method: str
    request_headers: Headers
    status: int
    headers: Headers
    body: bytes
    fetched_at: datetime
    site: str  # its name in the crawl, so that a replay needs no sites.toml
    ip_address: str | None = None
    rights: HostRights | None = None  # which its host states, so that a replay need not ask; None: not asked
    part_of: str | None = None  # first page of the article, where this was fetched as a further part of it
    truncated: bool = False
    note: SpiderNote = NO_NOTE
    is_source: bool = False  # no page itself: the spider made pages of it
    id: str | None = None  # of the response record, where another record refers to it


@dataclass(frozen=True, slots=True)
class Conversion:
    """A page that a spider made of a response, like the article in the answer of an API. `headers` as in its `source`.

    The source is written before, with an `id`.
    """

    source: Exchange
    html: str
    headers: Headers
    site: str
    note: SpiderNote = NO_NOTE
    is_copy: bool = False  # of the whole response, so that it holds the other pages that were made of it, too


class Archive:
    """Writes exchanges to `folder`, a new file for each run. Blocking: the crawl calls it from a separate thread.

    Call `sync`, from any thread, before a row that names a record is committed: then no row names a record that is
    missing, not even after a power cut.
    """

    def __init__(self, folder: Path, *, run: int, software: str, writer: str = "", max_bytes: int = MAX_BYTES) -> None:
        """`writer`: a name of `make_writer`, where several write for one run; it is part of the files' names."""
        self._folder = folder
        self._run = run
        self._writer = writer
        self._software = software
        self._max_bytes = max_bytes
        self._file: BinaryIO | None = None
        self._files = 0
        self._lock = Lock()  # guards the next two, and the closing of the file
        self._has_unsynced = False  # whether a record is written that may not be on the disk yet
        self._lost: StorageLost | None = None

    def write(self, written: Exchange | Conversion) -> ArchiveLocation:
        """Append request and response, or a conversion; return the location of the response or the conversion.

        They are then handed to the operating system. Raise `OSError` if that fails (the disk is full): nothing of them
        stays in the archive, and the next one can be written as usual.
        """
        records = build_records(written)
        file = self._open_file(find_fetch_time(written))
        location = ArchiveLocation(Path(file.name).name, file.tell())
        try:
            file.write(records)
            file.flush()
        except BaseException:
            self._cut_back(Path(file.name), location.offset)
            raise
        with self._lock:
            self._has_unsynced = True
        return location

    def sync(self) -> None:
        """Return when every record that `write` has returned for is on the disk.

        Raise `StorageLost` if the disk does not take it, now and at every later call: the kernel forgets what it could
        not write, so a second flush may succeed without it.
        """
        with self._lock:
            if self._lost is not None:
                raise StorageLost(str(self._lost), self._lost.fault)
            if not self._has_unsynced or self._file is None:
                return
            self._has_unsynced = False
            descriptor = os.dup(self._file.fileno())  # the file may be closed meanwhile
        try:
            self._flush_to_disk(descriptor)
        finally:
            os.close(descriptor)

    def close(self) -> None:
        """Close the file, if one is open. Afterwards every written record is on the disk, or else `sync` raises."""
        with self._lock:
            file, self._file = self._file, None
            has_unsynced, self._has_unsynced = self._has_unsynced, False
        if file is None:
            return
        if has_unsynced:
            with suppress(StorageLost):  # the next `sync` raises it
                self._flush_to_disk(file.fileno())
        with suppress(OSError):  # its buffer holds only the rest of a record that is cut off
            file.close()

    def _flush_to_disk(self, descriptor: int) -> None:
        try:
            os.fdatasync(descriptor)
        except OSError as error:
            fault = classify_fault(error) or Fault.UNWRITABLE
            lost = StorageLost(
                f"the archive is {fault} ({describe_error(error)}): the disk did not take what was written", fault
            )
            with self._lock:
                self._lost = lost
            raise lost from error

    def _cut_back(self, path: Path, length: int) -> None:
        """Cut the file after its last whole record. If that fails, the next record begins a new file."""
        self.close()  # first: the buffer holds a part of the torn record, and would write it later
        try:
            os.truncate(path, length)
            self._file = path.open("ab")
        except OSError as error:
            logger.warning("%s ends with a torn record: %s", path.name, error)

    def _open_file(self, now: datetime) -> BinaryIO:
        if self._file is not None and self._file.tell() >= self._max_bytes:
            self.close()
        if self._file is None:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._files += 1
            path = self._folder / make_own_name(now, self._run, self._files, self._writer)
            self._file = path.open("xb")
            try:
                flush_to_disk(self._folder)  # the name of a new file is on the disk only when its folder is
                self._file.write(build_file_info(path.name, self._software, self._run, now))
                self._file.flush()
            except BaseException:
                self.close()
                path.unlink()
                raise
        return self._file


def find_fetch_time(written: Exchange | Conversion) -> datetime:
    return (written.source if isinstance(written, Conversion) else written).fetched_at


def build_records(written: Exchange | Conversion) -> bytes:
    """Return the records of a response and its request, in this order, or that of a conversion."""
    return _build_conversion(written) if isinstance(written, Conversion) else _build_exchange(written)


def _build_exchange(exchange: Exchange) -> bytes:
    """Return the records of the response and the request, which name each other's address, time and id."""
    date, response_id = _format_warc_date(exchange.fetched_at), exchange.id or make_record_id()
    warc = {"WARC-Record-ID": response_id, "WARC-Target-URI": exchange.url, "WARC-Date": date, SITE: exchange.site}
    if exchange.rights is not None:
        warc[RIGHTS] = exchange.rights.to_json()
    if exchange.part_of is not None:
        warc[PART_OF] = exchange.part_of
    if exchange.ip_address:
        warc["WARC-IP-Address"] = exchange.ip_address
    if exchange.note != NO_NOTE:
        warc[NOTE] = exchange.note.to_json()
    if exchange.is_source:
        warc[ROLE] = SOURCE
    if exchange.truncated:
        warc["WARC-Truncated"] = "disconnect"
    head = StatusAndHeaders(_format_status_line(exchange.status), exchange.headers, protocol="HTTP/1.1")
    response = build_record("response", warc, _OF_RESPONSE, exchange.body, head=head.to_ascii_bytes())
    asked = {"WARC-Record-ID": make_record_id(), "WARC-Target-URI": exchange.url, "WARC-Date": date}
    asked["WARC-Concurrent-To"] = response_id
    line = f"{exchange.method} {_format_request_target(exchange.url)} HTTP/1.1"
    head = StatusAndHeaders(line, exchange.request_headers, is_http_request=True)
    return response + build_record("request", asked, _OF_REQUEST, b"", head=head.to_ascii_bytes())


def _build_conversion(page: Conversion) -> bytes:
    date = _format_warc_date(page.source.fetched_at)
    warc = {
        "WARC-Record-ID": make_record_id(),
        "WARC-Target-URI": page.note.url or page.source.url,
        "WARC-Date": date,
        "WARC-Refers-To": page.source.id or "",
        "WARC-Refers-To-Target-URI": page.source.url,
        "WARC-Refers-To-Date": date,
        SITE: page.site,
        PAGE_HEADERS: json.dumps(page.headers),
        NOTE: page.note.to_json(),
    }
    if page.is_copy:
        warc[ROLE] = COPY
    if page.source.rights is not None:
        warc[RIGHTS] = page.source.rights.to_json()
    if page.source.part_of is not None:
        warc[PART_OF] = page.source.part_of
    return build_record("conversion", warc, "text/html; charset=utf-8", page.html.encode("utf-8", "replace"))


def build_file_info(name: str, software: str, run: int, now: datetime) -> bytes:
    """Return the first record of a file, of the type `warcinfo`."""
    info = {"software": software, "format": "WARC File Format 1.1", "isPartOf": f"run {run}"}
    warc = {"WARC-Record-ID": make_record_id(), "WARC-Filename": name, "WARC-Date": _format_warc_date(now)}
    lines = "".join(f"{field}: {value}\r\n" for field, value in info.items())
    return build_record("warcinfo", warc, "application/warc-fields", lines.encode())


def _format_warc_date(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _format_request_target(url: str) -> str:
    parts = urlsplit(url)
    return urlunsplit(("", "", parts.path or "/", parts.query, ""))


def _format_status_line(status: int) -> str:
    return f"{status} {_PHRASES.get(status, 'Unknown')}"
