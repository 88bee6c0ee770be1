"""The raw archive: every fetched article page as WARC records, one gzip member each (ISO 28500, WARC 1.1)."""

from __future__ import annotations

import io
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
from warcio.warcwriter import WARCWriter

from cleaning.article import HostRights
from cleaning.errors import StorageLost
from storage.disk import to_disk
from storage.faults import Fault, fault, told

logger = logging.getLogger(__name__)

MOST_BYTES = 1 << 30  # a file that has grown past this is closed, and the next one begun

# Named fields of our own in the head of a record, as the standard allows.
SITE = "Broadsheet-Site"
RIGHTS = "Broadsheet-Rights"

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
    rights: HostRights | None = None  # what its host says of its use, so that a replay need not ask; none: nobody asked
    truncated: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """Where a response stands in the archive."""

    file: str  # the name of the file in the archive folder
    offset: int  # of its gzip member, in bytes


class Archive:
    """Writes exchanges to `folder`, a new file for each run. Blocking: the crawl calls it from a thread of its own.

    `sync` may be called from another thread, and must be before a row is committed that names a record: a row never
    names one that is not there, not even after a power cut.
    """

    def __init__(self, folder: Path, *, run: int, software: str, most_bytes: int = MOST_BYTES) -> None:
        self._folder = folder
        self._run = run
        self._software = software
        self._most_bytes = most_bytes
        self._file: BinaryIO | None = None
        self._files = 0
        self._lock = Lock()  # of the next three, and of closing the file
        self._behind = False  # whether something is written that is not known to be on the disk
        self._lost: StorageLost | None = None

    def write(self, exchange: Exchange) -> Place:
        """Appends request and response; returns once both are handed to the operating system.

        Where that fails (`OSError`: the disk is full), nothing of the two stays in the archive, and the next may be
        written as if this one had never been tried.
        """
        file = self._open(exchange.fetched_at)
        writer = WARCWriter(file, gzip=True, warc_version="WARC/1.1")
        place = Place(Path(file.name).name, file.tell())
        response = self._record(writer, exchange, "response")
        request = self._record(writer, exchange, "request")
        try:
            writer.write_request_response_pair(request, response)
            file.flush()
        except BaseException:
            self._take_back(Path(file.name), place.offset)
            raise
        with self._lock:
            self._behind = True
        return place

    def sync(self) -> None:
        """Returns when every record that `write` returned for is on the disk.

        `StorageLost` where the disk does not take it, then and at every later call: the kernel forgets what it could
        not write, so that a second flush may succeed without it.
        """
        with self._lock:
            if self._lost is not None:
                raise StorageLost(str(self._lost), self._lost.fault)
            if not self._behind or self._file is None:
                return
            self._behind = False
            descriptor = os.dup(self._file.fileno())  # the file may be closed meanwhile
        try:
            self._flush_to_disk(descriptor)
        finally:
            os.close(descriptor)

    def close(self) -> None:
        """Closes the file, if one is open; every record that `write` returned for is on the disk, or `sync` raises."""
        with self._lock:
            file, self._file = self._file, None
            behind, self._behind = self._behind, False
        if file is None:
            return
        if behind:
            with suppress(StorageLost):  # the next `sync` raises it
                self._flush_to_disk(file.fileno())
        with suppress(OSError):  # what is still in its buffer belongs to a record that is taken back
            file.close()

    def _flush_to_disk(self, descriptor: int) -> None:
        try:
            os.fdatasync(descriptor)
        except OSError as error:
            wrong = fault(error) or Fault.UNWRITABLE
            lost = StorageLost(f"the archive is {wrong} ({told(error)}): the disk did not take what was written", wrong)
            with self._lock:
                self._lost = lost
            raise lost from error

    def _take_back(self, path: Path, length: int) -> None:
        """Cuts the file back to its last whole record; where that fails, the next record begins a new file."""
        self.close()  # first: the file's buffer still holds some of the torn record, and would write it later
        try:
            os.truncate(path, length)
            self._file = path.open("ab")
        except OSError as error:
            logger.warning("%s ends with a torn record: %s", path.name, error)

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
            try:
                to_disk(self._folder)  # a new file's name is on the disk only when its folder is
                writer.write_record(writer.create_warcinfo_record(path.name, info))
            except BaseException:
                self.close()
                path.unlink()
                raise
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
            if exchange.rights is not None:
                warc[RIGHTS] = exchange.rights.packed()
            if exchange.ip_address:
                warc["WARC-IP-Address"] = exchange.ip_address
            if exchange.truncated:
                warc["WARC-Truncated"] = "disconnect"
        return writer.create_warc_record(
            exchange.url, kind, payload=io.BytesIO(body), length=len(body), http_headers=http, warc_headers_dict=warc
        )


def _path(url: str) -> str:
    parts = urlsplit(url)
    return urlunsplit(("", "", parts.path or "/", parts.query, ""))


def _status_line(status: int) -> str:
    # Scrapy does not hand on the reason phrase that the server sent; the registered one stands for it.
    known = {code.value: code.phrase for code in HTTPStatus}
    return f"{status} {known.get(status, 'Unknown')}"
