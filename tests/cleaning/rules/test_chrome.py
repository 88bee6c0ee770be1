from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cleaning.records.block import Block
from cleaning.rules import Context, apply_rules

if TYPE_CHECKING:
    from collections.abc import Callable

    from cleaning.records.article import Article

BIOGRAPHY = "Anna Berg has written about the harbour for this paper since she was twenty-two years old."


@pytest.mark.parametrize(
    "name",
    [
        *("related-box", "newsletterSignup", "author_bio", "share-bar", "post-tags", "promo2", "comments", "sidebar"),
        *("article__recommended", "js-related", "td-post-sharing", "kommentare", "commentaires"),
    ],
)
@pytest.mark.parametrize("place", ["end", "below"])
def test_a_part_named_as_something_else_by_its_class_is_cut(
    name: str, place: str, clean_page: Callable[..., Article], article_text: str
) -> None:
    assert clean_page(**{place: f"<div class='{name}'><p>{BIOGRAPHY}</p></div>"}).text == article_text


def test_an_id_counts_like_a_class(clean_page: Callable[..., Article], article_text: str) -> None:
    assert clean_page(end=f"<div id='author-box'><p>{BIOGRAPHY}</p></div>").text == article_text


def test_a_part_between_the_paragraphs_is_cut(clean_page: Callable[..., Article], article_text: str) -> None:
    box = f"<aside class='inline-newsletter'><p>{BIOGRAPHY}</p></aside>"
    assert clean_page(middle=box).text == article_text


def test_a_long_part_stays_whatever_its_name(clean_page: Callable[..., Article]) -> None:
    paragraph = "The survey found what the crew had said for years, and nobody on the board had wanted to hear it. "
    box = "<div class='comment-box'>" + "".join(f"<p>{paragraph * 3}</p>" for _ in range(3)) + "</div>"
    assert paragraph.strip() in clean_page(end=box.replace("comment", "promo")).text


def test_a_class_of_utilities_and_hashes_names_nothing(clean_page: Callable[..., Article]) -> None:
    text = "Plates are measured with ultrasound at forty places on each side of the hull, every second year."
    article = clean_page(middle=f"<div class='css-1ad9z ad84 hover:share tag-harbour hentry'><p>{text}</p></div>")
    assert text in article.text


@pytest.mark.parametrize("name", ["post-4711.hentry.tag-newsletter", "type-post.category-related", "status-publish.ad"])
def test_a_theme_that_writes_an_articles_tags_into_its_class_names_nothing(name: str, article_text: str) -> None:
    text = [Block(line, path="main > div > p") for line in article_text.split("\n")]
    context = Context("https://www.harbour-post.example/a")
    assert apply_rules([*text, Block(BIOGRAPHY, path=f"main > div > div.{name} > p")], context)[-1].is_kept
    assert not apply_rules([*text, Block(BIOGRAPHY, path="main > div > div.newsletter > p")], context)[-1].is_kept


@pytest.mark.parametrize("name", ["article__teaser", "promo-text"])
def test_the_standfirst_stays_whatever_its_name(name: str, article_text: str) -> None:
    first = Block(BIOGRAPHY + " She will go with her.", path=f"main > div > p.{name}")
    text = [Block(line, path="main > div > div > p") for line in article_text.split("\n")]
    context = Context("https://www.harbour-post.example/a")
    assert apply_rules([first, *text], context)[0].is_kept
    assert not apply_rules([*text, first], context)[-1].is_kept


def test_the_class_of_a_heading_does_not_name_its_part(clean_page: Callable[..., Article]) -> None:
    article = clean_page(middle="<h2 id='share'>A share of the catch</h2>")
    assert "A share of the catch" in article.text.split("\n")


def test_a_class_around_the_whole_article_names_nothing(clean_page: Callable[..., Article], article_text: str) -> None:
    from cleaning.clean import clean
    from cleaning.records.given import Page

    paragraphs = "".join(f"<p>{text}</p>" for text in article_text.split("\n"))
    html = f"<html><body><div class='sidebar-left newsletter'><h1>A boat</h1>{paragraphs}</div></body></html>"
    assert clean(Page("https://www.harbour-post.example/a", html)).text == article_text
