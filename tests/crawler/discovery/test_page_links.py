"""Feeds in all spellings, next pages without rel=next, and queries in the page's encoding."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.discovery.query_charset import escape_query
from crawler.discovery.sections import read_section

URL = "https://www.example.org/sport/"


@pytest.mark.parametrize(
    "link",
    [
        '<link rel="alternate nofollow" type="application/rss+xml" href="/f">',
        '<link rel="alternate feed" type="application/atom+xml" href="/f">',
        '<link rel="feed" href="/f">',
        '<link type="application/rss+xml" href="/f">',
        '<link rel="alternate" type="text/xml" title="RSS" href="/f">',
        '<link rel="alternate" type="application/xml" title="News (RSS 2.0)" href="/f">',
        '<link rel="alternate" type="application/rdf+xml" href="/f">',
    ],
)
def test_a_feed_is_named_in_the_head_in_many_ways(link: str) -> None:
    assert read_section(f"<head>{link}</head>", URL).feeds == ["/f"]


@pytest.mark.parametrize(
    "link",
    [
        '<link rel="alternate" type="application/json" href="/wp-json/wp/v2/posts/1">',
        '<link rel="alternate" hreflang="de" href="/de/">',
        '<link rel="alternate" type="text/html" title="RSS" href="/f">',
        '<link rel="stylesheet" type="text/xml" title="RSS" href="/f">',
        '<link rel="alternate" type="application/rss+xml" href="/comments/feed/">',
        '<link rel="alternate" media="handheld" href="/m/">',
    ],
)
def test_other_alternates_are_no_feeds(link: str) -> None:
    assert read_section(f"<head>{link}</head>", URL).feeds == []


@pytest.mark.parametrize(
    ("link", "feed"),
    [
        ('<a href="/f.xml">RSS</a>', "/f.xml"),
        ('<a href="/f">RSS feed</a>', "/f"),
        ('<a href="/f"><img alt="RSS"></a>', "/f"),
        ('<a class="icon icon-rss" href="/f"></a>', "/f"),
        ('<a href="/news/rss">News</a>', "/news/rss"),
        ('<a href="/sport.rss">Sport</a>', "/sport.rss"),
        ('<a href="/rss/sport">Sport</a>', "/rss/sport"),
        ('<a href="/?format=feed&amp;type=rss">x</a>', "/?format=feed&type=rss"),
        ('<a href="feed://www.example.org/f.rss">x</a>', "http://www.example.org/f.rss"),
        ('<a href="feed:https://www.example.org/f.rss">x</a>', "https://www.example.org/f.rss"),
        ('<a href="https://feeds.example.org/main">Main</a>', "https://feeds.example.org/main"),
    ],
)
def test_a_feed_is_linked_in_many_ways(link: str, feed: str) -> None:
    found = read_section(link, URL)
    assert found.linked_feeds == [feed]
    assert found.links == {}


@pytest.mark.parametrize(
    "link",
    [
        '<a href="/science/atom-smasher-opens">Atom smasher opens</a>',
        '<a href="/farm/animal-feed-prices">Animal feed</a>',
        '<a href="/press">The press</a>',
        '<a href="/2026/11/30/story/comments/feed/">RSS</a>',
        '<a href="/data.xml">Figures</a>',
    ],
)
def test_a_story_about_atoms_is_no_feed(link: str) -> None:
    assert read_section(link, URL).linked_feeds == []


def test_a_page_that_lists_feeds_has_any_xml_file_for_one() -> None:
    links = '<a href="/x/top.xml">Top</a><a href="/x/sport.xml">Sport</a><a href="/about">About</a>'
    assert read_section(links, "https://www.example.org/rss/").linked_feeds == ["/x/top.xml", "/x/sport.xml"]
    assert read_section(links, URL, is_feed_address=True).linked_feeds == ["/x/top.xml", "/x/sport.xml"]


@pytest.mark.parametrize(
    ("url", "links", "following"),
    [
        (URL, '<a href="?page=2">2</a><a href="?page=3">3</a>', "?page=2"),
        (URL, '<a href="?page=0">1</a><a href="?page=1">2</a><a href="?page=2">3</a>', "?page=1"),
        (f"{URL}?page=2", '<a href="?page=1">1</a><a href="?page=3">3</a><a href="?page=9">9</a>', "?page=3"),
        (URL, '<a href="/sport/page/2/">Older posts</a>', "/sport/page/2/"),
        (f"{URL}page/2/", '<a href="/sport/">1</a><a href="/sport/page/3/">3</a>', "/sport/page/3/"),
        (URL, '<a href="/sport/seite-2">weiter</a>', "/sport/seite-2"),
        (URL, '<a href="/sport/2">2</a>', "/sport/2"),
        (URL, '<a href="?start=0">1</a><a href="?start=20">2</a><a href="?start=40">3</a>', "?start=20"),
        (URL, '<a href="/sport/?before=9c1">Ältere Artikel »</a>', "/sport/?before=9c1"),
        (URL, '<a class="pager-next" href="/sport/?before=9c1"></a>', "/sport/?before=9c1"),
        (URL, '<a href="/culture/page/2/">2</a><a href="/sport/2026-11-30-story">more</a>', None),
        (URL, '<a href="/sport/4711">Story</a>', None),
        (URL, '<link rel="next" href="/sport/p2"><a href="?page=2">2</a>', "/sport/p2"),
    ],
)
def test_the_next_page_of_a_list_is_found_by_its_number_or_its_words(
    url: str, links: str, following: str | None
) -> None:
    assert read_section(links, url).next_pages == ([] if following is None else [following])


@pytest.mark.parametrize(
    ("address", "encoding", "escaped"),
    [
        ("/a?b=Гавань&c=1", "windows-1251", "/a?b=%C3%E0%E2%E0%ED%FC&c=1"),
        ("/a?b=über#ü", "latin-1", "/a?b=%FCber#ü"),
        ("/a?b=über", "utf-16", "/a?b=%C3%BCber"),
        ("/a?b=über", "no such thing", "/a?b=%C3%BCber"),
        ("/a?b=ü港", "latin-1", "/a?b=%FC%26%2328207%3B"),
        ("/ü?b=1", "latin-1", "/ü?b=1"),
        ("/a?b=%FC&c=%u011f", "latin-1", "/a?b=%FC&c=%u011f"),
    ],
)
def test_a_query_is_escaped_in_the_encoding_of_its_page(address: str, encoding: str, escaped: str) -> None:
    assert escape_query(address, encoding) == escaped


@given(st.text(), st.text())
def test_no_text_and_no_encoding_crash_it(address: str, encoding: str) -> None:
    for label in (encoding, "shift_jis", "iso-2022-jp", "base64"):
        assert escape_query(f"?{address}", label).partition("#")[0].isascii()
