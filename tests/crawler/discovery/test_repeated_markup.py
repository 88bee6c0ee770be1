"""Documents of one piece of markup, repeated: reading one takes time in proportion to its length."""

from __future__ import annotations

import time

import pytest

from cleaning.page.charset import decode_html, recode_xml
from crawler.discovery.documents import detect_kind
from crawler.discovery.feeds import read_feed
from crawler.discovery.sitemaps import read_sitemap

LENGTH = 400_000  # bytes; where the time grows with the square of the length, it takes minutes
PIECES = [
    b"<", b"<!--", b"<?", b"<a ", b"<a:", b"<script", b"<meta charset", b"<feed ", b"<item>", b"<item><a ",
    b"<item><description>", b"<item><" + b"a" * 5_000, b"<item a='", b"<![CDATA[", b"&#55357;", b"&a", b"<url><loc>",
]  # fmt: skip


@pytest.mark.parametrize("start", [b"", b"<rss><channel>", b"<urlset>", b"\x80<html>"])
@pytest.mark.parametrize("piece", PIECES, ids=lambda piece: piece[:20].decode().replace(" ", "_"))
def test_it_is_read_in_linear_time(start: bytes, piece: bytes) -> None:
    body = start + piece * (LENGTH // len(piece))
    begun = time.process_time()
    detect_kind(body)
    read_feed(body, "https://example.org/feed")
    read_sitemap(body)
    decode_html(body)
    recode_xml(body)
    assert time.process_time() - begun < 10
