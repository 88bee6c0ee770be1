from __future__ import annotations

from typing import Any

import pytest
from labels import LESS, MOST_WORDS, SNIPPET, UNSURE, labels

from cleaning.parsing import parse
from cleaning.runs import Run, read_runs

GOLD = "The boat leaves at ten. It is back at six, says Anna Berg of the harbour board."


def runs(*texts: str) -> list[Run]:
    tree = parse("<html><body>" + "".join(f"<p>{text}</p>" for text in texts) + "</body></html>")
    assert tree is not None
    return read_runs(tree)


def told(page: dict[str, Any], *texts: str, titles: tuple[str, ...] = ()) -> dict[int, bool]:
    return {number: label for number, (label, _) in labels(page, runs(*texts), titles).items()}


def test_a_text_is_the_article_s_where_half_of_its_shingles_stand_in_the_gold() -> None:
    assert told({"text": "a b c d e f"}, "a b c d e x y", "a b c d x y z") == {0: True, 1: False}


def test_a_few_words_are_the_article_s_where_they_stand_in_the_gold_as_a_line() -> None:
    assert told({"text": GOLD}, "Anna Berg", "Berg Anna", "says", "ten it is") == {0: True, 1: False, 2: True, 3: False}


def test_words_are_compared_whole() -> None:
    assert told({"text": GOLD}, "harbour boa", "at si") == {0: False, 1: False}


def test_a_text_without_words_has_no_label() -> None:
    assert told({"text": GOLD}, "***", "The boat leaves at ten.") == {1: True}


@pytest.mark.parametrize(("in_gold", "expected"), [(True, {1: True}), (False, {0: False, 1: True})])
def test_the_headline_has_no_label_where_the_gold_begins_with_it(in_gold: bool, expected: dict[int, bool]) -> None:
    page = {"text": GOLD, "headline_in_gold": in_gold}
    assert told(page, "Night boat back", "The boat leaves at ten.", titles=("Night Boat: Back!",)) == expected


def test_snippets_tell_of_the_texts_that_hold_them_alone() -> None:
    page = {"with": ["leaves at ten"], "without": ["See also", ""]}
    texts = ("The boat leaves, at ten!", "See also: Pell", "See also: it leaves at ten", "Another line")
    assert told(page, *texts) == {0: True, 1: False}


def test_a_page_without_gold_tells_of_nothing() -> None:
    assert told({"id": "1"}, "The boat leaves at ten.") == {}


def test_a_text_weighs_by_its_words_up_to_some_and_less_where_a_few_stand_anywhere() -> None:
    long = " ".join(f"word{at}" for at in range(200))
    found = labels({"text": f"{GOLD} {long}"}, runs("The boat leaves at ten.", "Anna Berg", "Pell Orrow", long), ())
    assert [weight for _, weight in found.values()] == [5**LESS, 2**LESS * UNSURE, 2**LESS, MOST_WORDS**LESS]


def test_a_text_that_a_snippet_speaks_of_weighs_more() -> None:
    found = labels({"with": ["leaves at ten"]}, runs("The boat leaves at ten."), ())
    assert found == {0: (True, SNIPPET * 5**LESS)}
