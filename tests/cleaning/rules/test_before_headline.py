from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from cleaning.clean import clean
from cleaning.records.given import Page

if TYPE_CHECKING:
    from cleaning.records.article import Article

URL = "https://www.harbour-post.example/2024/05/16/ferry"


def with_before(html: str, news_page: Any) -> Article:
    """Return the news page with something before its headline."""
    return clean(Page(URL, news_page.html().replace("<h1>", f"{html}<h1>")))


@pytest.mark.parametrize(
    "line",
    [
        "<p>Harbour and shipping</p>",
        "<div>Hafen und Schifffahrt</div>",
        "<p>Νέα του λιμανιού</p>",
        "<p>本港新闻</p>",
        "<p>16 May 2024</p><p>Lindmouth</p>",
        "<ul><li>City</li><li>Harbour</li></ul>",
        "<p>Tonight: rain from the west, wind 6</p>",
    ],
)
def test_a_line_before_the_headline_is_cut(line: str, news_page: Any, article_text: str) -> None:
    assert with_before(line, news_page).text == article_text


def test_a_paragraph_before_the_headline_is_not_cut_for_its_position(news_page: Any) -> None:
    text = (
        "After a winter without a boat, and after four hours of talk behind closed doors, the harbour board has made up"
        " its mind about the night."
    )
    block = with_before(f"<p>{text}</p>", news_page).blocks[0]
    assert block.text == text
    assert block.rule != "before_headline"


def test_a_sub_heading_in_the_text_is_not_taken_for_the_headline(news_page: Any, article_text: str) -> None:
    html = news_page.html(middle="<h2>Night ferry to Orrow</h2>")
    text = clean(Page(URL, html)).text
    assert text.split("\n")[:3] == article_text.split("\n")[:3]
    assert "Night ferry to Orrow" in text.split("\n")
