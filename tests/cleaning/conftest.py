"""Provide a news page into which tests insert HTML, to check that the article comes out unchanged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from cleaning.clean import clean
from cleaning.records.article import Article
from cleaning.records.given import Page

if TYPE_CHECKING:
    from collections.abc import Callable

URL = "https://www.harbour-post.example/2024/05/16/ferry"
HEADLINE = "Night ferry to Orrow will run again from the first of June"
PARAGRAPHS = tuple(
    """
The night ferry between Lindmouth and Orrow will run again from the first of June, the harbour board decided.
The board had taken the boat out of service in January, when a survey found that eleven of forty plates were too thin.
“We would rather lose a winter than a ship,” said Hanna Brandt, who chairs the board, when she presented the report.
New plates were fitted at the yard in Pell during March and April. The work cost a third more than planned.
Tickets for the first week go on sale on Monday at nine. A crossing with a car costs 64 crowns, two more than last year.
The timetable is the same as before: the boat leaves Lindmouth at ten in the evening and arrives at Orrow at six.
""".strip().split("\n")
)
FIELDS = "<title>{title} | Harbour Post</title><meta property='og:site_name' content='Harbour Post'>"


@dataclass(frozen=True)
class NewsPage:
    """The page. HTML can be inserted in the middle of the text, before it, after it and below the article."""

    headline: str = HEADLINE

    def html(self, *, middle: str = "", top: str = "", end: str = "", below: str = "", head: str = "") -> str:
        lines = [f"<p>{text}</p>" for text in PARAGRAPHS]
        text = "\n".join([*lines[:3], middle, *lines[3:]])
        return (
            f"<!DOCTYPE html><html lang='en'><head>{FIELDS.format(title=self.headline)}{head}</head><body>"
            "<nav><ul><li><a href='/city'>City</a></li><li><a href='/sport'>Sport</a></li></ul></nav>"
            f"<main><article><h1>{self.headline}</h1><div class='text'>{top}{text}{end}</div></article>{below}</main>"
            "</body></html>"
        )


@pytest.fixture
def clean_page() -> Callable[..., Article]:
    """Return a function that cleans the news page with HTML inserted into it."""

    def clean_with_inserts(**inserts: str) -> Article:
        return clean(Page(URL, NewsPage().html(**inserts)))

    return clean_with_inserts


@pytest.fixture
def article_text() -> str:
    """The text that must come out of the page, whatever boilerplate was inserted."""
    return "\n".join(PARAGRAPHS)


@pytest.fixture
def news_page() -> NewsPage:
    return NewsPage()
