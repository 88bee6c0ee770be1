"""Sitemaps: their entries and children, also of broken and hostile ones."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.discovery.documents import Entry
from crawler.discovery.sitemaps import MAX_ENTRIES, read_sitemap

if TYPE_CHECKING:
    from pathlib import Path

SPACES = (
    'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:n="http://www.google.com/schemas/sitemap-news/0.9" '
    'xmlns:image="http://www.google.com/schemas/sitemap-image/1.1"'
)


def urlset(*urls: str, head: str = "") -> bytes:
    rows = "".join(f"<url>{url}</url>" for url in urls)
    return f'<?xml version="1.0" encoding="UTF-8"?>{head}<urlset {SPACES}>{rows}</urlset>'.encode()


def index(*children: tuple[str, str]) -> bytes:
    rows = [
        f"<sitemap><loc>https://example.org/{name.replace('&', '&amp;')}</loc><lastmod>{day}</lastmod></sitemap>"
        for name, day in children
    ]
    return f"<sitemapindex {SPACES}>{''.join(rows).replace('<lastmod></lastmod>', '')}</sitemapindex>".encode()


def children(*rows: tuple[str, str]) -> list[str]:
    return [child.url.removeprefix("https://example.org/") for child in read_sitemap(index(*rows)).children]


def test_a_urlset_gives_addresses_and_dates_newest_first() -> None:
    reading = read_sitemap(
        urlset(
            "<loc>https://example.org/undated</loc>",
            "<loc>\n https://example.org/old </loc><lastmod>2025-10-01</lastmod><priority>0.5</priority>",
            "<loc>https://example.org/new</loc><lastmod>2025-10-03T02:00:00+02:00</lastmod>"
            "<image:image><image:loc>https://example.org/a.jpg</image:loc></image:image>",
            "<lastmod>2025-10-04</lastmod>",
        )
    )
    assert reading.entries == [
        Entry("https://example.org/new", datetime(2025, 10, 3, tzinfo=UTC)),
        Entry("https://example.org/old", datetime(2025, 10, 1, tzinfo=UTC)),
        Entry("https://example.org/undated"),
    ]
    assert not reading.is_news
    assert reading.problem is None


def test_a_news_sitemap_is_told_apart_and_gives_the_date_of_publication_and_the_headline() -> None:
    news = """<n:news><n:publication><n:name>The Paper</n:name><n:title>The Paper</n:title></n:publication>
        <n:publication_date>2025-10-03T06:00:00Z</n:publication_date>
        <n:title> Caf&eacute; &amp;amp; ferry\n<![CDATA[<i>reopen</i>]]> </n:title></n:news>"""
    reading = read_sitemap(urlset(f"<loc>https://example.org/a</loc>{news}"))
    assert reading.is_news
    assert reading.entries == [
        Entry("https://example.org/a", datetime(2025, 10, 3, 6, tzinfo=UTC), "Café & ferry reopen")
    ]


def test_an_address_without_news_or_a_picture_with_a_title_has_no_headline() -> None:
    reading = read_sitemap(
        urlset(
            "<loc>https://example.org/a</loc><n:news><n:publication_date>2025-10-03</n:publication_date></n:news>",
            "<loc>https://example.org/b</loc><image:image><image:title>A picture</image:title></image:image>",
        )
    )
    assert [entry.headline for entry in reading.entries] == [None, None]


def test_a_plain_list_of_addresses_is_a_sitemap() -> None:
    reading = read_sitemap("\ufeffhttps://example.org/a\r\n\r\n  https://example.org/ü\nnot an address\n".encode())
    assert [entry.url for entry in reading.entries] == ["https://example.org/a", "https://example.org/ü"]
    assert reading.problem is None


def test_an_index_gives_the_newest_children_first() -> None:
    assert children(("a", "2025-01-01"), ("b", "2025-10-01"), ("c", "")) == ["b", "a", "c"]


def test_the_period_in_a_childs_name_counts_where_its_date_is_fresh_everywhere() -> None:
    fresh = "2025-11-20"
    rows = [("s-2009-04.xml", fresh), ("s-2025-10.xml", fresh), ("s-2025-11.xml", fresh), ("s-2024.xml", fresh)]
    assert children(*rows) == ["s-2025-11.xml", "s-2025-10.xml", "s-2024.xml", "s-2009-04.xml"]
    undated = [("s?yyyy=2024&mm=02", ""), ("2025/10/03.xml", ""), ("2025/10/31.xml", ""), ("2025-13.xml", "")]
    assert children(*undated) == ["2025-13.xml", "2025/10/31.xml", "2025/10/03.xml", "s?yyyy=2024&mm=02"]


def test_news_children_come_first_and_those_of_tags_images_and_authors_last() -> None:
    rows = [
        ("post_tag-sitemap.xml", "2025-11-20"),
        ("image-sitemap-1.xml", "2025-11-20"),
        ("post-sitemap2.xml", "2025-11-10"),
        ("sitemap-news.xml", "2025-01-01"),
        ("author-sitemap.xml", ""),
    ]
    assert children(*rows) == [
        "sitemap-news.xml",
        "post-sitemap2.xml",
        "post_tag-sitemap.xml",
        "image-sitemap-1.xml",
        "author-sitemap.xml",
    ]


def test_of_a_long_index_the_newest_children_come_first() -> None:
    rows = [(f"s{n}.xml", datetime.fromtimestamp(1.7e9 + n * 86400, UTC).date().isoformat()) for n in range(120)]
    reading = read_sitemap(index(*rows))
    assert [child.url for child in reading.children] == [f"https://example.org/s{119 - n}.xml" for n in range(120)]
    assert reading.left_out == 0


def test_of_a_long_index_without_dates_both_ends_come_first() -> None:
    kept = children(*[(f"s{n}.xml", "") for n in range(1, 201)])
    assert len(kept) == 200
    assert kept[:4] == ["s1.xml", "s200.xml", "s2.xml", "s199.xml"]


def test_a_sitemap_is_read_up_to_the_limit_of_the_protocol() -> None:
    row = "<loc>https://example.org/a</loc>"
    assert len(read_sitemap(urlset(*[row] * (MAX_ENTRIES + 10))).entries) == MAX_ENTRIES
    text = read_sitemap(b"https://example.org/a\n" * (MAX_ENTRIES + 10))
    assert len(text.entries) == MAX_ENTRIES
    assert text.left_out == 10


def test_common_faults_of_sitemaps_are_tolerated() -> None:
    whole = urlset(
        "<loc>https://example.org/a?x=1&y=2</loc>", "<loc>https://example.org/b</loc><lastmod>never</lastmod>"
    )
    assert [entry.url for entry in read_sitemap(b"\n\n" + whole).entries] == [
        "https://example.org/a?x=1&y=2",
        "https://example.org/b",
    ]
    assert next(entry.url for entry in read_sitemap(whole[:-40]).entries) == "https://example.org/a?x=1&y=2"
    assert len(read_sitemap(whole + b"<!-- cached --> junk").entries) == 2
    assert len(read_sitemap(whole.replace(b"UTF-8", b"utf-16").decode().encode("utf-16")).entries) == 2
    bare = b"<urlset><url><loc><![CDATA[https://example.org/a]]></loc></url></urlset>"
    assert read_sitemap(bare).entries == [Entry("https://example.org/a")]


@pytest.mark.parametrize(
    "body", [b"", b"\x00\x01", b"<html><p>404</p></html>", b"{}", b"nothing here", b"<rss/>", b"<a/>"]
)
def test_a_document_that_is_no_sitemap_is_reported(body: bytes) -> None:
    reading = read_sitemap(body)
    assert reading.problem == "bad-sitemap"
    assert reading.entries == []


def test_an_empty_sitemap_is_no_bad_one() -> None:
    assert read_sitemap(urlset()).problem == "empty-sitemap"


def test_hostile_xml_costs_no_time_and_reads_no_file(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("https://example.org/secret")
    laughs = "".join(f"<!ENTITY a{n} '{f'&a{n - 1};' * 10}'>" for n in range(1, 12))
    heads = [
        f"<!DOCTYPE x [<!ENTITY a0 'ha'>{laughs}<!ENTITY e '&a11;'>]>",
        f"<!DOCTYPE x [<!ENTITY e '{'a' * 100_000}'>]>",
        f"<!DOCTYPE x [<!ENTITY e SYSTEM '{secret.as_uri()}'>]>",
        f"<!DOCTYPE x SYSTEM '{secret.as_uri()}' [<!ENTITY % p SYSTEM '{secret.as_uri()}'> %p;]>",
    ]
    for head in heads:
        body = urlset("<loc>https://example.org/" + "&e;" * 10_000 + "</loc>", "<loc>&e;</loc>", head=head)
        started = time.process_time()
        reading = read_sitemap(body)
        assert time.process_time() - started < 1
        assert "secret" not in str(reading)


@pytest.mark.parametrize(
    "body",
    [
        b"<urlset>" + b"<url>" * 300_000,
        b"<urlset><url><loc>" + b"<a>" * 300_000,
        b"<urlset>" + b"&x" * 300_000,
        b"<" * 500_000,
    ],
)
def test_hostile_markup_costs_little_time(body: bytes) -> None:
    started = time.process_time()
    read_sitemap(body)
    assert time.process_time() - started < 1.5


@given(
    st.one_of(
        st.binary(),
        st.lists(
            st.sampled_from(
                ["<urlset>", "<sitemapindex>", "<sitemap>", "<url>", "<loc>", "</loc>", "</url>", "&x;", "<!["]
            )
            | st.sampled_from(
                ["http://", "<lastmod>2025-13-99</lastmod>", "<n:news>", "\x00", "<?", "<!--", "https://a\n"]
            )
        ).map(lambda pieces: "".join(pieces).encode()),
    )
)
def test_no_bytes_crash_the_reader(body: bytes) -> None:
    assert read_sitemap(body).problem in (None, "bad-sitemap", "empty-sitemap")


def test_an_entry_that_is_a_list_by_its_address_is_a_child_whatever_its_element_is_called() -> None:
    rows = [
        "<loc>https://example.org/sitemap-2026.xml</loc>",
        "<loc>https://example.org/sitemap-2025.xml.gz</loc>",
        "<loc>https://example.org/sitemap.php?page=2</loc>",
        "<loc>https://example.org/sitemap/all.html</loc>",
        "<loc>https://example.org/a</loc>",
    ]
    for whole in (urlset(*rows), urlset(*rows).replace(b"urlset", b"sitemapindex")):
        reading = read_sitemap(whole)
        assert {child.url.rpartition("/")[2] for child in reading.children} == {
            "sitemap-2026.xml",
            "sitemap-2025.xml.gz",
            "sitemap.php?page=2",
        }
        assert [entry.url for entry in reading.entries] == [
            "https://example.org/sitemap/all.html",
            "https://example.org/a",
        ]


def test_editions_in_other_languages_are_entries_and_other_alternates_are_not() -> None:
    row = (
        "<loc>https://example.org/en/a</loc><lastmod>2026-11-30</lastmod>"
        '<link rel="alternate" hreflang="de" href="https://example.org/de/a?x=1&y=2"/>'
        '<link rel="alternate" media="only screen and (max-width: 640px)" href="https://m.example.org/a"/>'
    )
    when = datetime(2026, 11, 30, tzinfo=UTC)
    assert read_sitemap(urlset(row)).entries == [
        Entry("https://example.org/en/a", when),
        Entry("https://example.org/de/a?x=1&y=2", when),
    ]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("https://example.org/caf&eacute;", "https://example.org/café"),
        ("https://example.org/?a=1&amp;copy=2&b=3", "https://example.org/?a=1&copy=2&b=3"),
        ("https://example.org/a&#38;b", "https://example.org/a&b"),
        ("<![CDATA[ https://example.org/a ]]>", "https://example.org/a"),
        ("https://example.org/a\x0b&#11;", "https://example.org/a"),
    ],
)
def test_entities_of_html_in_an_address_are_resolved(written: str, read: str) -> None:
    assert [entry.url for entry in read_sitemap(urlset(f"<loc>{written}</loc>")).entries] == [read]


def test_a_sitemap_in_capitals_or_with_a_prefix_that_is_not_declared_is_read() -> None:
    capitals = b"<URLSET><URL><LOC>https://example.org/a</LOC><LASTMOD>2026-11-30</LASTMOD></URL></URLSET>"
    assert read_sitemap(capitals).entries == [Entry("https://example.org/a", datetime(2026, 11, 30, tzinfo=UTC))]
    prefix = (
        b'<?xml version="1.1"?><urlset><url><loc>https://example.org/a</loc><news:news>'
        b"<news:title>Night ferry</news:title>"
        b"<news:publication_date>2026-11-30</news:publication_date></news:news></url></urlset>"
    )
    reading = read_sitemap(prefix)
    assert reading.is_news
    assert reading.entries == [Entry("https://example.org/a", datetime(2026, 11, 30, tzinfo=UTC), "Night ferry")]


def test_a_fault_costs_one_entry_at_most() -> None:
    rows = [f"<loc>https://example.org/{letter}</loc>" for letter in "abcd"]
    whole = urlset(*rows).replace(b"<loc>https://example.org/b</loc>", b"<loc>https://example.org/b</lok><br><x y=z>")
    found = {entry.url for entry in read_sitemap(whole).entries}
    assert {"https://example.org/a", "https://example.org/c", "https://example.org/d"} <= found
