"""No page costs much more than another of its length: what is looked for in it never grows with the square of it."""

from __future__ import annotations

from functools import cache

import pytest
from timed_cleaning import clean_with_cpu_time

from cleaning.records.given import Page

URL = "https://www.harbour-post.example/2024/05/16/night-ferry-returns"
TITLE = "Night ferry returns to the harbour"
SENTENCE = "The harbour board decided on Thursday evening that the ferry will sail again from the first of June."
OPENING = "".join(f"<p>{SENTENCE} {SENTENCE} {number}.</p>" for number in range(8))
COOKIES = "We use cookies on this site to improve what you read"
DEEP = 100  # elements around an element
MAX_TIMES = 8  # the processor's time for an ordinary page of the same length, which is measured beside it

# What is written n times, what stands before and behind it, and n: a page of about 300 kB.
PAGES = {
    "questions for consent": ("<div class='consent'><p>{cookies} {n}.</p></div>", "", "", 3_000),
    "notices deep in a question": ("<p>{cookies} {n}. {sentence}</p>", "<div class='consent'>" * DEEP, "", 1_500),
    "hidden words in one line": ("w <span class='sr-only'>hidden {n}</span>", "<p>", "</p>", 7_000),
    "hidden boxes": ("<div hidden class='c{n}'><p>{sentence}</p></div>", "<div>", "</div>", 2_000),
    "hidden boxes in hidden boxes": ("<div hidden>" * DEEP + "<p>{sentence}</p>" + "</div>" * DEEP, "", "", 150),
    "waiting templates": ("<template>" * DEEP + "<p>{sentence}</p>" + "</template>" * DEEP, "", "", 120),
    "times": ("<time datetime='2024-05-16T10:00:00Z'>10:{n}</time>", "", "", 6_000),
    "times without words": ("<div><time datetime='2024-05-16T10:00:00Z'></time></div>", "", "", 5_000),
    "entries": ("<div class='entry'><time>10:{n}</time><p>{sentence}</p></div>", "", "", 2_000),
    "headlines": ("<h1>Another story about the town {n}</h1>", "", "", 6_000),
    "next articles": ("<article><h2><a href='/{n}'>A town story</a></h2><p>{sentence}</p></article>", "", "", 1_700),
    "corrections": ("<p class='correction'>Correction {n}: an earlier version gave a wrong name.</p>", "", "", 3_500),
    "labels of corrections": ("<p>Correction</p><p>{sentence}</p>", "", "", 2_400),
    "links to further pages": ("<a href='?page={n}'>{n}</a> ", "<div class='x'>" * DEEP, "", 1_200),
    "beginnings of phrases": ("mi i ", "<p>We use cookies ", "</p>", 60_000),
    "bylines": ("<b class='byline'>x</b> ", "", "", 12_000),
    "authors": ("<b class='author'>x</b><i itemprop='author'>y</i> ", "", "", 6_000),
    "slugs": ("<section id='share'><h2>share boat</h2><p>x</p></section>", "", "", 3_000),
}  # fmt: skip


def write_page(text: str, before: str, behind: str, count: int) -> str:
    body = "".join(text.format(n=number, sentence=SENTENCE, cookies=COOKIES) for number in range(count))
    return f"<title>{TITLE}</title><h1>{TITLE}</h1>{OPENING}{before}{body}{behind}"


def measure(html: str) -> float:
    """Return the seconds that the processor worked for a page."""
    return clean_with_cpu_time(Page(URL, html))[1]


@cache
def measure_ordinary() -> float:
    measure(OPENING)  # loads the models
    return measure(write_page("<p>{sentence} {n}</p>", "", "", 2_500))


@pytest.mark.parametrize("kind", PAGES)
def test_a_hostile_page_costs_a_few_times_what_others_do(kind: str) -> None:
    assert measure_ordinary() * MAX_TIMES >= measure(write_page(*PAGES[kind]))
