from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cleaning.records.block import Block
from cleaning.rules import Context, apply_rules

if TYPE_CHECKING:
    from collections.abc import Callable

    from cleaning.records.article import Article

NOTICES = (
    "This website uses cookies to give you the best experience. By continuing you agree to them.",
    "Wir verwenden Cookies, damit diese Seiten schneller laden und die Werbung zu Ihnen passt.",
    "Мы используем файлы cookie, чтобы сайт работал быстрее и был удобнее для всех читателей.",
)


@pytest.mark.parametrize("notice", NOTICES)
@pytest.mark.parametrize("place", ["top", "end", "below"])
def test_a_notice_beside_the_text_is_cut(
    notice: str, place: str, clean_page: Callable[..., Article], article_text: str
) -> None:
    article = clean_page(**{place: f"<p>{notice}</p>"})
    assert article.text == article_text


@pytest.mark.parametrize(
    "sentence",
    [
        "“We use cookies to count the passengers of the ferry,” said Brandt, and laughed when she was asked about it.",
        "This website uses cookies to sell tickets, and the harbour board has been told to ask before it does so.",
    ],
)
def test_a_sentence_among_the_paragraphs_stays(sentence: str, clean_page: Callable[..., Article]) -> None:
    assert sentence in clean_page(middle=f"<p>{sentence}</p>").text.split("\n")


def test_an_article_about_cookies_keeps_its_sentences() -> None:
    text = "We use cookies, the harbour board wrote to all captains in March, because the law allows us to do so."
    blocks = [Block(text, path="p"), Block("The captains wrote back that they prefer biscuits, and so it went on.")]
    context = Context("https://www.harbour-post.example/a", title="Harbour board explains its cookies")
    assert all(block.is_kept for block in apply_rules(blocks, context))
