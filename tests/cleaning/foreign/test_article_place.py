from __future__ import annotations

import pytest

from cleaning.clean import clean
from cleaning.records.article import Article
from cleaning.records.given import Page

HEADLINE = "Bell of Tarn Abbey is rung again after sixty years"
TEXT = (
    "The great bell of Tarn Abbey was rung on Sunday for the first time in sixty years, by eleven people on one rope.",
    "It had been silent since a crack was found in 1964. A foundry in the north welded it and took no fee.",
    "“We heard it at the lake,” said the ferryman Ivo Sandgren, who had stopped his engine on purpose at eleven.",
    "The abbey will have it rung on the first Sunday of a month, and never before nine, as the neighbours had asked.",
    "A second bell of the tower is still cracked. The parish collects money for it, and has a third of the sum so far.",
)
H1, PROSE = f"<h1>{HEADLINE}</h1>", "".join(f"<p>{line}</p>" for line in TEXT)
BODY = H1 + PROSE
LINKS = "<ul><li><a href='/a'>Lake ferry gets a roof</a></li><li><a href='/b'>School choir sings in Orr</a></li></ul>"


def clean_body(content: str) -> Article:
    head = f"<head><title>{HEADLINE}</title></head>"
    return clean(Page("https://tarn.example/2024/bell", f"<html lang='en'>{head}<body>{content}</body></html>"))


@pytest.mark.parametrize(
    "content",
    [
        "<nav>LINKS</nav><aside>BODY</aside>",
        ("<div id='wrap'><aside class='single-content'>BODY</aside></div><div id='notice'><p>We use cookies to remember"
        " your settings and to measure our audience.</p><button>Accept</button></div>"),
        "<aside class='sidebar-left'><div class='inner'>BODY</div></aside><aside>LINKS</aside>",
        "<aside id='page'><aside class='text'>BODY</aside></aside>",
        "<form id='aspnetForm' action='/search'><div>BODY</div></form>",
        "<footer class='entry'>BODY</footer>",
        "<main>HEADLINE<aside class='text'>PROSE</aside></main><footer>LINKS</footer>",
        "<main><header>HEADLINE</header><aside>PROSE</aside></main><footer>LINKS</footer>",
        "<main><aside>BODY</aside><aside class='related'><h3>Also today</h3>LINKS</aside></main>",
    ],
)  # fmt: skip
def test_an_article_in_an_element_for_what_stands_beside_one_is_found(content: str) -> None:
    article = clean_body(
        content.replace("BODY", BODY).replace("HEADLINE", H1).replace("PROSE", PROSE).replace("LINKS", LINKS)
    )
    assert article.text.split("\n") == list(TEXT)


@pytest.mark.parametrize(
    "beside",
    [
        ("<aside><h2>About the abbey</h2><p>Tarn Abbey was founded in 1132 by monks lost in fog.</p></aside>"),
        (
            "<aside class='comments'><h2>Readers</h2><p>I was on the rope, and my hands still hurt a day later.</p>"
            "</aside>"
        ),
    ],
)
def test_what_stands_beside_the_article_stays_where_it_is(beside: str) -> None:
    article = clean_body(f"<main>{BODY}</main>{beside}")
    assert article.text.split("\n") == list(TEXT)


def test_an_aside_with_more_prose_than_the_article_beside_it_is_none() -> None:
    letters = "".join(
        f"<p>Letter {at}: I heard the bell from my bed, and thought of my father.</p>" for at in range(12)
    )
    article = clean_body(f"<main>{BODY}</main><aside>{letters}</aside>")
    assert article.text.split("\n") == list(TEXT)


def test_comments_are_no_article_although_they_hold_the_headline() -> None:
    article = clean_body(f"<aside class='comments'>{BODY}</aside>")
    assert not any(line in article.text for line in TEXT)
