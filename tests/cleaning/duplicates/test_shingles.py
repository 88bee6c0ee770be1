"""Texts as words and shingles."""

from __future__ import annotations

from cleaning.duplicates.shingles import is_unspaced, list_shingles, shingle_text, split_words


def test_words_are_folded_and_characters_of_unspaced_scripts_are_words() -> None:
    assert split_words("The Ferry, ﬁnally!") == ["the", "ferry", "finally"]
    assert split_words("港口 ferry") == ["港", "口", "ferry"]
    assert is_unspaced(split_words("市议会批准了 a"))
    assert not is_unspaced(split_words("one 港"))
    assert not is_unspaced([])


def test_a_short_text_is_one_shingle() -> None:
    assert shingle_text("Two words") == {"two words"}
    assert shingle_text("") == frozenset()
    assert list_shingles(["a", "b", "c"], 2) == ["a b", "b c"]


def test_scripts_without_spaces_are_compared_by_characters() -> None:
    text = "市议会周一晚上批准了港口的新渡轮码头"
    assert len(shingle_text(text)) > 10
    assert shingle_text(text[:12]) <= shingle_text(text)
    assert not shingle_text(text) & shingle_text("完全不同的一句话讲的是果园和晚霜")
