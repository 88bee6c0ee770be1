"""The archived response of a page: status, headers, body and HTML, as its site sent them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from io import BytesIO
from pathlib import Path

from sqlalchemy import Connection, select
from urllib3.exceptions import DecodeError
from urllib3.response import HTTPResponse

from cleaning.errors import ArchiveMissing
from cleaning.page.charset import decode_html
from storage.archive.location import ArchiveLocation
from storage.archive.part_locations import load_parts
from storage.archive.place import ArchivePlace
from storage.archive.read_back import ArchiveReader
from storage.archive.records import MAX_BODY, ArchivedResponse, build_unreadable_error
from storage.archive.write import Headers
from storage.models import StoredArticle
from storage.reading.find_page import FoundPage

MAX_DECODED = 4 * MAX_BODY  # bytes of a body without its content coding


@dataclass(frozen=True)
class RawPage:
    """One archived response. `body` is what a browser would have shown: without chunks and content codings.

    `headers` are as the site sent them, in their order. `parts` are the further pages of an article on several pages.
    """

    url: str
    status: int
    headers: Headers = field(repr=False)
    body: bytes = field(repr=False)
    fetched_at: datetime
    location: ArchiveLocation
    parts: tuple[RawPage, ...] = field(default=(), repr=False)

    @property
    def html(self) -> str:
        """The body as text, in the charset that the crawl reads the page in, however it is declared."""
        return decode_html(self.body, self.get_header("Content-Type") or "")

    def get_header(self, name: str) -> str | None:
        """Return the value of the first header of this name, in capital or small letters; None if there is none."""
        return next((value for one, value in self.headers if one.lower() == name.lower()), None)


def load_raw_page(connection: Connection, page: FoundPage, archive: Path | ArchivePlace | None) -> RawPage:
    """Return the archived response of a stored page, with its further parts, from the archive.

    Raise ArchiveMissing if there is no archive or the page is not in it, RecordUnreadable if it cannot be read there.
    """
    row = connection.execute(
        select(StoredArticle.archive_file, StoredArticle.archive_offset, StoredArticle.raw_pruned_at).where(
            StoredArticle.id == page.id
        )
    ).one()
    if row.raw_pruned_at is not None:
        raise ArchiveMissing(
            f"the raw page of {page.url} was pruned on {row.raw_pruned_at:%Y-%m-%d}; its text is stored"
        )
    if row.archive_file is None or row.archive_offset is None:
        raise ArchiveMissing(f"{page.url} was stored without an archive")
    if archive is None:
        raise ArchiveMissing("the archive is in the data folder; name it: open_store(..., data_dir='data')")
    parts = load_parts(connection, [page.id]).get(page.id, ())
    with ArchiveReader(archive) as reader:
        further = [_make_raw_page(reader.read(part.location)) for part in parts]
        first = reader.read(ArchiveLocation(row.archive_file, row.archive_offset))
        return _make_raw_page(first, tuple(further))


def _make_raw_page(archived: ArchivedResponse, parts: tuple[RawPage, ...] = ()) -> RawPage:
    """Return an archived response without its content codings. Raise RecordUnreadable if they cannot be undone."""
    return RawPage(
        url=archived.url,
        status=archived.status,
        headers=archived.headers,
        body=_decode_body(archived),
        fetched_at=archived.fetched_at,
        location=archived.location,
        parts=parts,
    )


def _decode_body(archived: ArchivedResponse) -> bytes:
    codings = ", ".join(value for name, value in archived.headers if name.lower() == "content-encoding")
    if not codings:
        return archived.body
    response = HTTPResponse(BytesIO(archived.body), {"Content-Encoding": codings}, preload_content=False)
    try:
        body = response.read(MAX_DECODED + 1, decode_content=True)
    except DecodeError as error:
        if archived.body.lstrip().startswith((b"<", b"\xef\xbb\xbf")):  # a proxy undid the coding and left its header
            return archived.body
        raise build_unreadable_error(archived.location, f"its body is not {codings}, as its header says") from error
    if len(body) > MAX_DECODED:
        raise build_unreadable_error(archived.location, f"its body unpacks to over {MAX_DECODED:,} bytes", "too-large")
    return body
