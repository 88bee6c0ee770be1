"""Folding text into words: the same words with their places, and nothing that a search could not find again."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from storage.database.words import MAX_BYTES, fold_words, is_unspaced_word, locate_words


@given(st.text(max_size=60))
@example("NHK番組の案内, ﷺ ½ ㌖ e\u0301 か\u3099 " + "x" * 150 + " " + "é" * 150)
@example("ประเทศไทย ΟΔΥΣΣΕΎΣ السَّلام don't_a.b")
def test_the_located_words_are_the_folded_ones(text: str) -> None:
    normal, located = locate_words(text)
    assert [word for word, _, _ in located] == fold_words(text).split()
    assert all(0 <= start < end <= len(normal) for _, start, end in located)


@given(st.text(max_size=60))
def test_a_folded_word_is_its_own_folded_form(text: str) -> None:
    for word in fold_words(text).split():
        assert is_unspaced_word(word) or fold_words(word) == word


def test_the_words_of_a_long_text_are_limited() -> None:
    text = " ".join(f"слово{number}" for number in range(100_000))
    folded = fold_words(text)
    assert MAX_BYTES - 20 < len(folded.encode()) <= MAX_BYTES
    assert [word for word, _, _ in locate_words(text)[1]] == folded.split()
