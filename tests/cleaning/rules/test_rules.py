"""All rules together."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from cleaning.rules import RULES

if TYPE_CHECKING:
    from collections.abc import Callable

    from cleaning.records.article import Article


@pytest.mark.parametrize("name", RULES)
def test_every_rule_has_tests_of_its_own(name: str) -> None:
    assert Path(__file__).with_name(f"test_{name}.py").exists()


def test_an_article_without_boilerplate_loses_its_headline_and_nothing_else(
    clean_page: Callable[..., Article], article_text: str
) -> None:
    article = clean_page()
    assert article.text == article_text
    assert {block.rule for block in article.removed} <= {"repeated_headline"}


def test_every_kind_of_boilerplate_at_once_is_cut(
    clean_page: Callable[..., Article], news_page: Any, article_text: str
) -> None:
    link = "<a href='/2024/05/10/berth'>Harbour board weighs a third container berth</a>"
    article = clean_page(
        top=f"<p>{news_page.headline}</p><p>By Anna Berg</p><p>16 May 2024, 21:40</p>",
        middle=f"<p>See also {link}</p><p>Advertisement</p><p>Sign up for our <a href='/n'>newsletter</a></p>",
        end="<h3>Leave a Reply</h3><p>Your email address will not be published.</p><p>© 2024 Harbour Post</p>",
        below=f"<section><h2>More from the city</h2><ul><li>{link}</li></ul></section>",
    )
    assert article.text == article_text


def test_every_cut_has_evidence(clean_page: Callable[..., Article]) -> None:
    article = clean_page(middle="<p>Print</p>", end="<p>© 2024 Harbour Post</p>")
    cuts = {block.text: (block.rule, block.evidence) for block in article.removed}
    assert cuts["Print"] == ("share_bar", "nothing but the words of a button")
    assert cuts["© 2024 Harbour Post"] == ("rights", "“©” in the last lines")
