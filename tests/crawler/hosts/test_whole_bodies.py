"""Which bodies are whole although their connection ended early."""

from __future__ import annotations

import pytest
from servers.rude import compress, page

from crawler.hosts.whole_bodies import is_whole_body

PAGE = page("The bridge").encode()
SITEMAP = b'<?xml version="1.0"?><!-- map --><urlset xmlns="x"><url><loc>https://example.org/a</loc></url></urlset>\n'
RDF = b'<?xml version="1.0"?><rdf:RDF xmlns:rdf="x"><item/></rdf:RDF>'
JSON = b'\xef\xbb\xbf{"version": "https://jsonfeed.org/version/1", "items": []}'


@pytest.mark.parametrize(
    ("body", "coding"),
    [
        (PAGE, b""),
        (PAGE.upper() + b"<!-- cached -->", b"identity"),
        (SITEMAP, b""),
        (RDF, b""),
        (JSON, b""),
        (compress(PAGE, "gzip"), b"gzip"),
        (compress(PAGE, "deflate"), b"deflate"),
        (compress(SITEMAP, "gzip"), b""),  # sitemap.xml.gz
    ],
)
def test_a_body_is_whole_if_it_is_closed(body: bytes, coding: bytes) -> None:
    assert is_whole_body(body, coding)
    assert not is_whole_body(body[: len(body) // 2], coding)
    assert not is_whole_body(body, b"br")


@pytest.mark.parametrize(
    "body", [b"", b"User-agent: *", b"%PDF-1.7", b"{", b"<x></x>", b"\x1f\x8bno gzip", SITEMAP[:-4]]
)
def test_of_other_bodies_nothing_can_be_told(body: bytes) -> None:
    assert not is_whole_body(body)


def test_a_page_that_is_closed_before_its_end_is_not_whole() -> None:
    assert not is_whole_body(PAGE + b"<p>more</p>" * 1000)
