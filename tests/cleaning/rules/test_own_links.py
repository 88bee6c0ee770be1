from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from cleaning.records.article import Article

STORIES = (
    ("Harbour board weighs a third container berth", "berth"),
    ("Orchard growers count the cost of a late frost", "frost"),
    ("Swimming pool stays shut until the autumn holidays", "pool"),
)
FOREIGN = (
    "Порт рассматривает третий контейнерный причал",
    "Το λιμάνι εξετάζει τρίτη προβλήτα",
    "Satama harkitsee kolmatta laituria",
    "Cảng cân nhắc xây bến thứ ba",
    "ท่าเรือ พิจารณา สร้าง ท่าเทียบเรือ",
)


@pytest.mark.parametrize("place", ["middle", "end", "below"])
@pytest.mark.parametrize(
    "dress", ["<p>{}</p>", "<p><strong>{}</strong></p>", "<div>{}</div>", "<blockquote>{}</blockquote>"]
)
def test_a_line_that_is_nothing_but_a_link_to_the_same_site_is_cut(
    dress: str, place: str, clean_page: Callable[..., Article], article_text: str
) -> None:
    link = dress.format("<a href='/2024/05/berth'>Harbour board weighs a third container berth</a>")
    assert clean_page(**{place: link}).text == article_text


@pytest.mark.parametrize("headline", FOREIGN)
def test_it_needs_no_phrase_in_any_language(
    headline: str, clean_page: Callable[..., Article], article_text: str
) -> None:
    assert clean_page(middle=f"<p><a href='/2024/05/berth'>{headline}</a></p>").text == article_text


def test_a_link_to_a_sister_host_of_the_site_is_one_to_the_same_site(
    clean_page: Callable[..., Article], article_text: str
) -> None:
    link = "<p><a href='https://sport.harbour-post.example/row'>Rowers of Pell beat Lindmouth by a length</a></p>"
    assert clean_page(middle=link).text == article_text


def test_lists_of_them_outside_the_article_are_cut(clean_page: Callable[..., Article], article_text: str) -> None:
    links = "".join(f"<li><a href='/2024/05/{slug}'>{title}</a></li>" for title, slug in STORIES)
    assert clean_page(below=f"<div><ul>{links}</ul></div>").text == article_text


@pytest.mark.parametrize(
    "html",
    [
        "The board keeps all its <a href='/reports'>reports of the last ten years</a> where everybody can read them.",
        "<a href='https://www.pell-yard.example/plates'>How plates are measured, in the words of the yard itself</a>",
        "<a href='/people/brandt'>Hanna Brandt</a>",
        "<a href='/report'>All ninety pages of the report can be read by everybody who can read a plan.</a>",
    ],
    ids=["part of a sentence", "another site", "a name", "a sentence"],
)
def test_a_linked_sentence_name_or_place_stays(html: str, clean_page: Callable[..., Article]) -> None:
    text = clean_page(middle=f"<p>{html}</p>").text
    assert html.replace("</a>", "").split(">")[-1].split("<")[0] in text


def test_linked_items_among_the_paragraphs_stay(clean_page: Callable[..., Article]) -> None:
    items = (
        "<li><a href='/boats/anna'>Anna, built 1911</a>, who lies at the northern mole and wants paint</li>"
        "<li><a href='/boats/tern'>Tern, built 1954</a>, who takes the school children across on weekdays</li>"
        "<li><a href='/boats/gull'>Gull, built 1988</a>, who was lengthened twice and is slow in a head sea</li>"
    )
    text = clean_page(middle=f"<h2>The three boats</h2><ul>{items}</ul>").text
    assert "Tern, built 1954, who takes the school children across on weekdays" in text.split("\n")


def test_a_page_of_questions_with_linked_answers_stays(clean_page: Callable[..., Article]) -> None:
    answers = "".join(
        f"<h3>{question}</h3><p>{answer} <a href='/help/{at}'>All about it is on this page.</a></p>"
        for at, (question, answer) in enumerate(
            (
                ("Can I bring a dog?", "Yes, on the lower deck, and it travels for nothing."),
                ("Where do I park?", "Behind the fish hall, for two crowns an hour."),
            )
        )
    )
    text = clean_page(middle=answers).text
    assert "Can I bring a dog?" in text.split("\n")
    assert "Behind the fish hall, for two crowns an hour." in text
