"""Feeds: the entries of RSS, Atom and JSON feeds, also of broken and hostile ones."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.discovery.documents import Entry
from crawler.discovery.feeds import MAX_ENTRIES, read_feed

if TYPE_CHECKING:
    from pathlib import Path

URL = "https://example.org/feed/"


def entries(text: str | bytes) -> list[Entry]:
    reading = read_feed(text.encode() if isinstance(text, str) else text, URL)
    assert reading.problem == (None if reading.entries else "empty-feed")
    return reading.entries


def rss(*items: str, head: str = "") -> str:
    spaces = (
        'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:content="http://purl.org/rss/1.0/modules/content/" '
        'xmlns:feedburner="http://rssnamespace.org/feedburner/ext/1.0"'
    )
    body = "".join(f"<item>{item}</item>" for item in items)
    channel = f"<channel><title>x</title><link>https://example.org/</link>{body}</channel>"
    return f'<?xml version="1.0" encoding="utf-8"?>{head}<rss version="2.0" {spaces}>{channel}</rss>'


def at(day: int, hour: int = 0) -> datetime:
    return datetime(2025, 11, day, hour, tzinfo=UTC)


def test_rss_gives_links_and_dates_newest_first() -> None:
    feed = rss(
        "<link>https://example.org/old</link><pubDate>Sat, 01 Nov 2025 10:00:00 +0100</pubDate>",
        "<link> https://example.org/undated </link>",
        "<link>https://example.org/new</link><dc:date>2025-11-02T10:00:00Z</dc:date>",
    )
    assert entries(feed) == [
        Entry("https://example.org/new", at(2, 10)),
        Entry("https://example.org/old", at(1, 9)),
        Entry("https://example.org/undated"),
    ]


def test_a_guid_is_the_address_only_where_it_is_a_permanent_link_and_no_other_is_given() -> None:
    feed = rss(
        "<guid>https://example.org/a</guid>",
        '<guid isPermaLink="false">https://example.org/b</guid>',
        "<guid>https://example.org/?p=3</guid><link>https://example.org/c</link>",
        "<guid>4711</guid>",
    )
    assert [entry.url for entry in entries(feed)] == ["https://example.org/a", "https://example.org/c"]


def test_the_original_link_of_feedburner_wins() -> None:
    feed = rss(
        "<link>https://feeds.example.net/~r/1</link><feedburner:origLink>https://example.org/a</feedburner:origLink>"
    )
    assert [entry.url for entry in entries(feed)] == ["https://example.org/a"]


def test_links_inside_texts_are_no_entries() -> None:
    feed = rss(
        "<link>https://example.org/a</link><description><link>https://example.org/b</link></description>"
        "<content:encoded><![CDATA[<item><link>https://example.org/c</link></item>]]></content:encoded>"
    )
    assert [entry.url for entry in entries(feed)] == ["https://example.org/a"]


def test_rss_1_gives_its_items() -> None:
    feed = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
        xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="https://example.org/"><items><rdf:Seq>
        <rdf:li rdf:resource="https://example.org/a"/></rdf:Seq></items></channel>
        <item rdf:about="https://example.org/a"><link>https://example.org/a</link><dc:date>2025-11-03</dc:date></item>
        </rdf:RDF>"""
    assert entries(feed) == [Entry("https://example.org/a", at(3))]


def test_atom_gives_the_alternate_link_its_base_and_the_later_date() -> None:
    feed = """<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://example.org/base/">
        <link rel="self" href="https://example.org/atom"/>
        <entry><id>tag:example.org,2025:1</id><link rel="replies" href="https://example.org/a/comments"/>
          <link rel="alternate" href="a"/><published>2025-11-01T12:00:00Z</published>
          <updated>2025-11-03T02:00:00+02:00</updated>
          <content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><a href="https://x.example/">x</a></div></content>
        </entry>
        <entry><id>https://example.org/b</id><published>2025-11-01T12:00:00Z</published></entry></feed>"""
    assert entries(feed) == [
        Entry("https://example.org/base/a", at(3)),
        Entry("https://example.org/b", at(1, 12)),
    ]


def test_json_feed_gives_links_and_the_later_date() -> None:
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "items": [
            {"id": "1", "url": "https://example.org/a", "date_published": "2025-11-01T00:00:00Z"},
            {
                "id": "https://example.org/b",
                "date_published": "2025-11-01T00:00:00Z",
                "date_modified": "2025-11-02T01:00:00+01:00",
            },
            {"id": 3, "url": None, "date_published": 7},
            "no item",
            {"url": "/c", "date_published": ["x"]},
        ],
    }
    assert entries("\ufeff" + json.dumps(feed)) == [
        Entry("https://example.org/b", at(2)),
        Entry("https://example.org/a", at(1)),
        Entry("/c"),
    ]


@pytest.mark.parametrize(
    ("written", "headline"),
    [
        ("Night ferry to run again", "Night ferry to run again"),
        ("\n  Night\t ferry&#160;to   run\n", "Night ferry to run"),
        ("Q&amp;A: night ferry", "Q&A: night ferry"),
        ("Q&A: night ferry", "Q&A: night ferry"),
        ("Q&amp;amp;A: night ferry", "Q&A: night ferry"),
        ("Caf&eacute; &amp; ferry &lt; 3", "Café & ferry < 3"),
        ("<![CDATA[<b>Night</b> ferry &amp; <i class='x'>harbour</i>]]>", "Night ferry & harbour"),
        ("&lt;b&gt;Night&lt;/b&gt; ferry", "Night ferry"),
        ("Night <b>ferry</b> to run", "Night ferry to run"),
        ("Die Fähre „Ålö“ fährt", "Die Fähre „Ålö“ fährt"),
        ("夜の船が再び走る", "夜の船が再び走る"),
        ("", None),
        ("<![CDATA[<img src='x.jpg'/>]]>", None),
        ("x" * 300, "x" * 300),
        ("x" * 301, None),
    ],
)
def test_the_title_of_an_entry_is_its_headline_in_plain_text(written: str, headline: str | None) -> None:
    feed = rss(f"<title>{written}</title><link>https://example.org/a</link>")
    assert entries(feed) == [Entry("https://example.org/a", None, headline)]


def test_titles_of_pictures_feeds_and_other_entries_are_not_an_entrys() -> None:
    media = "<m:title xmlns:m='http://search.yahoo.com/mrss/'>A picture</m:title>"
    feed = rss(
        f"<link>https://example.org/a</link>{media}<title>Night ferry</title>",
        f"<link>https://example.org/b</link>{media}<source><title>Other paper</title></source>",
        "<title>Third</title><link>https://example.org/c</link>",
    )
    assert [entry.headline for entry in entries(feed)] == ["Night ferry", None, "Third"]


def test_titles_of_atom_are_read_in_all_its_three_forms() -> None:
    titles = (
        "<title>Ferry &amp; harbour</title>",
        '<title type="html">&lt;em>Ferry&lt;/em> &amp;amp; harbour</title>',
        '<title type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">Ferry <em>&amp;</em> harbour</div></title>',
    )
    rows = "".join(f'<entry>{title}<link href="/{at}"/></entry>' for at, title in enumerate(titles))
    feed = f'<feed xmlns="http://www.w3.org/2005/Atom"><title>The Paper</title>{rows}</feed>'
    assert [entry.headline for entry in entries(feed)] == ["Ferry & harbour"] * 3


def test_json_feed_gives_headlines() -> None:
    titles: list[object] = ["<b>Night</b> ferry &amp; harbour", None, 7, ""]
    items = [{"url": f"/{at}", "title": title} for at, title in enumerate(titles)]
    feed = json.dumps({"items": items})
    assert [entry.headline for entry in entries(feed)] == ["Night ferry & harbour", None, None, None]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("Mon, 03 Nov 2025 00:00:00 GMT", at(3)),
        ("Sun, 2 Nov 2025 19:00:00 EST", at(3)),
        ("2025-11-03T00:00:00.000+00:00", at(3)),
        ("2025-11-03 00:00:00", at(3)),
        ("Mon, 03 Nov 2525 00:00:00 GMT", None),
        ("Thu, 01 Jan 1970 00:00:00 GMT", None),
        ("0000-00-00", None),
        ("yesterday", None),
        ("9" * 400, None),
    ],
)
def test_a_date_is_aware_and_utc_or_none(written: str, read: datetime | None) -> None:
    feed = rss(f"<link>https://example.org/a</link><pubDate>{written}</pubDate>")
    assert entries(feed) == [Entry("https://example.org/a", read)]


def test_common_faults_of_feeds_are_tolerated() -> None:
    feed = "\r\n  " + rss(
        "<link>https://example.org/a?x=1&y=2</link><title>Q&A &nbsp; &undefined; <b></title>", "<link>b"
    )
    assert {entry.url for entry in entries(feed)} == {"https://example.org/a?x=1&y=2", "https://example.org/feed/b"}
    whole = rss("<link>https://example.org/a</link>", "<link>https://example.org/b</link>")
    for end in range(whole.index("<item>"), len(whole)):
        assert {entry.url for entry in entries(whole[:end])} <= {"https://example.org/a", "https://example.org/b"}
    assert entries(whole[: whole.index("/b<")]) == [Entry("https://example.org/a")]
    assert entries(rss("<link>http://[::1</link>", "<link>https://example.org/a</link>")) == [
        Entry("http://[::1"),  # counted as no-address
        Entry("https://example.org/a"),
    ]


def test_a_feed_in_another_encoding_is_read() -> None:
    feed = rss("<link>https://example.org/пр</link>").replace("utf-8", "windows-1251").encode("cp1251")
    assert entries(feed) == [Entry("https://example.org/пр")]
    assert entries(rss("<link>https://example.org/ü</link>").replace("utf-8", "utf-16").encode("utf-16")) == [
        Entry("https://example.org/ü")
    ]


def test_of_a_long_feed_the_newest_are_kept_and_the_rest_counted() -> None:
    times = [datetime.fromtimestamp(1.7e9 + number * 60, UTC).isoformat() for number in range(MAX_ENTRIES + 5)]
    items = (f"<link>https://example.org/{n}</link><pubDate>{time}</pubDate>" for n, time in enumerate(times))
    reading = read_feed(rss(*items).encode(), URL)
    assert len(reading.entries) == MAX_ENTRIES
    assert reading.left_out == 5
    assert reading.entries[0].url == f"https://example.org/{MAX_ENTRIES + 4}"
    assert reading.entries[-1].url == "https://example.org/5"


@pytest.mark.parametrize(
    "body",
    [b"", b"\x00\x01", b"{", b'{"items": 3}', b"[]", b"<html><body>no feed</body></html>", b"plain", b"{" * 100_000],
)
def test_a_document_that_is_no_feed_is_reported(body: bytes) -> None:
    reading = read_feed(body, URL)
    assert reading.problem == "bad-feed"
    assert reading.entries == []


def test_a_body_that_is_the_name_of_a_file_reads_no_file(tmp_path: Path) -> None:
    target = tmp_path / "<rss>"
    target.write_text(rss("<link>https://example.org/secret</link>"))
    assert read_feed(str(target).encode(), URL).entries == []
    assert read_feed(b"<rss>" + str(target).encode(), URL).entries == []


LAUGHS = "<!DOCTYPE x [<!ENTITY a0 'ha'>{}]>".format(
    "".join(f"<!ENTITY a{n} '{f'&a{n - 1};' * 10}'>" for n in range(1, 12))
)


@pytest.mark.parametrize("where", ["<title>&a11;</title>", "<link>https://example.org/&a11;</link>"])
def test_a_billion_laughs_attack_costs_no_time(where: str) -> None:
    feed = rss(where + "<link>https://example.org/a</link>", head=LAUGHS).encode()
    started = time.process_time()
    read_feed(feed, URL)
    assert time.process_time() - started < 1


def test_no_entity_or_document_type_is_fetched(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("https://example.org/secret")
    for head in (
        f"<!DOCTYPE x [<!ENTITY e SYSTEM '{secret.as_uri()}'>]>",
        f"<!DOCTYPE x SYSTEM '{secret.as_uri()}' [<!ENTITY % p SYSTEM '{secret.as_uri()}'> %p;]>",
    ):
        reading = read_feed(rss("<link>&e;</link><guid>https://example.org/a</guid>", head=head).encode(), URL)
        assert "secret" not in str(reading)


@pytest.mark.parametrize(
    "body",
    [
        b"<rss><channel><item>" + b"<a>" * 300_000,
        b"<rss><channel><item>" + b"<link>x</link>" * 100_000,
        b"<rss>" + b"<item>" * 300_000,
        b"<rss><item><title>" + b"&a" * 300_000,
        b"<rss><item><link>/a</link><title>" + b"<b>x</b>" * 100_000,
        b"<rss>" + b"<item><title>x" * 100_000,
        b"<rss>" + b"<!--" * 300_000,
        b"<rss " + b'a="' * 300_000,
        b"<" * 500_000,
    ],
)
def test_hostile_markup_costs_little_time(body: bytes) -> None:
    started = time.process_time()
    read_feed(body, URL)
    assert time.process_time() - started < 1.5


MARKUP = st.lists(
    st.sampled_from(["<rss>", "<feed>", "<item>", "</item>", "<link>", "<link href='", "http://[", "]]>", "<![CDATA["])
    | st.sampled_from(
        [
            "<entry>",
            "<title>",
            "&amp;#1;",
            "<guid isPermaLink='",
            "'/>",
            "xml:base='",
            "<pubDate>",
            "99",
            "<rdf:RDF",
            ">",
            "\x00",
        ]
    )
    | st.sampled_from(["&", "&#0;", "<!", "é", " "])
).map("".join)


@given(st.one_of(st.binary(), MARKUP.map(str.encode), MARKUP.map(lambda text: f"<rss><item>{text}".encode())))
def test_no_bytes_crash_the_reader(body: bytes) -> None:
    reading = read_feed(body, URL)
    assert reading.problem in (None, "bad-feed", "empty-feed")
