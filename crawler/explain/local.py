"""Read a page from a file or standard input, decoded as the crawl would decode it."""

from __future__ import annotations

import sys
import zlib
from datetime import UTC, datetime
from pathlib import Path

from scrapy.settings import BaseSettings

from cleaning.errors import BadArgument
from cleaning.metadata.stated_address import UNKNOWN_ADDRESS, find_stated_address
from cleaning.page.charset import decode_html
from cleaning.records.given import Page
from crawler.page_facts import PageFacts
from crawler.sites.site import make_site

STANDARD_INPUT = "-"

_WARC = b"WARC/"
_GZIP = b"\x1f\x8b"
# Other kinds of files, by their first bytes (https://mimesniff.spec.whatwg.org).
_OTHER_KINDS = {
    b"%PDF-": "a PDF",
    b"\x89PNG\r\n": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
    b"PK\x03\x04": "a ZIP archive",
    b"SQLite format 3\0": "a database",
}


def read_page_file(name: str, settings: BaseSettings, *, address: str | None = None) -> Page:
    """Read the page in the file `name`, or on standard input ("-"), without what is known of its site.

    Its address is `address`, else the absolute http(s) address that the page states, else UNKNOWN_ADDRESS. Raise a
    UsageError if there is no page to read.
    """
    given = make_site(address).url if address is not None else None
    body = _read_body(name, settings.getint("DOWNLOAD_MAXSIZE"))
    html = decode_html(body)
    url = given or find_stated_address(html) or UNKNOWN_ADDRESS
    return Page(url, html, fetched_at=datetime.now(UTC), **PageFacts(settings).collect())


def _read_body(name: str, max_bytes: int) -> bytes:
    label = "standard input" if name == STANDARD_INPUT else name
    try:
        body = _read_bytes(name, max_bytes + 1)
    except FileNotFoundError as error:
        raise BadArgument(f"there is no file {label}; an address begins with http:// or https://") from error
    except IsADirectoryError as error:
        raise BadArgument(f"{label} is a folder; name one page in it") from error
    except OSError as error:
        raise BadArgument(f"{label} cannot be read: {error.strerror or error}") from error
    if len(body) > max_bytes:
        raise BadArgument(f"{label} is larger than the crawl accepts (DOWNLOAD_MAXSIZE, {max_bytes:,} bytes)")
    if not body.strip():
        raise BadArgument(f"{label} is empty")
    if (description := _describe_other_kind(body)) is not None:
        raise BadArgument(f"{label} is {description}")
    return body


def _read_bytes(name: str, limit: int) -> bytes:
    if name == STANDARD_INPUT:
        if sys.stdin is None:
            raise BadArgument("standard input is closed; pipe the page into it")
        return sys.stdin.buffer.read(limit)
    with Path(name).open("rb") as file:
        return file.read(limit)


def _describe_other_kind(body: bytes) -> str | None:
    start = body[:16]
    if start.startswith(_GZIP):
        start = _decompress_head(body)
        if not start.startswith(_WARC):
            return "compressed; try: gunzip -c FILE | scrapy explain -"
    if start.startswith(_WARC):
        return (
            "a WARC file; read its pages with: scrapy crawl archive -a path=FILE, after naming it *.warc or *.warc.gz"
        )
    kind = next((kind for magic, kind in _OTHER_KINDS.items() if start.startswith(magic)), None)
    return f"{kind}, not an HTML page" if kind else None


def _decompress_head(body: bytes) -> bytes:
    """Return the first 16 bytes of the content of a gzip file, or b"" if it is not valid gzip."""
    try:
        return zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(body[:4096], 16)
    except zlib.error:
        return b""
