"""Our reader of feeds beside feedparser: on feeds without counters and faults they find the same."""

from __future__ import annotations

import calendar
from datetime import UTC, datetime
from io import BytesIO

import feedparser
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.discovery.feeds import read_feed

URL = "https://example.org/news/feed.xml"
DATES = ["Mon, 03 Nov 2025 10:00:00 +0100", "3 Nov 2025 09:00 GMT", "2025-11-03T10:00:00+01:00", "2025-11-03"]
LINKS = ["https://example.org/a-b", "/a-b", "a-b", "//example.org/a?x=1&amp;y=2", "\n https://example.org/c \n", "../d"]

titles = st.sampled_from(["Night ferry", "Q&amp;A", "<![CDATA[Night <b>ferry</b>]]>", "Fähre – „schön“", "夜の船"])
rss_items = st.tuples(titles, st.sampled_from(LINKS), st.sampled_from(["pubDate", "dc:date"]), st.sampled_from(DATES))
atom_entries = st.tuples(titles, st.sampled_from(LINKS), st.sampled_from(["published", "updated"]), st.just(DATES[2]))


def read_both(feed: str) -> tuple[set[tuple[str, datetime | None]], set[tuple[str, datetime | None]]]:
    body = feed.encode()
    # BytesIO, not bytes: feedparser would take bytes for the name of a file and open it.
    parsed = feedparser.parse(BytesIO(body), response_headers={"content-location": URL})
    theirs = set()
    for entry in parsed.entries:
        when = entry.get("published_parsed") or entry.get("updated_parsed")
        theirs.add((entry.link, datetime.fromtimestamp(calendar.timegm(when), tz=UTC) if when else None))
    return {(entry.url, entry.changed_at) for entry in read_feed(body, URL).entries}, theirs


@given(st.lists(rss_items, min_size=1, max_size=4))
def test_rss(items: list[tuple[str, str, str, str]]) -> None:
    body = "".join(
        f"<item><title>{title}</title><link>{link}</link><{field}>{date}</{field}>"
        f'<guid isPermaLink="false">{number}</guid></item>'
        for number, (title, link, field, date) in enumerate(items)
    )
    spaces = 'xmlns:dc="http://purl.org/dc/elements/1.1/"'
    ours, theirs = read_both(f'<?xml version="1.0"?><rss version="2.0" {spaces}><channel>{body}</channel></rss>')
    assert ours == theirs


@given(st.lists(atom_entries, min_size=1, max_size=4), st.sampled_from(["", 'xml:base="/base/"']))
def test_atom(items: list[tuple[str, str, str, str]], base: str) -> None:
    body = "".join(
        f'<entry {base}><title>{title}</title><id>urn:x:{number}</id><link rel="self" href="/self"/>'
        f'<link href="{link.strip()}"/><{field}>{date}</{field}></entry>'
        for number, (title, link, field, date) in enumerate(items)
    )
    ours, theirs = read_both(f'<feed xmlns="http://www.w3.org/2005/Atom">{body}</feed>')
    assert ours == theirs


@pytest.mark.parametrize("zone", ["GMT", "+0000", "-0330", "EST", "EDT", "CST", "PDT", "Z", "UT"])
def test_zones(zone: str) -> None:
    item = f"<item><link>https://example.org/a</link><pubDate>Mon, 03 Nov 2025 10:00:00 {zone}</pubDate></item>"
    ours, theirs = read_both(f'<rss version="2.0"><channel>{item}</channel></rss>')
    assert ours == theirs
