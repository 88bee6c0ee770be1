"""Texts as runs of words."""

from __future__ import annotations

from cleaning.shingles import is_unspaced, runs, shingles, words


def test_words_are_folded_and_characters_of_unspaced_scripts_are_words() -> None:
    assert words("The Ferry, ﬁnally!") == ["the", "ferry", "finally"]
    assert words("港口 ferry") == ["港", "口", "ferry"]
    assert is_unspaced(words("市议会批准了 a"))
    assert not is_unspaced(words("one 港"))
    assert not is_unspaced([])


def test_a_short_text_is_one_shingle() -> None:
    assert shingles("Two words") == {"two words"}
    assert shingles("") == frozenset()
    assert runs(["a", "b", "c"], 2) == ["a b", "b c"]


def test_scripts_without_spaces_are_compared_by_characters() -> None:
    text = "市议会周一晚上批准了港口的新渡轮码头"
    assert len(shingles(text)) > 10
    assert shingles(text[:12]) <= shingles(text)
    assert not shingles(text) & shingles("完全不同的一句话讲的是果园和晚霜")
