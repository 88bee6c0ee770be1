from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from cleaning.records.block import Block, BlockKind
from cleaning.rules import Context, apply_rules

if TYPE_CHECKING:
    from collections.abc import Callable

    from cleaning.records.article import Article

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
        f"<div><h4>Muualta</h4>{HEADED}</div>",
    ],
)
def test_links_below_the_article_are_cut_in_any_language(
    below: str, clean_page: Callable[..., Article], article_text: str
) -> None:
    assert clean_page(below=below).text == article_text


@pytest.mark.parametrize(
    ("block", "stays"),
    [
        (Block("The board meets again on the third Monday of June, in the hall, and everybody may come."), True),
        (Block("Anna Berg sailed with the first crew."), True),
        (
            Block("Lindmouth, Pell, Orrow and the islands beyond them: the coast that the old boat served for years"),
            True,
        ),
        (Block("Hanna Brandt", link_share=1.0, links=("https://www.harbour-post.example/brandt",)), True),
        (Block("Lindmouth today"), False),
        (Block("The harbour at a glance", BlockKind.HEADING), False),
        (Block("Harbour", BlockKind.ITEM), True),
        (Block("All stories about boats", link_share=0.6, links=("https://a.example/",)), False),
    ],
)
def test_after_the_last_paragraph_sentences_names_and_lists_stay_and_labels_go(
    block: Block, stays: bool, article_text: str
) -> None:
    text = [Block(line, path="main > article > p") for line in article_text.split("\n")]
    outside = replace(block, path="main > div > div > p")
    assert apply_rules([*text, outside], Context("https://www.harbour-post.example/a"))[-1].is_kept is stays


def test_a_list_that_ends_the_article_stays(clean_page: Callable[..., Article]) -> None:
    items = "".join(f"<li>{time}, Orrow quay</li>" for time in ("10 pm", "11 pm", "midnight"))
    text = clean_page(end=f"<h2>The boats</h2><ul>{items}</ul>").text
    assert text.endswith("The boats\n10 pm, Orrow quay\n11 pm, Orrow quay\nmidnight, Orrow quay")


def test_the_last_line_of_an_obituary_stays(clean_page: Callable[..., Article]) -> None:
    text = "Donations may be made to the Orrow lifeboat."
    assert clean_page(end=f"<p>{text}</p>").text.endswith(text)


def test_a_poem_at_the_end_stays(clean_page: Callable[..., Article]) -> None:
    lines = ["The night boat goes", "and no one knows", "whose light it shows"]
    assert clean_page(end=f"<p>{'<br>'.join(lines)}</p>").text.split("\n")[-3:] == lines
