"""No sentence in or around an article vanishes: it is in a block, kept or cut, with its reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cleaning.clean import clean
from cleaning.left_out import MAX_LISTED, could_be_article
from cleaning.page.parsing import parse_tree
from cleaning.page.text_runs import read_runs
from cleaning.records.block import LEFT_OUT
from cleaning.records.given import Page

if TYPE_CHECKING:
    from collections.abc import Callable

    from cleaning.records.article import Article

URL = "https://www.harbour-post.example/2024/05/16/ferry"
SENTENCE = "A man in a boat, whom nobody had asked, said that the tide would come when it wanted to and not before."
BOXES = [
    "teaser",
    "share",
    "author-bio",
    "newsletter-teaser",
    "user-comments",
    "related-links",
    "cookie",
    "message",
    "",
]
TAGS = ["div", "aside", "section", "footer", "form", "blockquote", "dialog", "details", "x-box"]


@pytest.mark.parametrize("name", BOXES)
@pytest.mark.parametrize("tag", TAGS)
@pytest.mark.parametrize("place", ["top", "middle", "end"])
def test_a_sentence_in_any_box_is_in_a_block(
    place: str, tag: str, name: str, clean_page: Callable[..., Article]
) -> None:
    article = clean_page(**{place: f"<{tag} class='{name}'><p>{SENTENCE}</p></{tag}>"})
    found = [block for block in article.blocks if SENTENCE in block.text]
    assert found
    assert all(block.is_kept or block.evidence for block in found)


def test_a_sentence_that_was_left_out_is_cut_with_its_reason(clean_page: Callable[..., Article]) -> None:
    article = clean_page(middle=f"<aside class='fact'><p>{SENTENCE}</p></aside>")
    (block,) = [block for block in article.removed if block.text == SENTENCE]
    assert block.rule == LEFT_OUT
    assert (block.evidence or "").startswith("not in the extracted text")


def test_texts_far_from_the_article_and_short_ones_are_not_listed(clean_page: Callable[..., Article]) -> None:
    far = "".join(f"<li><a href='/2024/05/{day}'>Story of day {day}</a></li>" for day in range(10, 20))
    article = clean_page(below=f"<footer><ul>{far}</ul><p>{SENTENCE}</p><p>No.</p></footer>")
    assert not [block for block in article.blocks if block.text in (SENTENCE, "No.")]


def test_of_hundreds_of_sentences_those_next_to_the_article_are_listed(
    clean_page: Callable[..., Article], article_text: str
) -> None:
    many = "".join(f"<p>{SENTENCE} That was {number}.</p>" for number in range(200))
    article = clean_page(middle=f"<aside class='notes' id='comments'>{many}</aside>")
    assert article.text == article_text
    assert sum(block.rule == LEFT_OUT for block in article.removed) <= MAX_LISTED


PARTS = st.lists(
    st.builds(
        "<{0} class='{1}'>{2}</{0}>".format,
        st.sampled_from(TAGS),
        st.sampled_from(BOXES),
        st.sampled_from(["<p>{}</p>", "{}", "<div>{}</div>", "<span>{}</span>", "<p><b>{}</b></p>"]),
    ),
    min_size=1,
    max_size=5,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(PARTS)
def test_the_sentences_of_a_page_are_in_its_blocks(parts: list[str]) -> None:
    lines = [
        f"The board met {count} times in the winter, and each time somebody left before the vote, its clerk counted."
        for count in ("three", "four", "five", "six")
    ]
    boxes = "".join(part.format(f"{SENTENCE[:-1]}, number {at}.") for at, part in enumerate(parts))
    body = f"<p>{lines[0]}</p><p>{lines[1]}</p>{boxes}<p>{lines[2]}</p><p>{lines[3]}</p>"
    html = f"<html><body><main><article><h1>Boards and tides</h1>{body}</article></main></body></html>"
    tree = parse_tree(html)
    assert tree is not None
    wanted = [run.text for run in read_runs(tree) if could_be_article(run)]
    text = "\n".join(block.text for block in clean(Page(URL, html)).blocks)
    assert [line for line in wanted if line not in text] == []
