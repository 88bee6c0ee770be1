"""Section pages: links, next pages, feeds and sitemaps."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.discovery.sections import MAX_LINKS, read_section

URL = "https://example.org/sport/"


def test_links_come_once_in_the_order_of_the_page() -> None:
    page = '<a href=/b>b</a><map><area href="c"></map><a href="/a" rel=nofollow>a</a><a href="/b">b</a><a>none</a>'
    assert list(read_section(page, URL).links) == ["/b", "c", "/a"]


def test_an_anchor_in_the_same_page_is_no_link() -> None:
    assert list(read_section('<a href="#top">top</a><a href=" ">x</a><a href="/a#top">a</a>', URL).links) == ["/a#top"]


def test_the_next_page_is_told_from_other_links() -> None:
    page = (
        '<link rel="Next" href="/sport/2"><a rel="nofollow next" href="?page=2">x</a><a rel="prev" href="/sport">x</a>'
    )
    found = read_section(page, URL)
    assert found.next_pages == ["/sport/2", "?page=2"]
    assert list(found.links) == ["/sport"]


def test_feeds_and_sitemaps_are_found_in_the_head_but_no_feeds_of_comments_or_other_alternates() -> None:
    page = """<head>
        <link rel="alternate" type="application/rss+xml" href="/feed/">
        <link rel="ALTERNATE home" type="Application/Atom+XML; charset=utf-8" href="/atom">
        <link rel="alternate" type="application/feed+json" href="/feed.json">
        <link rel="alternate" type="application/rss+xml" href="/comments/feed/">
        <link rel="alternate" type="application/json" href="/wp-json/wp/v2/pages/2">
        <link rel="alternate" hreflang="de" href="/de/">
        <link rel="stylesheet" type="text/css" href="/a.css">
        <link rel="sitemap" type="application/xml" href="/sitemap.xml">
        <link rel="alternate" type="application/rss+xml" href="/feed/">
        </head>"""
    found = read_section(page, URL)
    assert found.feeds == ["/feed/", "/atom", "/feed.json"]
    assert found.sitemaps == ["/sitemap.xml"]
    assert found.links == {}


def test_the_first_base_of_the_page_counts() -> None:
    assert read_section('<base target="_top"><base href="/de/"><base href="/fr/">', URL).base == "/de/"
    assert read_section("<p>x</p>", URL).base == URL


def test_each_address_comes_with_the_headlines_of_all_its_links() -> None:
    page = """<a href="/a"><img alt="a picture of the harbour at night"></a><a href="/a">Night ferry to run again</a>
        <a href="/b">Read more</a><a href="/a">Read more</a><a href="/a">Night ferry to run again in June</a>"""
    assert read_section(page, URL).links == {
        "/a": ["Night ferry to run again", "Night ferry to run again in June"],
        "/b": [],
    }


def test_links_in_comments_and_scripts_are_none() -> None:
    page = '<!-- <a href="/a"> --><script>"<a href=\'/b\'>"</script><a href="/c">c</a>'
    assert list(read_section(page, URL).links) == ["/c"]


def test_a_page_that_declares_another_encoding_is_read() -> None:
    page = '<?xml version="1.0" encoding="windows-1253"?><meta charset="koi8-r"><a href="/новости">x</a>'
    assert list(read_section(page, URL).links) == ["/новости"]


def test_a_page_of_endless_links_is_cut_and_the_rest_counted() -> None:
    found = read_section("".join(f'<a href="/{n}">x</a>' for n in range(MAX_LINKS + 7)), URL)
    assert len(found.links) == MAX_LINKS
    assert found.left_out == 7


@pytest.mark.parametrize(
    "page",
    [
        "".join(f"<a href=/{n}><div>" for n in range(240)) + "x<b></b>" * 300_000,
        "".join(f"<a href=/{n}><h1>" for n in range(120)) + "<h2>a b c d</h2>" * 100_000,
        "<a href=/a>" + "the <i>story</i> " * 100_000,
    ],
)
def test_links_within_links_cost_little_time(page: str) -> None:
    assert any(read_in_time(page, seconds=1.5) for _ in range(3))  # a busy machine is slow now and then


def read_in_time(page: str, seconds: float) -> bool:
    started = time.process_time()
    assert read_section(page, URL).links
    return time.process_time() - started < seconds


@given(st.text())
def test_no_text_crashes_the_reader(page: str) -> None:
    for text in (page, f"<html>{page}", f'<a href="{page}"'):
        assert read_section(text, URL).left_out == 0
