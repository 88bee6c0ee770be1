"""Sketches find what was copied, cut or edited; keys find a headline behind its labels."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from servers.paper import prose
from wordy import wordy

from cleaning.stories import (
    LONGEST,
    SHARED,
    SKETCH,
    is_worth_comparing,
    packed,
    says_something,
    sketch,
    story_key,
    unpacked,
)


def text(seed: str) -> str:
    return "\n".join(prose(seed) + prose(f"{seed} goes on"))


def in_common(one: str, other: str) -> int:
    return len(set(sketch(one)) & set(sketch(other)))


@given(st.text())
def test_a_sketch_is_bounded_sorted_and_survives_its_storing(some: str) -> None:
    values = sketch(some)
    assert len(values) <= SKETCH
    assert list(values) == sorted(set(values))
    assert all(-(2**63) <= value < 2**63 for value in values)
    assert unpacked(packed(values)) == values


def test_a_copy_has_the_same_sketch_whatever_its_layout() -> None:
    assert sketch(text("ferry")) == sketch(text("ferry").upper().replace("\n", "  "))


@pytest.mark.parametrize("share", [0.3, 0.5, 0.7])
def test_a_copy_that_was_cut_is_found(share: float) -> None:
    for seed in range(30):
        whole = text(str(seed))
        assert in_common(whole, whole[: int(len(whole) * share)]) >= SHARED


def test_a_copy_of_which_every_fifth_word_was_changed_is_found() -> None:
    lot = random.Random(1)
    for seed in range(30):
        words = text(str(seed)).split()
        for place in lot.sample(range(len(words)), len(words) // 5):
            words[place] = "changed"
        assert in_common(text(str(seed)), " ".join(words)) >= SHARED


def test_copies_are_worth_comparing_and_what_shares_a_phrase_is_not() -> None:
    one, other = wordy("one"), wordy("other")
    phrase = wordy("phrase", paragraphs=1, words=9)
    assert in_common(f"{one} {phrase}", f"{other} {phrase}") <= 4
    for seed in range(10):
        whole = wordy(f"whole {seed}")
        cut = whole[: int(len(whole) * 0.3)]
        assert is_worth_comparing(sketch(whole), sketch(cut))
        assert is_worth_comparing(sketch(cut), sketch(whole))
        assert not is_worth_comparing(sketch(f"{whole} {phrase}"), sketch(f"{other} {phrase}"))
    assert not is_worth_comparing((), sketch(one))
    assert is_worth_comparing(sketch("a note of seven words and no more"), sketch("a note of seven words and no more"))


def test_a_text_without_end_is_read_to_a_limit() -> None:
    assert sketch("word " * LONGEST) == sketch("word " * (LONGEST // 5))


@pytest.mark.parametrize(
    ("title", "site", "key"),
    [
        ("Opinion | Late frost in May - The Courier", "The Courier", "late frost in may"),
        ("Opinion: Late frost in May", None, "late frost in may"),
        ("Late frost in May", "The Courier", "late frost in may"),
        ("The Courier – Late frost in May", "The Courier", "late frost in may"),
        ("Frost | Courier", None, "frost courier"),
        ("Frost", "Courier", "frost"),
        ("Storm Aldith in the harbour: what we know", None, "storm aldith in the harbour what we know"),
        ("!!!", None, ""),
        ("", None, ""),
    ],
)
def test_the_key_is_that_of_the_headline_proper(title: str, site: str | None, key: str) -> None:
    assert story_key(title, site) == key


@pytest.mark.parametrize(
    ("key", "says"), [("", False), ("briefing", False), ("morning briefing", False), ("ferry runs again", True)]
)
def test_a_headline_of_one_or_two_words_says_nothing(key: str, says: bool) -> None:
    assert says_something(key) is says


def test_a_headline_without_spaces_says_something_by_its_characters() -> None:
    assert says_something("市议会批准新码头")
    assert not says_something("早报")
