"""Documents: their kind, their dates, their decompression."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.discovery.dates import parse_time
from crawler.discovery.documents import DocumentKind, decompress, detect_kind


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("2025", datetime(2025, 1, 1, tzinfo=UTC)),
        ("2025-10", datetime(2025, 10, 1, tzinfo=UTC)),
        ("2025-10-03", datetime(2025, 10, 3, tzinfo=UTC)),
        (" 2025-10-03T12:30Z ", datetime(2025, 10, 3, 12, 30, tzinfo=UTC)),
        ("2025-10-03T12:30:00.123456+02:00", datetime(2025, 10, 3, 10, 30, 0, 123456, tzinfo=UTC)),
        ("Fri, 03 Oct 2025 12:30:00 +0200", datetime(2025, 10, 3, 10, 30, tzinfo=UTC)),
        ("2025-10-03 12:30", datetime(2025, 10, 3, 12, 30, tzinfo=UTC)),
        ("1025-10-03", None),
        ("2525-10-03", None),
        ("0001-01-01T00:00:00+14:00", None),
        ("2025-02-31", None),
        ("", None),
        ("soon", None),
        (None, None),
    ],
)
def test_a_time_is_aware_and_utc_or_none(text: str | None, time: datetime | None) -> None:
    assert parse_time(text) == time


def test_gzip_is_decompressed_up_to_the_limit() -> None:
    body = bytes(range(256)) * 100
    assert decompress(gzip.compress(body)) == (body, False)
    assert decompress(body) == (body, False)
    assert decompress(gzip.compress(body) + gzip.compress(b"more")) == (body + b"more", False)
    bomb = gzip.compress(b"\x00" * 10_000_000)
    assert decompress(bomb, 1_000_000) == (b"\x00" * 1_000_000, True)
    assert decompress(b"x" * 100, 10) == (b"x" * 10, True)


def test_a_truncated_gzip_gives_the_bytes_before_the_break() -> None:
    lines = "".join(f"https://example.org/{n * n}\n" for n in range(50_000)).encode()
    packed = gzip.compress(lines)
    content, is_cut = decompress(packed[: len(packed) // 2])
    assert lines.startswith(content)
    assert len(content) > len(lines) // 4
    assert not is_cut
    assert decompress(b"\x1f\x8bnonsense") == (b"", False)


@given(st.binary(), st.integers(1, 200))
def test_compressed_bytes_come_back_up_to_the_limit(body: bytes, most: int) -> None:
    content, is_cut = decompress(gzip.compress(body), most)
    assert content == body[:most]
    assert is_cut == (len(body) > most) or len(body) == most


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b'<?xml version="1.0"?><!-- <rss> -->\n<urlset>', DocumentKind.SITEMAP),
        (b'<?xml-stylesheet href="a.xsl"?><x:sitemapindex>', DocumentKind.SITEMAP),
        (b"\xef\xbb\xbf <rss>", DocumentKind.FEED),
        (b"<rdf:RDF xmlns:rdf='x'>", DocumentKind.FEED),
        (b"<!DOCTYPE html><rss>", DocumentKind.HTML),
        (b"<div>no head</div>", DocumentKind.HTML),
        (b"<?xml version='1.0'?><opml>", None),
        (b"http://example.org/a\n", DocumentKind.TEXT_SITEMAP),
        (b'{"items": []}', DocumentKind.JSON_FEED),
        (b"", None),
        (b"\x89PNG\r\n", None),
        (b"http://example.org/a is a page about sitemaps", None),
    ],
)
def test_the_kind_of_a_document_is_detected(body: bytes, kind: DocumentKind | None) -> None:
    assert detect_kind(body) is kind


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"<br />\n<b>Warning</b>: feed.php on line 3<br />\n<?xml version='1.0'?><rss>", DocumentKind.FEED),
        (b"Notice: undefined <urlset>", DocumentKind.SITEMAP),
        (b"<!-- " + b"made with care " * 5_000 + b"--><urlset>", DocumentKind.SITEMAP),
        ("<rss>".encode("utf-16-le"), DocumentKind.FEED),
        (b"HTTPS://example.org/a\n", DocumentKind.TEXT_SITEMAP),
        (b"<html><pre><rss>", DocumentKind.HTML),
        (b"<?xml version='1.0'?><opml><body>", None),
    ],
)
def test_the_kind_is_seen_behind_warnings_comments_and_other_charsets(body: bytes, kind: DocumentKind | None) -> None:
    assert detect_kind(body) is kind
