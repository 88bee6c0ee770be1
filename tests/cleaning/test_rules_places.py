"""Rules that know no phrase: place, link share, names of elements."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from cleaning.article import Article

STORIES = (
    ("Harbour board weighs a third container berth", "berth"),
    ("Orchard growers count the cost of a late frost", "frost"),
    ("Swimming pool stays shut until the autumn holidays", "pool"),
)
LINKS = "".join(f"<li><a href='/2024/05/{slug}'>{title}</a></li>" for title, slug in STORIES)
HEADED = "".join(f"<h3><a href='/2024/05/{slug}'>{title}</a></h3>" for title, slug in STORIES)
TEASERS = "".join(
    f"<div><h3><a href='/2024/05/{slug}'>{title}</a></h3><p>A teaser that says what the story is about.</p></div>"
    for title, slug in STORIES
)


@pytest.mark.parametrize(
    "below",
    [
        f"<div><h2>More from the city</h2><ul>{LINKS}</ul></div>",
        f"<div><p>Ανακαλύψτε</p>{HEADED}</div>",
        f"<section>{TEASERS}</section>",
        f"<div class='box'><p>Weiter geht es hier</p><ul>{LINKS}</ul></div>",
    ],
)
def test_links_below_the_article_are_cut_in_any_language(
    below: str, cleaned: Callable[..., Article], article_text: str
) -> None:
    assert cleaned(below=below).text == article_text


@pytest.mark.parametrize(
    "name", ["related-box", "newsletterSignup", "author_bio", "share-bar", "post-tags", "promo2", "comments"]
)
def test_a_part_that_its_class_calls_something_else_is_cut(
    name: str, cleaned: Callable[..., Article], article_text: str
) -> None:
    text = "Anna Berg has written about the harbour for this paper since she was twenty-two years old."
    box = f"<div class='{name}'><p>{text}</p></div>"
    assert cleaned(end=box).text == article_text


def test_a_long_part_stays_whatever_it_is_called(cleaned: Callable[..., Article]) -> None:
    paragraph = "The survey found what the crew had said for years, and nobody on the board had wanted to hear it. "
    box = "<div class='comment-box'>" + "".join(f"<p>{paragraph * 3}</p>" for _ in range(3)) + "</div>"
    article = cleaned(end=box.replace("comment", "promo"))
    assert paragraph.strip() in article.text


def test_a_class_of_utilities_and_hashes_names_nothing(cleaned: Callable[..., Article]) -> None:
    text = "Plates are measured with ultrasound at forty places on each side of the hull, every second year."
    article = cleaned(end=f"<div class='css-1ad9z ad84 hover:share tag-harbour hentry'><p>{text}</p></div>")
    assert text in article.text


def test_a_list_that_is_the_article_stays(cleaned: Callable[..., Article]) -> None:
    items = "".join(f"<li>The plate at frame {frame} was 7 millimetres thick.</li>" for frame in range(12, 18))
    article = cleaned(middle=f"<h2>What was found</h2><ul>{items}</ul>")
    assert article.text.count("millimetres thick") == 6
    assert "What was found" in article.text


def test_a_paragraph_with_a_link_stays(cleaned: Callable[..., Article]) -> None:
    text = "The board keeps all its <a href='/reports'>reports of the last ten years</a> where everybody can read them."
    assert "reports of the last ten years" in cleaned(middle=f"<p>{text}</p>").text


def test_a_linked_sentence_to_another_site_stays(cleaned: Callable[..., Article]) -> None:
    text = "<a href='https://www.pell-yard.example/plates'>How plates are measured, in the words of the yard itself</a>"
    assert "How plates are measured" in cleaned(middle=f"<p>{text}</p>").text


def test_sub_headings_stay(cleaned: Callable[..., Article]) -> None:
    article = cleaned(middle="<h2>A winter without a boat</h2>")
    assert "A winter without a boat" in article.text.split("\n")


def test_a_heading_with_nothing_below_it_is_cut(cleaned: Callable[..., Article], article_text: str) -> None:
    assert cleaned(end="<h2>Mehr</h2>").text == article_text
