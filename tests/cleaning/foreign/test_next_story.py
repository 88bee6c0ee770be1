"""A page that shows the site's next articles below its own is cleaned to its own, whatever marks the others."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from cleaning import clean_html
from cleaning.api.learn import learn_site
from cleaning.clean import clean
from cleaning.records.given import Page

if TYPE_CHECKING:
    from collections.abc import Callable

SITE = "https://www.tarn-courier.example"
NAMES = (
    ("bridge", "Bridge at Corran Mill is to be painted by its neighbours", "Ines Morrow", "bridge"),
    ("harvest", "Late rain costs the orchards of Upper Tarn half of the plums", "Tom Askew", "orchard"),
    ("bus", "Last bus to Skelby will wait for the end of the film", "Ruth Calder", "bus"),
    ("tower", "Clock in the tower of Saint Anne runs again after nine years", "Piet Vos", "clock"),
)
PEOPLE = ("the mayor", "a neighbour", "the driver", "an engineer", "the teacher", "a clerk", "the warden", "a farmer")
DEEDS = (
    "told the meeting in the school hall on Monday evening that the {word} had never cost the parish so little",
    "has kept a list of everything that happened to the {word} since the winter of the great flood, day by day",
    "would rather see the {word} looked after by people who live beside it than by an office in the county town",
    "counted eleven reasons for leaving the {word} as it is, and then voted for the change like everybody else",
    "asked who is going to pay for the {word} when the grant from the lottery fund ends in the spring of next year",
)


def text(number: int, paragraphs: int = 5) -> list[str]:
    """Return paragraphs that no other story has."""
    _, _, author, word = NAMES[number % len(NAMES)]
    return [
        f"In week {number * 7 + at + 1}, {PEOPLE[(number + at) % len(PEOPLE)]} of ward {number + 1} "
        f"{DEEDS[(number * 3 + at) % len(DEEDS)].format(word=word)}, said {author.split()[1]}."
        for at in range(paragraphs)
    ]


def headline(number: int) -> str:
    title = NAMES[number % len(NAMES)][1]
    return title if number < len(NAMES) else f"{title}, says report {number}"


def path(number: int) -> str:
    return f"/town/2024/05/{NAMES[number % len(NAMES)][0]}-{number}"


def body(number: int, paragraphs: int = 5) -> str:
    return "".join(f"<p>{line}</p>" for line in text(number, paragraphs))


def link(number: int) -> str:
    return f"<a href='{path(number)}'>{headline(number)}</a>"


def day(number: int) -> str:
    return f"<time datetime='2024-05-{number + 10:02}T08:00:00Z'>{number + 10} May 2024</time>"


def page(content: str, number: int = 0, head: str = "") -> Page:
    html = (
        f"<!DOCTYPE html><html lang='en'><head><title>{headline(number)} | Tarn Courier</title>"
        f"<meta property='og:title' content='{headline(number)}'>{head}</head>"
        f"<body><nav><a href='/'>Home</a> <a href='/sport'>Sport</a></nav>{content}<footer>Imprint</footer></body>"
    )
    return Page(SITE + path(number), html)


def linked_data(*numbers: int, address: bool = True) -> str:
    scripts = [
        {
            "@type": "NewsArticle",
            "headline": headline(number),
            "author": {"@type": "Person", "name": NAMES[number][2]},
            "datePublished": f"2024-05-{number + 10:02}T08:00:00Z",
            **({"mainEntityOfPage": {"@id": SITE + path(number)}} if address else {}),
        }
        for number in numbers
    ]
    return "".join(f"<script type='application/ld+json'>{json.dumps(script)}</script>" for script in scripts)


FIRST = f"<h1>{headline(0)}</h1>{body(0)}"
LAYOUTS: dict[str, Callable[[], str]] = {
    "articles side by side": lambda: "".join(
        f"<article class='story'><h1>{headline(n)}</h1><p class='byline'>By {NAMES[n][2]}</p>{body(n)}</article>"
        for n in range(3)
    ),
    "articles without any class": lambda: "".join(
        f"<article><h1>{headline(n)}</h1>{body(n)}</article>" for n in range(3)
    ),
    "divisions with the address as data": lambda: "".join(
        f"<div class='scroll-unit' data-url='{path(n)}'><h1 class='head'>{headline(n)}</h1>{body(n)}</div>"
        for n in range(3)
    ),
    "divisions named as stories": lambda: "".join(
        f"<div class='story-wrap'><div class='top'><h1>{headline(n)}</h1></div><div class='text'>{body(n)}</div></div>"
        for n in range(3)
    ),
    "second headlines of lower rank": lambda: (
        f"<article class='post'>{FIRST}</article>"
        + "".join(f"<article class='post'><h2>{link(n)}</h2>{day(n)}{body(n)}</article>" for n in (1, 2))
    ),
    "headline outside of the article": lambda: (
        f"<header><h1>{headline(0)}</h1></header><div class='article-body'>{body(0)}</div>"
        f"<section class='endless'><div class='item'><h1>{link(1)}</h1>{body(1)}</div></section>"
    ),
    "a wrapper for all that follow": lambda: (
        f"<article>{FIRST}</article><div id='infinite'><p>Up next</p>"
        + "".join(f"<div><h2>{headline(n)}</h2>{body(n)}</div>" for n in (1, 2))
        + "</div>"
    ),
    "the same container": lambda: FIRST + "".join(
        f"<hr><h1>{link(n)}</h1><p class='byline'>By {NAMES[n][2]}, {day(n)}</p>{body(n)}" for n in (1, 2)
    ),
    "the same container under a label": lambda: f"{FIRST}<p>Next article</p><h1>{headline(1)}</h1>{body(1)}",
    "a headline in an element of its own": lambda: (
        f"<div class='text'>{FIRST}</div><div class='head'><h1>{link(1)}</h1></div><div class='text'>{body(1)}</div>"
    ),
    "headlines that are no headings": lambda: "".join(
        f"<div class='piece'><div class='headline'>{link(n) if n else headline(n)}</div>{day(n)}{body(n)}</div>"
        for n in range(3)
    ),
    "microdata": lambda: "".join(
        f"<div itemscope itemtype='https://schema.org/NewsArticle'><h1 itemprop='headline'>{headline(n)}</h1>"
        f"<span itemprop='author'>{NAMES[n][2]}</span><div itemprop='articleBody'>{body(n)}</div></div>"
        for n in range(3)
    ),
    "an element that is named after the next article": lambda: (
        f"<div class='story-body'>{FIRST}</div><section id='nextArticle'><h2>{headline(1)}</h2>{body(1)}</section>"
    ),
    "headlines of the second rank alone": lambda: "".join(
        f"<div class='post'><h2 class='title'>{headline(n)}</h2>{body(n)}</div>" for n in range(3)
    ),
    "a date of its own under a headline of lower rank": lambda: (
        f"<header><h1>{headline(0)}</h1>{day(0)}</header><div class='text'>{body(0)}</div>"
        f"<div class='second'><header><h2>{headline(1)}</h2>{day(1)}</header><div class='text'>{body(1)}</div></div>"
    ),
    "the beginning of another article": lambda: (
        f"<article>{FIRST}</article>"
        + "".join(
            f"<article><h2>{link(n)}</h2>{body(n, 1)}<a href='{path(n)}'>Read full story</a></article>"
            for n in (1, 2, 3)
        )
    ),
    "elements without any name": lambda: "".join(
        f"<div id='s{n}'><h1>{headline(n)}</h1>{body(n)}</div>" for n in range(3)
    ),
    "the same container, lower rank": lambda: (
        f"<div>{FIRST}<hr><h2>{link(1)}</h2><p class='byline'>By {NAMES[1][2]}</p>{body(1)}</div>"
    ),
    "a pictures caption in between": lambda: (
        f"<article>{FIRST}</article><article><figure><img src='b.jpg'><figcaption>The orchard on Tuesday"
        f"</figcaption></figure><h1>{headline(1)}</h1>{body(1)}</article>"
    ),
}  # fmt: skip


@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_article_ends_where_the_next_one_begins(layout: str) -> None:
    article = clean(page(f"<main>{LAYOUTS[layout]()}</main>"))
    assert article.title == headline(0)
    assert article.text.split("\n") == text(0)
    cut = [block for block in article.blocks if block.rule == "next_article"]
    assert text(1)[0] in {block.text for block in cut}
    assert all(any(headline(n) in str(block.evidence) for n in (1, 2, 3)) for block in cut)


def test_the_evidence_names_the_headline_and_where_it_leads() -> None:
    article = clean(page(f"<article>{FIRST}</article><article><h1>{link(1)}</h1>{body(1)}</article>"))
    assert {block.evidence for block in article.removed if block.rule == "next_article"} == {
        f"below “{headline(1)}”, the headline of another article, which leads to {SITE}{path(1)}"
    }


def test_a_short_article_before_a_long_one_is_the_article() -> None:
    short = "".join(f"<p>{line}</p>" for line in text(0, 2))
    article = clean(
        page(
            f"<article><h1>{headline(0)}</h1>{short}</article><article><h1>{link(1)}</h1>{body(1, 40)}</article>",
        )
    )
    assert article.text.split("\n") == text(0, 2)
    assert article.rejected is None


@pytest.mark.parametrize("numbers", [(0, 1), (1, 0)])
@pytest.mark.parametrize("address", [True, False])
def test_author_and_date_are_those_of_the_pages_own_article(numbers: tuple[int, int], address: bool) -> None:
    content = "".join(f"<article><h1>{headline(n)}</h1>{body(n)}</article>" for n in (0, 1))
    article = clean(page(content, head=linked_data(*numbers, address=address)))
    assert article.title == headline(0)
    assert article.authors == ("Ines Morrow",)
    assert article.published_at == datetime(2024, 5, 10, 8, tzinfo=UTC)
    assert article.text.split("\n") == text(0)


def test_json_ld_of_the_next_article_is_enough() -> None:
    content = f"<main><div>{FIRST}</div><div><h2>{headline(1)}</h2>{body(1)}</div></main>"
    assert clean(page(content, head=linked_data(0, 1))).text.split("\n") == text(0)


def test_a_site_of_endless_pages_is_learnt_without_the_next_articles() -> None:
    pages = []
    for number in range(16):
        shown = "".join(
            f"<article class='story'><h1>{headline(n % 16)}</h1>{day(n % 16)}{body(n % 16)}</article>"
            for n in range(number, number + 4)
        )
        pages.append(page(f"<main>{shown}</main>", number))
    memory = learn_site([(one.url, one.html) for one in pages])
    for number, one in enumerate(pages):
        alone = clean(one)
        known = clean_html(one.html, url=one.url, site=memory)
        assert alone.text.split("\n") == text(number)
        assert known.text.split("\n") == text(number)
        assert known.rejected is None
        assert known.published_at == datetime(2024, 5, number + 10, 8, tzinfo=UTC)


STANDFIRST = (
    "Forty neighbours met at the mill on Saturday with brushes and ladders, and the youngest of them, who is six, chose"
    " the colour of the rail."
)
QUESTIONS = ("What will the bridge look like?", "Who is going to pay for the paint?", "When will it be done?")
OWN: dict[str, Callable[[], str]] = {
    "cross-headings of the second rank": lambda: f"<article>{FIRST}<h2>What it costs</h2>{body(1)}</article>",
    "cross-headings of the first rank": lambda: f"<article>{FIRST}<h1>What it costs</h1>{body(1)}</article>",
    "sections with headings of the first rank": lambda: (
        f"<article><h1>{headline(0)}</h1>{body(0)}"
        f"<section><h1>What it costs</h1>{body(1)}</section></article>"
    ),
    "parts in sections with headings of the first rank": lambda: (
        f"<section>{FIRST}</section><section><h1>What it costs</h1>{body(1)}</section>"
    ),
    "several parts in articles": lambda: (
        f"<article class='part'>{FIRST}</article><article class='part'><h2>What it costs</h2>{body(1)}</article>"
    ),
    "an interview": lambda: f"<article>{FIRST}" + "".join(
        f"<h2>{question}</h2>{body(n + 1, 2)}" for n, question in enumerate(QUESTIONS)
    ) + "</article>",
    "a list of ten": lambda: f"<article><div class='intro'>{FIRST}</div>" + "".join(
        f"<article class='item'><h2>{n}. {headline(n).split(' is ')[0]}</h2>{body(n, 2)}</article>" for n in (1, 2, 3)
    ) + "</article>",
    "a newsletter": lambda: f"<main><header><h1>{headline(0)}</h1></header><div class='letter'>{body(0)}" + "".join(
        f"<article><h2>{link(n)}</h2>{body(n, 2)}</article>" for n in (1, 2, 3)
    ) + "</div></main>",
    "a live blog": lambda: f"<main><header><h1>{headline(0)}</h1>{body(0)}</header>" + "".join(
        f"<article class='entry'><time datetime='2024-05-10T{10 + n}:30:00Z'>{10 + n}:30</time>"
        f"<h2>The crane arrives at pier {n}</h2>{body(n, 2)}</article>" for n in (1, 2, 3)
    ) + "</main>",
    "questions and answers": lambda: f"<main><div class='question'>{FIRST}</div>" + "".join(
        f"<div class='answer' itemtype='https://schema.org/Answer'><h2>Answer {n} of three</h2>{body(n, 2)}</div>"
        for n in (1, 2, 3)
    ) + "</main>",
    "a standfirst below a summary, as a heading above byline and text": lambda: (
        f"<main><h1>{headline(0)}</h1><div class='summary'>{body(0)}</div><div class='story'><div class='bar'>"
        f"<p class='byline'>By Ines Morrow</p></div><h2 class='first-paragraph'>{STANDFIRST}</h2>{body(1)}</div></main>"
    ),
    "a linked headline in the middle of the text": lambda: (
        f"<article><h1>{headline(0)}</h1><div class='text'>{body(0)}<p><strong>See also</strong></p>"
        f"<h1>{link(3)}</h1>{body(1)}</div></article>"
    ),
}  # fmt: skip


@pytest.mark.parametrize("layout", OWN)
def test_headings_of_the_article_itself_begin_no_other(layout: str) -> None:
    article = clean(page(OWN[layout]()))
    assert [block.text for block in article.blocks if block.rule == "next_article"] == []
    assert set(text(0)) <= set(article.text.split("\n"))
    assert set(text(1, 2)) <= set(article.text.split("\n"))


def test_a_list_of_whole_posts_is_no_article_with_others_below() -> None:
    posts = "".join(f"<article class='post'><h1>{link(n)}</h1>{day(n)}{body(n)}</article>" for n in (1, 2, 3))
    html = f"<html><head><title>Tarn Courier</title></head><body><main>{posts}</main></body></html>"
    article = clean(Page(f"{SITE}/town/", html))
    assert [block for block in article.blocks if block.rule == "next_article"] == []
