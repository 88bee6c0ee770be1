from __future__ import annotations

import pytest

from cleaning.headlines import LONGEST_KEY, headline_key, index_key


@pytest.mark.parametrize(
    ("title", "site", "key"),
    [
        ("“Night ferry” runs again!", None, "night ferry runs again"),
        ("ΝΥΧΤΕΡΙΝΌ ΠΛΟΊΟ", None, "νυχτερινο πλοιο"),
        ("Fähre nach Orrow — fährt wieder", None, "fahre nach orrow fahrt wieder"),
        ("Straße", None, "strasse"),
        ("Night ferry | Harbour Post", "Harbour Post", "night ferry"),
        ("Harbour Post: Night ferry", "Harbour Post", "night ferry"),
        ("Harbour Post", "Harbour Post", "harbour post"),
        ("Night ferry at the Harbour Post Office", "Harbour Post", "night ferry at the harbour post office"),
        ("夜间渡轮将恢复", None, "夜间渡轮将恢复"),
        ("!?", None, ""),
        ("", "Harbour Post", ""),
    ],
)
def test_the_key_is_what_two_headlines_have_in_common(title: str, site: str | None, key: str) -> None:
    assert headline_key(title, site) == key


def test_a_composed_and_a_decomposed_headline_are_the_same() -> None:
    assert headline_key("Caf\u00e9") == headline_key("Cafe\u0301")


@pytest.mark.parametrize(
    ("one", "other"), [("की", "का"), ("ไม่", "ไม้"), ("が", "か"), ("கொடு", "கேடு"), ("မြို့", "မြို")], ids=ascii
)
def test_words_that_differ_in_a_letters_own_mark_differ(one: str, other: str) -> None:
    assert headline_key(one) != headline_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Zei\u00adtung", "Zeitung"),
        ("می\u200cخواهم", "میخواهم"),
        ("क्\u200dष", "क्ष"),
        ("ख़बर", "खबर"),
        ("أيضاً", "ايضا"),
        ("שָׁלוֹם", "שלום"),
        ("HABERİN DEVAMI", "Haberin devamı"),
        ("𝒳 𝐦arks", "X marks"),
        ("❤\ufe0f the boat", "❤ the boat"),
    ],
    ids=ascii,
)
def test_spellings_of_one_headline_have_one_key(one: str, other: str) -> None:
    assert headline_key(one) == headline_key(other)


def test_a_word_is_not_parted_at_its_marks() -> None:
    assert headline_key("मंगलवार को, बंदरगाह") == "मंगलवार को बंदरगाह"


@pytest.mark.parametrize("title", ["Νύχτα " * 333, "ﷺ" * 500, "\U00020000" * 1999, "a" * 1999])
def test_a_key_fits_an_index_row_of_postgresql(title: str) -> None:
    key = index_key(title)
    assert LONGEST_KEY - 1 <= len(key) <= LONGEST_KEY
    assert len(key.encode()) < 2704
    assert key == key.strip()
    assert index_key(title + " and more") == key


def test_the_site_is_left_off_before_a_key_is_cut() -> None:
    words = "Nightly " * 60
    assert index_key(f"Harbour Post: {words}", "Harbour Post") == index_key(words)
