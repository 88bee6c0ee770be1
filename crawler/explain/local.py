"""A page out of a file, decoded as the crawl would decode it."""

from __future__ import annotations

import sys
import zlib
from datetime import UTC, datetime
from pathlib import Path

from scrapy.http import HtmlResponse
from scrapy.settings import BaseSettings

from cleaning.article import Page
from cleaning.canonical import canonical_url
from cleaning.errors import BadArgument
from cleaning.parsing import parse
from cleaning.structured import read_structured
from crawler.explain.place import site_of
from crawler.page_facts import PageFacts
from crawler.sites import site_from_url

STANDARD_INPUT = "-"
NO_ADDRESS = "https://address.invalid/"  # RFC 2606, 2: a host that can be nobody's

_WARC = b"WARC/"
_GZIP = b"\x1f\x8b"
# What is saved or sent in place of a page, by its first bytes (https://mimesniff.spec.whatwg.org).
_OTHERS = {
    b"%PDF-": "a PDF",
    b"\x89PNG\r\n": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
    b"PK\x03\x04": "a ZIP archive",
    b"SQLite format 3\0": "a database",
}


def read_page(name: str, settings: BaseSettings, *, address: str | None = None) -> Page:
    """The page in the file `name`, or on standard input ("-"), at `address`.

    Without `address` it stands where the page itself says, if that is an absolute http(s) address, else at NO_ADDRESS.
    A `UsageError` where there is no page to read.
    """
    own = site_from_url(address).url if address is not None else None
    body = _body(name, settings.getint("DOWNLOAD_MAXSIZE"))
    html = HtmlResponse(NO_ADDRESS, body=body).text
    url = own or _stated_address(html) or NO_ADDRESS
    facts = PageFacts(settings).of()
    return Page(url, html, fetched_at=datetime.now(UTC), language=site_of(url, settings).language, **facts)


def _body(name: str, most: int) -> bytes:
    called = "standard input" if name == STANDARD_INPUT else name
    try:
        body = _first_bytes(name, most + 1)
    except FileNotFoundError as error:
        raise BadArgument(f"there is no file {called}; an address begins with http:// or https://") from error
    except IsADirectoryError as error:
        raise BadArgument(f"{called} is a folder; name one page in it") from error
    except OSError as error:
        raise BadArgument(f"{called} cannot be read: {error.strerror or error}") from error
    if len(body) > most:
        raise BadArgument(f"{called} is larger than any page that the crawl takes (DOWNLOAD_MAXSIZE, {most:,} bytes)")
    if not body.strip():
        raise BadArgument(f"{called} is empty")
    if (why := _why_no_page(body)) is not None:
        raise BadArgument(f"{called} is {why}")
    return body


def _first_bytes(name: str, most: int) -> bytes:
    if name == STANDARD_INPUT:
        if sys.stdin is None:
            raise BadArgument("standard input is closed; give it the page")
        return sys.stdin.buffer.read(most)
    with Path(name).open("rb") as file:
        return file.read(most)


def _why_no_page(body: bytes) -> str | None:
    start = body[:16]
    if start.startswith(_GZIP):
        start = _inflated(body)
        if not start.startswith(_WARC):
            return "compressed; try: gunzip -c FILE | scrapy explain -"
    if start.startswith(_WARC):
        return "a WARC file; its pages are read by: scrapy crawl archive -a path=FILE"
    kind = next((kind for magic, kind in _OTHERS.items() if start.startswith(magic)), None)
    return f"{kind}, no HTML page" if kind else None


def _inflated(body: bytes) -> bytes:
    """How the content of a gzip file begins; nothing where it is none."""
    try:
        return zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(body[:4096], 16)
    except zlib.error:
        return b""


def _stated_address(html: str) -> str | None:
    tree = parse(html)
    if tree is None:
        return None
    structured = read_structured(tree)
    stated = structured.canonical or structured.first("og:url")
    return canonical_url(stated) if stated else None
