"""Pages with parts that are built alike, each with a time, that are no live blogs."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from live_pages import BRIDGE, CROWD, MINISTER, RAIN, VOTE, make_page, make_paragraphs

from cleaning import clean_html

TEXTS = (MINISTER, VOTE, BRIDGE, CROWD)
TIMES = ("18:20", "18:25", "18:29", "18:33")
NAMES = ("Bob Hill", "Eve Marsh", "Kim Ford", "Lou Weir")


def comments() -> str:
    items = "".join(
        f"<div class=c><b>{name}</b> <time datetime='2026-11-30T{time}:00Z'>{time}</time><p>{text}</p></div>"
        for name, time, text in zip(NAMES, TIMES, TEXTS, strict=True)
    )
    return make_page("Bridge closed", make_paragraphs(TEXTS) + items)


def comments_alone() -> str:
    items = "".join(
        f"<li class=comment><b>{name}</b> <time>{time}</time><p>{text}</p></li>"
        for name, time, text in zip(NAMES, TIMES, TEXTS, strict=True)
    )
    return make_page("Bridge closed: live", f"<p>The bridge is closed.</p><ul>{items}</ul>")


def thread() -> str:
    items = "".join(
        f"<div class=p><div class=who>{name}</div><div class=when>30 Nov 2026 {time}</div><p>{text}</p></div>"
        for name, time, text in zip(NAMES, TIMES, TEXTS, strict=True)
    ).replace("class=who", "class=author")
    return make_page("Which boots for the fells?", items)


def teasers() -> str:
    items = "".join(
        f"<article><time>{time}</time><h3><a href='/news/{number}'>The council and what comes next</a></h3>"
        f"<p>{text}</p></article>"
        for number, (time, text) in enumerate(zip(TIMES, TEXTS, strict=True))
    )
    return make_page("Latest news live", items)


def ticker_with_more() -> str:
    items = "".join(
        f"<li><span>{time}</span><p>{text}</p><a href='/news/{number}'>Read the story</a></li>"
        for number, (time, text) in enumerate(zip(TIMES, TEXTS, strict=True))
    )
    return make_page("Latest news", f"<ul>{items}</ul>")


def timeline() -> str:
    events = ("The first lorry stops on it.", "A crack is seen in a pillar.", "The police close the road.")
    items = "".join(f"<li><b>{time}</b> {event}</li>" for time, event in zip(TIMES[:3], events, strict=True))
    return make_page("How the bridge fell", f"{make_paragraphs(TEXTS[:2])}<h2>The day</h2><ul>{items}</ul>")


def years() -> str:
    items = "".join(
        f"<li><h3>{year}</h3><p>{text}</p></li>" for year, text in zip(range(1914, 1918), TEXTS, strict=True)
    )
    return make_page("The mill in the war", f"<ul>{items}</ul>")


def out_of_order() -> str:
    items = "".join(
        f"<div><h3>Line {number}</h3><span>{time}</span><p>{text}</p></div>"
        for number, (time, text) in enumerate(zip(("9:10", "18:20", "7:05", "12:40"), TEXTS, strict=True))
    )
    return make_page("Four walks from the station", items)


def diary() -> str:
    """Posts of several weeks, each whole."""
    items = "".join(
        f"<article><h2>A walk in week {week}</h2><time datetime='2026-10-{week:02}T18:20:00Z'>18:20</time>"
        f"<p>{text}</p><p>{RAIN}</p></article>"
        for week, text in zip((28, 21, 14, 7), TEXTS, strict=True)
    )
    return make_page("The garden diary", items)


PAGES = (
    comments, comments_alone, thread, teasers, ticker_with_more, timeline, years, out_of_order, diary,
)  # fmt: skip


@pytest.mark.parametrize("make", PAGES, ids=lambda make: make.__name__)
def test_it_is_no_live_blog(make: Callable[[], str]) -> None:
    article = clean_html(make(), url="https://post.example/news/bridge")
    assert article.entries == ()
    assert article.page_kind != "live"
