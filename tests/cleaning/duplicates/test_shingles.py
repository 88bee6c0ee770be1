"""Texts as words and shingles."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleaning.duplicates.shingles import (
    MAX_LETTERS,
    UNSPACED,
    encode_shingles,
    is_unspaced,
    list_shingles,
    shingle_text,
    split_words,
)


def test_words_are_folded_and_characters_of_unspaced_scripts_are_words() -> None:
    assert split_words("The Ferry, ﬁnally!") == ["the", "ferry", "finally"]
    assert split_words("港口 ferry") == ["港", "口", "ferry"]
    assert is_unspaced(split_words("市议会批准了 a"))
    assert not is_unspaced(split_words("one 港"))
    assert not is_unspaced([])


def test_a_short_text_is_one_shingle() -> None:
    assert shingle_text("Two words") == {b"two words"}
    assert shingle_text("") == set()
    assert list_shingles(["a", "b", "c"], 2) == ["a b", "b c"]


def test_scripts_without_spaces_are_compared_by_characters() -> None:
    text = "市议会周一晚上批准了港口的新渡轮码头"
    assert len(shingle_text(text)) > 10
    assert shingle_text(text[:12]) <= shingle_text(text)
    assert not shingle_text(text) & shingle_text("完全不同的一句话讲的是果园和晚霜")


def _split_plainly(text: str) -> list[str]:
    words = re.findall(r"\w+", unicodedata.normalize("NFKC", text).casefold())
    return [part for word in words for part in (word if UNSPACED.search(word) else [word])]


@given(st.text() | st.text("aZ_0 -\x1f\u00a0é\u0301’渡ก\u0904ﬁ²\u200d\U00020000"))
def test_words_are_those_of_a_search_for_word_characters(text: str) -> None:
    assert split_words(text) == _split_plainly(text)


@pytest.mark.parametrize("first", [0x4E00, 0xAC00], ids=["Chinese", "Korean"])
def test_a_text_of_very_many_letters_has_the_same_words(first: int) -> None:
    text = "".join(chr(first + number) + (" – " if number % 7 == 0 else "") for number in range(MAX_LETTERS + 500))
    assert split_words(text) == _split_plainly(text)


@given(st.lists(st.text("aéก\U00020000", min_size=1, max_size=3), max_size=12), st.integers(1, 8))
def test_shingles_are_encoded_as_they_are_listed(words: list[str], size: int) -> None:
    assert encode_shingles(words, size) == {shingle.encode() for shingle in list_shingles(words, size)}
