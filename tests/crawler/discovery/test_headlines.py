"""Headlines of links, and titles of feeds."""

from __future__ import annotations

import pytest
from lxml import html

from crawler.discovery.headlines import find_link_headlines, tidy_headline


def headlines(link: str) -> list[str]:
    return find_link_headlines(html.fromstring(f'<a href="/a">{link}</a>'))


@pytest.mark.parametrize(
    ("link", "headline"),
    [
        ("\n Night <b>ferry</b>\n to&nbsp;run  again ", "Night ferry to run again"),
        ("Q&amp;A: what the ferry costs", "Q&A: what the ferry costs"),
        ("<span>Harbour</span><span>Night ferry to run</span>", "Harbour Night ferry to run"),
        ("夜の船が<b>再び</b>走る", "夜の船が再び走る"),
        ("<ruby>夜<rt>よる</rt></ruby>の船が再び走る", "夜の船が再び走る"),
        ("Night ferry to run <script>track(this)</script><svg><title>lock</title></svg>", "Night ferry to run"),
    ],
)
def test_the_text_of_a_link_is_read_as_a_reader_sees_it(link: str, headline: str) -> None:
    assert headlines(link) == [headline]


@pytest.mark.parametrize("link", ["Read more", "Night ferry runs", "– the – ferry – runs –", "もっと読む", "", "<img>"])
def test_what_is_shorter_than_a_headline_is_none(link: str) -> None:
    assert headlines(link) == []


def test_what_is_longer_than_a_headline_is_none() -> None:
    assert headlines("a b c " + "d" * 294) == ["a b c " + "d" * 294]
    assert headlines("a b c " + "d" * 295) == []


def test_a_link_around_a_teaser_is_read_by_its_headings() -> None:
    teaser = "<span>Harbour</span><h3>Night ferry to run</h3><p>From the first of June the ferry sails again.</p>"
    assert headlines(teaser) == ["Night ferry to run"]
    assert headlines(f"{teaser}<h4>And what it will cost you</h4>") == [
        "Night ferry to run",
        "And what it will cost you",
    ]
    assert headlines("<h3>Ferry</h3><p>From the first of June the ferry sails again.</p>") == []


def test_the_title_of_a_feed_may_be_short_but_not_empty_or_a_whole_text() -> None:
    assert tidy_headline(" Ferry ") == "Ferry"
    assert tidy_headline("<br>") is None
    assert tidy_headline("x" * 301) is None
