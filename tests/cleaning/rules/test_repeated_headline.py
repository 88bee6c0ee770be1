from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from cleaning.records.article import Article


@pytest.mark.parametrize("dress", ["<p>{}</p>", "<h2>{}</h2>", "<p><strong>{}</strong></p>", "<p>{}.</p>"])
def test_the_headline_at_the_top_of_the_text_is_cut(
    dress: str, clean_page: Callable[..., Article], news_page: Any, article_text: str
) -> None:
    article = clean_page(top=dress.format(news_page.headline))
    assert article.text == article_text
    assert article.title == news_page.headline


def test_case_and_punctuation_do_not_hide_it(
    clean_page: Callable[..., Article], news_page: Any, article_text: str
) -> None:
    assert clean_page(top=f"<p>{news_page.headline.upper()}!</p>").text == article_text


def test_an_edited_headline_before_the_first_paragraph_is_cut(
    clean_page: Callable[..., Article], article_text: str
) -> None:
    article = clean_page(top="<p>Night ferry to Orrow will run again from first of June</p>")
    assert article.text == article_text
    assert {block.rule for block in article.removed} == {"repeated_headline"}


@pytest.mark.parametrize(
    "text",
    [
        "Night ferry to Orrow: what the surveyors found below the waterline in January",
        "The night ferry to Orrow will run again from the first of June, but not on Sundays, said the board.",
        "Night ferry",
    ],
)
def test_a_line_that_only_shares_words_with_the_headline_stays(text: str, clean_page: Callable[..., Article]) -> None:
    assert text in clean_page(middle=f"<h2>{text}</h2>").text.split("\n")


@pytest.mark.parametrize(
    "headline",
    [
        "Nachtfähre nach Orrow fährt ab Juni wieder",
        "ΝΥΧΤΕΡΙΝΌ ΠΛΟΊΟ ΓΙΑ ΤΟ ΌΡΟΟΥ ΑΠΌ ΤΗΝ ΠΡΏΤΗ ΙΟΥΝΊΟΥ",
        "Ночной паром в Орроу снова пойдёт с первого июня",
        "六月一日起夜间渡轮恢复运行",
        "العبارة الليلية تعود إلى العمل في أول يونيو",
    ],
)
def test_it_is_cut_in_any_language(headline: str, news_page: Any, article_text: str) -> None:
    from cleaning.clean import clean
    from cleaning.records.given import Page

    html = type(news_page)(headline).html(top=f"<p><b>{headline}</b></p>", middle=f"<h2>{headline}</h2>")
    assert clean(Page("https://www.harbour-post.example/a", html)).text == article_text


def test_a_line_of_another_crossing_with_nearly_the_same_words_stays_in_the_text(
    clean_page: Callable[..., Article],
) -> None:
    text = "Night ferry to Arrow will run again from the first of July"
    assert text in clean_page(middle=f"<h2>{text}</h2>").text.split("\n")


def test_an_edited_headline_with_a_count_of_comments_behind_it_is_cut(
    clean_page: Callable[..., Article], news_page: Any, article_text: str
) -> None:
    assert clean_page(top=f"<h2>{news_page.headline} 524</h2>").text == article_text


def test_a_headline_with_other_numbers_stays(news_page: Any) -> None:
    from cleaning.clean import clean
    from cleaning.records.given import Page

    html = type(news_page)("Lindmouth 3, Pell 2").html(top="<p>Lindmouth 3, Pell 1</p>")
    assert "Lindmouth 3, Pell 1" in clean(Page("https://www.harbour-post.example/a", html)).text.split("\n")
