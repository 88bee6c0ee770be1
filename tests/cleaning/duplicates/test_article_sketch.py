"""Sketches find copies that were cut or edited; headline keys ignore labels."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from servers.paper import prose
from wordy import make_text

from cleaning.duplicates.article_sketch import (
    MAX_CHARACTERS,
    MIN_SHARED,
    SKETCH_SIZE,
    build_article_sketch,
    build_story_key,
    is_distinctive,
    is_worth_comparing,
    pack_sketch,
    unpack_sketch,
)


def text(seed: str) -> str:
    return "\n".join(prose(seed) + prose(f"{seed} goes on"))


def count_common(one: str, other: str) -> int:
    return len(set(build_article_sketch(one)) & set(build_article_sketch(other)))


@given(st.text())
def test_a_sketch_is_bounded_sorted_and_survives_packing(some: str) -> None:
    values = build_article_sketch(some)
    assert len(values) <= SKETCH_SIZE
    assert list(values) == sorted(set(values))
    assert all(-(2**63) <= value < 2**63 for value in values)
    assert unpack_sketch(pack_sketch(values)) == values


def test_a_copy_has_the_same_sketch_whatever_its_layout() -> None:
    assert build_article_sketch(text("ferry")) == build_article_sketch(text("ferry").upper().replace("\n", "  "))


@pytest.mark.parametrize("share", [0.3, 0.5, 0.7])
def test_a_copy_that_was_cut_is_found(share: float) -> None:
    for seed in range(30):
        whole = text(str(seed))
        assert count_common(whole, whole[: int(len(whole) * share)]) >= MIN_SHARED


def test_a_copy_of_which_every_fifth_word_was_changed_is_found() -> None:
    chance = random.Random(1)
    for seed in range(30):
        words = text(str(seed)).split()
        for position in chance.sample(range(len(words)), len(words) // 5):
            words[position] = "changed"
        assert count_common(text(str(seed)), " ".join(words)) >= MIN_SHARED


def test_copies_are_worth_comparing_and_texts_that_share_a_phrase_are_not() -> None:
    one, other = make_text("one"), make_text("other")
    phrase = make_text("phrase", paragraphs=1, words=9)
    assert count_common(f"{one} {phrase}", f"{other} {phrase}") <= 4
    for seed in range(10):
        whole = make_text(f"whole {seed}")
        cut = whole[: int(len(whole) * 0.3)]
        assert is_worth_comparing(build_article_sketch(whole), build_article_sketch(cut))
        assert is_worth_comparing(build_article_sketch(cut), build_article_sketch(whole))
        assert not is_worth_comparing(
            build_article_sketch(f"{whole} {phrase}"), build_article_sketch(f"{other} {phrase}")
        )
    assert not is_worth_comparing((), build_article_sketch(one))
    assert is_worth_comparing(
        build_article_sketch("a note of seven words and no more"),
        build_article_sketch("a note of seven words and no more"),
    )


def test_a_very_long_text_is_read_to_a_limit() -> None:
    assert build_article_sketch("word " * MAX_CHARACTERS) == build_article_sketch("word " * (MAX_CHARACTERS // 5))


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
    assert build_story_key(title, site) == key


@pytest.mark.parametrize(
    ("key", "is_key_distinctive"),
    [("", False), ("briefing", False), ("morning briefing", False), ("ferry runs again", True)],
)
def test_a_headline_of_one_or_two_words_is_not_distinctive(key: str, is_key_distinctive: bool) -> None:
    assert is_distinctive(key) is is_key_distinctive


def test_a_headline_without_spaces_is_distinctive_by_its_characters() -> None:
    assert is_distinctive("市议会批准新码头")
    assert not is_distinctive("早报")
