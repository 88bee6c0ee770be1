from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cleaning.clean import clean
from cleaning.records.given import Page

if TYPE_CHECKING:
    from cleaning.records.article import Article

URL = "https://www.moor-gazette.example/2024/06/lighthouse"
HEADLINE = "Lighthouse at Skarn Point gets its keeper back"
TEXT = (
    "The lighthouse at Skarn Point will have a keeper again from the autumn, forty years after the last one left it.",
    "The harbour trust chose Lena Ostrow, a carpenter of 34, out of the two hundred people who wrote to it in spring.",
    "“I do not mind the wind at all,” said Ostrow on Friday, “but I had to promise to mind the paint on the door.”",
    "She will live in the two rooms below the lamp, look after the walls, and count the birds for the university.",
    "The trust pays her for three days a week. On the others she may work for herself in the old oil store.",
    "The first keeper came in 1871 with nine children, and planted the apple tree that still stands behind the wall.",
)
LINES = [f"<p>{line}</p>" for line in TEXT]
BODY = "".join(LINES)


def clean_body(content: str, *, text: str = BODY) -> Article:
    return clean(
        Page(
            URL,
            f"<html lang='en'><head><title>{HEADLINE}</title></head><body><main><article><h1>{HEADLINE}</h1>"
            f"{content.replace('BODY', text)}</article></main></body></html>",
        )
    )


@pytest.mark.parametrize(
    "content",
    [
        f"<div class='body-desktop'>BODY</div><div class='body-mobile'>{BODY}</div>",
        f"<div class='body-mobile'>{BODY}</div><div class='body-desktop'>BODY</div>",
        f"<div class='text'>BODY</div><div class='text'>{BODY}</div>",
        f"<div class='for-print'>{BODY}</div><div class='text'>BODY</div>",
        f"<div class='short'>{''.join(LINES[:3])}</div><div class='text'>BODY</div>",
        f"<div class='text'>BODY</div><div class='short'>{''.join(LINES[:3])}</div>",
        f"<div class='teaser-text'>{LINES[0]}{LINES[1][:-30]}...</p></div><div class='text'>BODY</div>",
        f"<p class='standfirst'>{TEXT[0]}</p><div class='text'>BODY</div>",
        f"<div class='intro'>{TEXT[0]}</div><div class='text'>BODY</div>",
        f"<h2 class='subtitle'>{TEXT[0]}</h2><div class='text'>BODY</div>",
        f"<h2 class='subtitle'>{TEXT[0].partition(' again')[0]} again</h2><div class='text'>BODY</div>",
        f"<p class='standfirst'>{TEXT[0].replace('from the autumn,', 'from autumn')}</p><div class='text'>BODY</div>",
        f"<p class='excerpt'>{TEXT[0][:80]} ... [read more]</p><div class='text'>BODY</div>",
        f"<p class='excerpt'>{TEXT[0][:78]}… Weiterlesen</p><div class='text'>BODY</div>",
        f"<p class='excerpt'>{TEXT[0][:83]}[…]</p><div class='text'>BODY</div>",
        f"<p class='excerpt'>{TEXT[0]} {TEXT[1][:40]} [...]</p><div class='text'>BODY</div>",
    ],
)  # fmt: skip
def test_of_two_copies_one_stays(content: str) -> None:
    article = clean_body(content)
    assert article.text.split("\n") == list(TEXT)


@pytest.mark.parametrize(
    "quotation",
    [
        (
            "<aside class='quote'>I do not mind the wind at all, but I had to promise to mind the paint on the door."
            "</aside>"
        ),
        "<blockquote><p>“I had to promise to mind the paint on the door”</p><cite>Lena Ostrow</cite></blockquote>",
        "<div class='zitat'><p>look after the walls, and count the birds</p></div>",
        (
            "<figure class='pull-quote'><blockquote>The first keeper came in 1871 with nine children</blockquote>"
            "<span class='name'>From the trust’s book</span></figure>"
        ),
        "<blockquote>“I had to promise to mind the paint on the door.” — Lena Ostrow</blockquote>",
        "<h3>“She will live in the two rooms below the lamp, look after the walls”</h3>",
    ],
)
def test_a_quotation_pulled_out_of_the_text_is_cut(quotation: str) -> None:
    article = clean_body("<div class='text'>BODY</div>", text="".join([*LINES[:4], quotation, *LINES[4:]]))
    assert article.text.split("\n") == list(TEXT)


def test_the_evidence_says_where_the_other_copy_stands() -> None:
    article = clean_body(f"<p class='standfirst'>{TEXT[0]}</p><div class='text'>BODY</div>")
    assert [(block.path.rpartition(" > ")[2], block.rule, block.evidence) for block in article.removed[1:]] == [
        (
            "p.standfirst",
            "repeated_text",
            "the same words stand in “div.text > p”: “The lighthouse at Skarn Point will have a…”",
        )
    ]


def test_a_list_of_contents_and_the_headings_of_its_parts_stay() -> None:
    names = "1. Seven rooms with a view of the whole sound of Skarn", "2. A lamp that no storm has ever put out so far"
    contents = "".join(f"<p>{name}</p>" for name in names)
    parts = "".join(f"<h2>{name}</h2>{''.join(LINES[at : at + 3])}" for name, at in zip(names, (0, 3), strict=True))
    article = clean_body(f"<div class='text'>{LINES[0]}{contents}{parts.replace(LINES[0], '', 1)}</div>")
    assert [block.text for block in article.blocks if block.rule == "repeated_text"] == []


SCHEDULE = (
    "Rise at five, polish the lens from the top to the bottom, and write the height of the barometer into the book.",
    "Carry the oil up the ninety-one steps, and never fill the tank while the flame is burning, whatever the weather.",
)
DAYS = "Monday is for the paint of the doors and the windows", "Tuesday is for the garden, the goat and the wall above"


def test_the_same_lines_in_each_part_of_a_timetable_stay() -> None:
    weeks = "".join(
        f"<p>{day}, as long as the light is good.</p><p>{SCHEDULE[0]}</p><p>{day}, then the letters to the"
        f" board and to the families in the town, and a long talk.</p><p>{SCHEDULE[1]}</p>"
        for day in DAYS
    )
    article = clean_body("<div class='text'>BODY</div>", text="".join([*LINES[:3], weeks, *LINES[3:]]))
    assert [article.text.count(line) for line in SCHEDULE] == [2, 2]


def test_the_same_day_in_each_of_three_places_of_a_plan_stays() -> None:
    day = "<h3>Before noon</h3>" + "".join(f"<p>{line}</p>" for line in SCHEDULE)
    plan = "".join(f"<h2>{name}</h2>{day}" for name in ("First week", "Second week", "Third week"))
    article = clean_body("<div class='text'>BODY</div>", text="".join([*LINES[:3], plan, *LINES[3:]]))
    assert [article.text.count(line) for line in SCHEDULE] == [3, 3]


def test_a_post_that_the_article_shows_and_cites_stays() -> None:
    words = "She will live in the two rooms below the lamp, look after the walls"
    post = f"<blockquote class='twitter-tweet'><p>{words}</p></blockquote>"
    article = clean_body("<div class='text'>BODY</div>", text="".join([*LINES[:4], post, *LINES[4:]]))
    assert [block.text for block in article.blocks if block.rule == "repeated_text"] == []


SONG = ("When the herring come to Skarn, my love,", "the nets hang wet and low,", "and the lamp goes round and round.")
STAYS = (
    "".join(f"<p>{line}</p>" for _ in range(3) for line in SONG),
    "<p>Was she afraid?</p><p>No.</p><p>Was it cold?</p><p>No.</p><p>Would she do it again?</p><p>Yes.</p>",
    "<p>The trust has put a poster on the gate with her answer: “I do not mind the wind at all.”</p>",
    (
        "<blockquote><p>Wanted: a person without fear of stairs, gulls or fog, who can hold a brush and a tongue."
        "</p></blockquote>"
    ),
    (
        "<table><tr><td>Keeper</td><td>Years</td></tr><tr><td>Tor Hagen</td><td>12</td></tr><tr><td>Tor Hagen</td>"
        "<td>12</td></tr></table>"
    ),
    (
        "<p>10:30 This is a developing story, come back later.</p><p>Ostrow has her keys.</p>"
        "<p>10:30 This is a developing story, come back later.</p>"
    ),
)


@pytest.mark.parametrize("insert", STAYS)
def test_what_a_text_repeats_by_intention_stays(insert: str) -> None:
    article = clean_body("<div class='text'>BODY</div>", text="".join([*LINES[:3], insert, *LINES[3:]]))
    assert [block.text for block in article.blocks if block.rule == "repeated_text"] == []
    assert set(TEXT) <= set(article.text.split("\n"))


CHINESE = (
    "斯卡恩角的灯塔从秋天起又要有守塔人了，离上一位守塔人离开已经过去了整整四十年，港务信托基金星期五宣布了这个消息。",
    "信托基金从两百名写信应征的人中选中了三十四岁的木匠莱娜，她将住在灯室下面的两个房间里，照看墙壁，并为大学数鸟。",
    "第一位守塔人一八七一年带着九个孩子来到这里，在墙后种下了一棵苹果树，那棵树今天还在，每年秋天都结果子。",
)


@pytest.mark.parametrize(
    "content",
    [
        f"<p class='standfirst'>{CHINESE[0]}</p><div class='text'>BODY</div>",
        f"<p class='standfirst'>{CHINESE[0][:34]}</p><div class='text'>BODY</div>",
        f"<p class='standfirst'>{CHINESE[0][:36]}…</p><div class='text'>BODY</div>",
        f"<div class='mobile'>{''.join(f'<p>{line}</p>' for line in CHINESE)}</div><div class='text'>BODY</div>",
    ],
)
def test_copies_are_found_in_scripts_without_spaces(content: str) -> None:
    article = clean_body(content, text="".join(f"<p>{line}</p>" for line in CHINESE))
    assert article.text.split("\n") == list(CHINESE)
