"""Lists of stories, in the makes of many papers, are sections; articles with links and teasers stay articles."""

from __future__ import annotations

import random

import pytest

from cleaning.clean import clean
from cleaning.records.given import Page

URL = "https://www.harbour-post.example/city"
STATED = '<meta property="article:published_time" content="2026-11-28T08:00:00+01:00">'
WORDS = """council ferry harbour night letter bridge market school tower engine garden winter bakery theatre record
library orchard signal captain grain lighthouse painter window ticket teacher stone copper whistle""".split()  # noqa: SIM905
ENTRIES = {
    "headline and teaser": "<h3><a href='{url}'>{headline}</a></h3><p>{teaser}</p>",
    "headline in the teaser's line": "<li><a href='{url}'><b>{headline}</b></a> <span>{teaser}</span></li>",
    "item": "<li><h3><a href='{url}'>{headline}</a></h3><p>{teaser}</p></li>",
    "row of a table": "<tr><td>28.11.</td><td><a href='{url}'>{headline}</a><br>{teaser}</td></tr>",
    "description": "<dt><a href='{url}'>{headline}</a></dt><dd>{teaser}</dd>",
    "card with date and author": "<div class='card'><a href='{url}'><img src='/x.jpg'></a><span>28 November</span><h2>"
    "<a href='{url}'>{headline}</a></h2><p>by Ann Lee</p><p>{teaser}</p><a href='{url}'>Read more</a></div>",
    "post of a theme": "<article class='post'><header><h2 class='title'><a href='{url}'>{headline}</a></h2></header>"
    "<div class='summary'><p>{teaser} <a href='{url}'>Continue reading</a></p></div></article>",
    "plain headline, linked words": "<div><h3>{headline}</h3><p>{teaser} <a href='{url}'>Read on here</a></p></div>",
    "two paragraphs": "<h2><a href='{url}'>{headline}</a></h2><p>{teaser}</p><p>{teaser}</p>"
    "<p><a href='{url}'>More</a></p>",
    "all in one link": "<a class='teaser' href='{url}'><h3>{headline}</h3><p>{teaser}</p></a>",
}
AROUND = {"item": "<ul>{}</ul>", "row of a table": "<table>{}</table>", "description": "<dl>{}</dl>"}


def write_sentence(dice: random.Random, letters: int) -> str:
    """Return a sentence of about so many letters, of words in no order."""
    said = ""
    while len(said) < letters:
        said += f" {dice.choice(WORDS)}"
    return said.strip().capitalize() + "."


def write_list(make: str, count: int, letters: int, *, intro: str = "", head: str = "") -> str:
    dice = random.Random(f"{make} {count} {letters}")
    entries = (
        ENTRIES[make].format(
            url=f"/2026/11/{number}", headline=write_sentence(dice, 50)[:-1], teaser=write_sentence(dice, letters)
        )
        for number in range(1, count + 1)
    )
    inside = AROUND.get(make, "{}").format("".join(entries))
    return (
        f"<html lang='en'><head><title>City - Harbour Post</title>{head}</head><body><nav><a href='/'>Home</a></nav>"
        f"<main><h1>City</h1>{intro}{inside}<a href='?page=2'>Older posts</a></main></body></html>"
    )


def judge(html: str) -> str | None:
    return clean(Page(URL, html, 200)).rejected


@pytest.mark.parametrize("make", ENTRIES)
@pytest.mark.parametrize(("count", "letters"), [(3, 250), (3, 420), (10, 100), (20, 200)])
def test_a_list_of_any_make_is_a_section(make: str, count: int, letters: int) -> None:
    assert judge(write_list(make, count, letters)) == "section"


def test_a_list_below_a_word_of_welcome_is_a_section() -> None:
    intro = "<p>News of the city, of its council and its harbour, written by our own reporters since 1911.</p>"
    assert judge(write_list("item", 8, 150, intro=intro)) == "section"


def test_a_block_of_headlines_is_a_section() -> None:
    dice = random.Random("headlines")
    links = (f"<a href='/2026/11/{number}'>{write_sentence(dice, 60)[:-1]}</a>" for number in range(12))
    html = (
        f"<html><head><title>City</title></head><body><main><h1>City</h1><div>{'<br>'.join(links)}</div></main></body>"
    )
    assert judge(html) in ("section", "no-text", "too-short")


def write_article(text: str, head: str = "") -> str:
    return (
        f"<html lang='en'><head><title>Ten things to know - Harbour Post</title>{head}</head><body><main>"
        f"<article><h1>Ten things to know</h1>{text}</article></main></body></html>"
    )


def test_an_article_of_items_with_links_stays_one_if_it_dates_itself() -> None:
    dice = random.Random("items")
    items = "".join(
        f"<li><a href='/2026/11/{number}'>{write_sentence(dice, 50)}</a> {write_sentence(dice, 200)}</li>"
        for number in range(10)
    )
    assert judge(write_article(f"<p>Good morning from the harbour.</p><ol>{items}</ol>", STATED)) is None


def test_an_article_with_links_in_its_paragraphs_stays_one() -> None:
    dice = random.Random("prose")
    text = "".join(
        f"<p>{write_sentence(dice, 150)} <a href='/2026/11/{number}'>{write_sentence(dice, 30)}</a>"
        f" {write_sentence(dice, 150)}</p>"
        for number in range(8)
    )
    assert judge(write_article(text)) is None


def test_an_article_with_teasers_below_stays_one() -> None:
    dice = random.Random("below")
    text = "".join(f"<p>{write_sentence(dice, 300)}</p>" for _ in range(6))
    teasers = "".join(
        f"<h3><a href='/2026/11/{number}'>{write_sentence(dice, 50)}</a></h3><p>{write_sentence(dice, 150)}</p>"
        for number in range(5)
    )
    assert judge(write_article(text + teasers)) is None


def test_an_article_whose_headline_links_to_itself_stays_one() -> None:
    dice = random.Random("self")
    text = "".join(f"<p>{write_sentence(dice, 200)}</p>" for _ in range(2))
    html = write_article(text).replace(
        "Ten things to know</h1>", "<a href='/2026/11/the-same'>Ten things to know</a></h1>"
    )
    assert judge(html) is None
