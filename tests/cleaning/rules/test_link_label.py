from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from cleaning.records.article import Article

HEADLINES = (
    ("Harbour board weighs a third container berth", "berth"),
    ("Orchard growers count the cost of a late frost", "frost"),
)
HEADED = "".join(f"<h3><a href='/2024/05/{slug}'>{title}</a></h3>" for title, slug in HEADLINES)
LISTED = "<ul>" + "".join(f"<li><a href='/2024/05/{slug}'>{title}</a></li>" for title, slug in HEADLINES) + "</ul>"


@pytest.mark.parametrize(
    "label", ["More from the city", "Ανακαλύψτε", "Weiter geht es hier", "Из города", "本港", "Muualla", "अन्य"]
)
@pytest.mark.parametrize("links", [HEADED, LISTED], ids=["headlines", "a list"])
def test_a_label_over_linked_headlines_is_cut_in_any_language(
    label: str, links: str, clean_page: Callable[..., Article], article_text: str
) -> None:
    assert clean_page(below=f"<div><p>{label}</p>{links}</div>").text == article_text


@pytest.mark.parametrize("label", ["Sport:", "City"])
def test_a_label_after_the_last_paragraph_is_cut_inside_the_article_too(
    label: str, clean_page: Callable[..., Article], article_text: str
) -> None:
    assert clean_page(end=f"<p>{label}</p>{HEADED}").text == article_text


def test_a_short_paragraph_over_a_linked_line_stays_between_the_paragraphs(clean_page: Callable[..., Article]) -> None:
    text = "The board was silent"
    html = f"<p>{text}</p><p><a href='/2024/05/berth'>Harbour board weighs a third container berth</a></p>"
    assert text in clean_page(middle=html).text.split("\n")


def test_a_sentence_over_a_linked_line_stays(clean_page: Callable[..., Article]) -> None:
    text = "So the night boat is back."
    assert text in clean_page(end=f"<p>{text}</p>{HEADED}").text.split("\n")
