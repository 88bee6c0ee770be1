"""Rules for single lines around the text: datelines, buttons, calls to action, copyright."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from cleaning.article import Article


@pytest.mark.parametrize(
    "line",
    [
        "<p class='date'>16 May 2024, 21:40</p>",
        "<p>Thursday, May 16, 2024 | 9:40 PM</p>",
        "<p>By Anna Berg</p>",
        "<div class='byline'>Anna Berg, Lindmouth</div>",
        "<p>16 мая 2024, 21:40</p>",
        "<p>2024年05月16日 21:40</p>",
    ],
)
def test_date_and_byline_before_the_text_are_cut(line: str, cleaned: Callable[..., Article], article_text: str) -> None:
    assert cleaned(top=line).text == article_text


@pytest.mark.parametrize(
    ("tag", "text"),
    [
        ("p", "Lindmouth waited 136 days for this boat."),
        ("p", "By the first of June the boat will be back."),
        ("h2", "11.40 pm: the vote"),
    ],
)
def test_a_first_line_that_is_text_stays(tag: str, text: str, cleaned: Callable[..., Article]) -> None:
    assert text in cleaned(top=f"<{tag}>{text}</{tag}>").text.split("\n")


@pytest.mark.parametrize("word", ["Print", "Share", "Advertisement", "Teilen", "Κοινοποίηση", "Imprimir", "Поделиться"])
def test_the_words_of_a_button_are_cut(word: str, cleaned: Callable[..., Article], article_text: str) -> None:
    assert cleaned(middle=f"<p>{word}</p>").text == article_text


@pytest.mark.parametrize(
    "line",
    [
        "<p>Sign up for our <a href='/newsletter'>morning newsletter</a></p>",
        "<p>Jetzt den Newsletter <a href='/newsletter'>abonnieren</a></p>",
        "<p>Εγγραφείτε στο <a href='/newsletter'>newsletter</a> μας</p>",
    ],
)
def test_a_call_to_sign_up_with_a_link_is_cut(line: str, cleaned: Callable[..., Article], article_text: str) -> None:
    assert cleaned(middle=line).text == article_text


@pytest.mark.parametrize(
    "text",
    [
        "The board's newsletter, which 4,000 people subscribe to, had announced the end of the boat in a single line.",
        "Members can sign up for a seat on the first crossing, but only if they come to the hall in person on Monday.",
        "“Follow us,” the pilot signalled, and the smaller boats turned towards the harbour mouth one after the other.",
    ],
)
def test_an_article_about_newsletters_and_followers_stays(text: str, cleaned: Callable[..., Article]) -> None:
    article = cleaned(middle=f"<p>{text}</p>")
    assert text in article.text.split("\n")


@pytest.mark.parametrize(
    "line", ["© 2024 Harbour Post", "Copyright 2024 Harbour Post. All rights reserved.", "Alle Rechte vorbehalten"]
)
def test_a_copyright_line_at_the_end_is_cut(line: str, cleaned: Callable[..., Article], article_text: str) -> None:
    assert cleaned(end=f"<p>{line}</p>").text == article_text


def test_a_sentence_about_copyright_in_the_text_stays(cleaned: Callable[..., Article]) -> None:
    text = "The copyright in the drawings belongs to the yard, the board learnt, and the yard wanted money for copies."
    assert text in cleaned(top=f"<p>{text}</p>").text.split("\n")


def test_what_stands_before_the_headline_is_cut(cleaned: Callable[..., Article], news_page: Any) -> None:
    from cleaning.article import Page
    from cleaning.clean import clean

    html = news_page.html().replace("<h1>", "<p>Harbour and shipping</p><h1>")
    assert clean(Page("https://www.harbour-post.example/a", html)).text == cleaned().text
