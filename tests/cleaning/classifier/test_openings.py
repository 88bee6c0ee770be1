"""Keep the first paragraphs whatever the box is called that they stand in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from cleaning.records.article import Article

OPENING = (
    "The harbour board wants to run the night boat again, eight months after it was taken to the yard for new plates.",
    "It has found the money in the budget for paint, and a captain who was about to sell his uniform to a theatre.",
)
BOXES = [
    *("teaser", "teaser-content", "paywall-teaser", "article-teaser", "share", "social-share", "banner", "top_banner"),
    *("promo", "lead", "premium-free", "ad-free-part", "widget-text", "embed", "free-message", "story__teaser"),
]


@pytest.mark.parametrize("name", BOXES)
@pytest.mark.parametrize("form", ["<div class='{}'>{}</div>", "<section id='{}'><div>{}</div></section>"])
def test_the_first_paragraphs_stay_in_a_box_of_any_name(
    name: str, form: str, clean_page: Callable[..., Article], article_text: str
) -> None:
    box = form.format(name, "".join(f"<p>{text}</p>" for text in OPENING))
    assert clean_page(top=box).text.split("\n") == [*OPENING, *article_text.split("\n")]


def test_a_box_that_is_a_paragraph_itself_stays_and_says_why(clean_page: Callable[..., Article]) -> None:
    first = clean_page(top=f"<p class='teaser-banner'>{OPENING[0]}</p>").blocks
    assert (OPENING[0], True) in [(block.text, block.is_kept) for block in first]


@pytest.mark.parametrize(
    "box",
    [
        "<div class='author-bio banner'><p>{}</p></div>",
        "<div class='newsletter-teaser'><p>{}</p></div>",
        "<div class='cookie-banner'><p>{}</p></div>",
        "<div class='share'><figure><p>{}</p></figure></div>",
        "<aside class='teaser'><p>{}</p></aside>",
        "<div class='teaser'><p><a href='/2024/05/15/other'>{}</a></p></div>",
        "<div class='user-comments share'><p>{}</p></div>",
    ],
)
def test_what_else_stands_before_the_text_does_not(
    box: str, clean_page: Callable[..., Article], article_text: str
) -> None:
    assert clean_page(top=box.format(OPENING[0])).text == article_text
