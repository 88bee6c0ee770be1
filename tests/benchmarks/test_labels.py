from __future__ import annotations

from typing import Any

import pytest
from labels import MAX_WORDS, POWER, SNIPPET, UNSURE, label_runs

from cleaning.page.parsing import parse_tree
from cleaning.page.text_runs import TextRun, read_runs

GOLD = "The boat leaves at ten. It is back at six, says Anna Berg of the harbour board."


def runs(*texts: str) -> list[TextRun]:
    tree = parse_tree("<html><body>" + "".join(f"<p>{text}</p>" for text in texts) + "</body></html>")
    assert tree is not None
    return read_runs(tree)


def label_texts(page: dict[str, Any], *texts: str, titles: tuple[str, ...] = ()) -> dict[int, bool]:
    return {number: label for number, (label, _) in label_runs(page, runs(*texts), titles).items()}


def test_a_text_is_the_article_s_if_half_of_its_shingles_stand_in_the_gold() -> None:
    assert label_texts({"text": "a b c d e f"}, "a b c d e x y", "a b c d x y z") == {0: True, 1: False}


def test_a_few_words_are_the_article_s_if_they_stand_in_the_gold_as_a_line() -> None:
    assert label_texts({"text": GOLD}, "Anna Berg", "Berg Anna", "says", "ten it is") == {
        0: True,
        1: False,
        2: True,
        3: False,
    }


def test_words_are_compared_whole() -> None:
    assert label_texts({"text": GOLD}, "harbour boa", "at si") == {0: False, 1: False}


def test_a_text_without_words_has_no_label() -> None:
    assert label_texts({"text": GOLD}, "***", "The boat leaves at ten.") == {1: True}


@pytest.mark.parametrize(("in_gold", "expected"), [(True, {1: True}), (False, {0: False, 1: True})])
def test_the_headline_has_no_label_if_the_gold_begins_with_it(in_gold: bool, expected: dict[int, bool]) -> None:
    page = {"text": GOLD, "headline_in_gold": in_gold}
    assert label_texts(page, "Night boat back", "The boat leaves at ten.", titles=("Night Boat: Back!",)) == expected


def test_snippets_only_label_the_texts_that_hold_them() -> None:
    page = {"with": ["leaves at ten"], "without": ["See also", ""]}
    texts = ("The boat leaves, at ten!", "See also: Pell", "See also: it leaves at ten", "Another line")
    assert label_texts(page, *texts) == {0: True, 1: False}


def test_a_page_without_gold_gives_no_labels() -> None:
    assert label_texts({"id": "1"}, "The boat leaves at ten.") == {}


def test_the_weight_grows_with_the_words_and_is_lower_for_a_few_words() -> None:
    long = " ".join(f"word{at}" for at in range(200))
    found = label_runs({"text": f"{GOLD} {long}"}, runs("The boat leaves at ten.", "Anna Berg", "Pell Orrow", long), ())
    assert [weight for _, weight in found.values()] == [5**POWER, 2**POWER * UNSURE, 2**POWER, MAX_WORDS**POWER]


def test_a_text_that_holds_a_snippet_weighs_more() -> None:
    found = label_runs({"with": ["leaves at ten"]}, runs("The boat leaves at ten."), ())
    assert found == {0: (True, SNIPPET * 5**POWER)}
