from __future__ import annotations

import gzip
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.discovery.documents import DocumentKind, kind_of, parsed_time, unpacked


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
    assert parsed_time(text) == time


def test_gzip_is_unpacked_up_to_the_limit() -> None:
    body = bytes(range(256)) * 100
    assert unpacked(gzip.compress(body)) == (body, False)
    assert unpacked(body) == (body, False)
    assert unpacked(gzip.compress(body) + gzip.compress(b"more")) == (body + b"more", False)
    bomb = gzip.compress(b"\x00" * 10_000_000)
    assert unpacked(bomb, 1_000_000) == (b"\x00" * 1_000_000, True)
    assert unpacked(b"x" * 100, 10) == (b"x" * 10, True)


def test_a_broken_gzip_gives_what_came_before_the_break() -> None:
    lines = "".join(f"https://example.org/{n * n}\n" for n in range(50_000)).encode()
    packed = gzip.compress(lines)
    content, is_cut = unpacked(packed[: len(packed) // 2])
    assert lines.startswith(content)
    assert len(content) > len(lines) // 4
    assert not is_cut
    assert unpacked(b"\x1f\x8bnonsense") == (b"", False)


@given(st.binary(), st.integers(1, 200))
def test_unpacking_what_was_packed_gives_it_back_however_long(body: bytes, most: int) -> None:
    content, is_cut = unpacked(gzip.compress(body), most)
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
def test_a_document_is_told_by_its_own_words(body: bytes, kind: DocumentKind | None) -> None:
    assert kind_of(body) is kind
