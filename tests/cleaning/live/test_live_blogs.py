from __future__ import annotations

from datetime import UTC, datetime

import pytest
from live_pages import (
    BRIDGE,
    CROWD,
    MINISTER,
    NEWEST,
    POSTS,
    RAIN,
    VOTE,
    Post,
    make_arabic,
    make_articles,
    make_bold,
    make_flat,
    make_items,
    make_japanese,
    make_page,
    make_plain,
    make_with_data,
    make_with_key_events,
)

from cleaning import Article, clean_html

URL = "https://post.example/news/council"
CLOCKS = [post.time for post in POSTS]
HEADINGS = [post.heading for post in POSTS]


def clean(html: str) -> Article:
    return clean_html(html, url=URL)


def texts_of(article: Article, entry: int) -> list[str]:
    return [block.text for block in article.blocks if block.entry == entry and block.is_kept]


WITH_LINES = {
    "articles": (make_articles, [f"{post.time} {post.heading}" for post in POSTS]),
    "items": (make_items, CLOCKS),
    "plain": (make_plain, CLOCKS),
    "flat": (make_flat, [f"{post.time} Uhr: {post.heading}" for post in POSTS]),
    "key events": (make_with_key_events, [f"{post.time} {post.heading}" for post in POSTS]),
}


@pytest.mark.parametrize("name", WITH_LINES)
def test_a_live_blog_is_entries_in_page_order_each_with_its_line(name: str) -> None:
    make, lines = WITH_LINES[name]
    article = clean(make())
    assert article.rejected is None
    assert article.page_kind == "live"
    assert [texts_of(article, number)[0] for number in range(len(article.entries))] == lines
    for number, post in enumerate(POSTS):
        assert " ".join(texts_of(article, number)[1:]) == " ".join(post.paragraphs)


def test_every_paragraph_of_an_entry_is_in_the_text_after_its_line() -> None:
    lines = clean(make_articles()).text.split("\n")
    assert lines[-12:] == [
        "18:20 Debate begins", MINISTER, VOTE, "18:05 Doors open", BRIDGE, CROWD,
        "17:40 The queue forms", CROWD, RAIN, "17:12 Good evening", RAIN, BRIDGE,
    ]  # fmt: skip


def test_an_entry_has_moment_heading_author_and_anchor() -> None:
    article = clean(make_articles())
    entry = article.entries[0]
    assert entry.time == datetime(2026, 11, 30, 18, 20, tzinfo=UTC)
    assert (entry.clock, entry.heading, entry.authors, entry.anchor) == ("18:20", "Debate begins", ("Ann Lee",), "p4")
    assert article.sources["page_kind"] == "the form of its entries"


def test_bylines_and_buttons_of_entries_are_cut_with_their_reason() -> None:
    cut = {block.text: block.rule for block in clean(make_articles()).removed}
    assert cut["By Ann Lee"] == "dateline"
    assert cut["Tweet"] == "chrome"


def test_a_time_at_the_beginning_of_a_paragraph_stays_there() -> None:
    article = clean(make_bold())
    assert [entry.clock for entry in article.entries] == CLOCKS
    assert texts_of(article, 0) == [f"18:20: {MINISTER}", VOTE]


@pytest.mark.parametrize(
    ("html", "lines"),
    [
        (make_arabic(), ["١٨:٢٠ بدء الجلسة", "١٨:٠٥ وصول الأعضاء", "١٧:٤٠ قبل الجلسة"]),
        (make_japanese(), ["18時20分 審議始まる", "18時05分 開場", "17時40分 開会前"]),
    ],
    ids=["Arabic", "Japanese"],
)
def test_times_in_other_scripts(html: str, lines: list[str]) -> None:
    article = clean(html)
    assert article.page_kind == "live"
    assert [texts_of(article, number)[0] for number in range(len(article.entries))] == lines


def test_updates_that_only_the_data_list_are_entries_in_their_place() -> None:
    article = clean(make_with_data([POSTS[0], POSTS[2]], POSTS))
    assert [entry.heading for entry in article.entries] == HEADINGS
    assert [entry.anchor for entry in article.entries] == ["p4", "", "p2", ""]
    assert texts_of(article, 1) == ["18:05 Doors open", BRIDGE, CROWD]
    assert {block.evidence for block in article.blocks if block.entry == 1} == {
        "stands in the page's data alone: JSON-LD liveBlogUpdate"
    }
    assert {entry.authors for entry in article.entries} == {("Ann Lee",)}


def test_the_data_list_only_some_of_the_entries_that_the_page_shows() -> None:
    article = clean(make_with_data(POSTS, POSTS[1:3]))
    assert [entry.heading for entry in article.entries] == HEADINGS
    assert [entry.clock for entry in article.entries] == ["", "18:05", "17:40", ""]
    for number, post in enumerate(POSTS):
        assert texts_of(article, number)[1:] == list(post.paragraphs)


def test_a_moment_without_words_gives_its_hour() -> None:
    entries = "".join(
        f"<article><time datetime='2026-11-30T{post.time}:00Z'></time>"
        f"<h3>{post.heading}</h3><p>{MINISTER}</p></article>"
        for post in POSTS
    )
    article = clean(make_page("Council live", entries))
    assert [entry.clock for entry in article.entries] == CLOCKS


def test_relative_times_are_told_by_their_moment() -> None:
    entries = "".join(
        f"<article><time datetime='2026-11-30T{post.time}:00Z'>{number + 2} min ago</time><h3>{post.heading}</h3>"
        f"<p>{MINISTER}</p></article>"
        for number, post in enumerate(POSTS)
    )
    article = clean(make_page("Council live", entries))
    assert [entry.clock for entry in article.entries] == CLOCKS
    assert "ago" not in article.text


def test_an_hour_gets_its_day_from_the_article_past_midnight() -> None:
    posts = [Post(time, "", (MINISTER,)) for time in ("00:40", "00:05", "23:50", "23:10")]
    head = '<meta property="article:published_time" content="2026-11-30T23:00:00+01:00">'
    items = "".join(f"<li><b>{post.time}</b><p>{post.paragraphs[0]}</p></li>" for post in posts)
    article = clean(make_page("Election night live", f"<ul>{items}</ul>", head=head))
    assert [entry.time.isoformat() for entry in article.entries if entry.time] == [
        "2026-12-01T00:40:00+01:00",
        "2026-12-01T00:05:00+01:00",
        "2026-11-30T23:50:00+01:00",
        "2026-11-30T23:10:00+01:00",
    ]


def test_a_short_entry_is_an_entry() -> None:
    posts = [*POSTS, Post("17:01", "", ("Welcome.",))]
    article = clean(make_items(posts))
    assert len(article.entries) == len(posts)
    assert texts_of(article, 4) == ["17:01", "Welcome."]


def test_the_minutes_of_a_match_are_times() -> None:
    minutes = ["90+3'", "78'", "45'", "12'", "1'"]
    texts = (RAIN, *[CROWD] * 4)
    items = "".join(f"<li><span>{minute}</span><p>{text}</p></li>" for minute, text in zip(minutes, texts, strict=True))
    article = clean(make_page("Lindmouth v Loxley: live text", f"<ul>{items}</ul>"))
    assert [entry.clock for entry in article.entries] == minutes
    assert NEWEST.time not in article.text


def test_an_attribute_for_scripts_tells_the_moment_of_a_relative_time() -> None:
    entries = "".join(
        f"<div class=post><span data-timestamp={1764526800 - 600 * number}>{number + 2} min ago</span>"
        f"<p>{text}</p></div>"
        for number, text in enumerate((MINISTER, VOTE, BRIDGE, CROWD))
    )
    article = clean(make_page("Council live", entries))
    assert [entry.time for entry in article.entries][:2] == [
        datetime(2025, 11, 30, 18, 20, tzinfo=UTC),
        datetime(2025, 11, 30, 18, 10, tzinfo=UTC),
    ]
    assert [entry.clock for entry in article.entries] == ["18:20", "18:10", "18:00", "17:50"]
