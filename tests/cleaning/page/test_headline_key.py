from __future__ import annotations

import pytest

from cleaning.page.headline_key import MAX_KEY_CHARACTERS, make_headline_key, normalize_headline


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
def test_headlines_are_normalized(title: str, site: str | None, key: str) -> None:
    assert normalize_headline(title, site) == key


def test_a_composed_and_a_decomposed_headline_are_the_same() -> None:
    assert normalize_headline("Caf\u00e9") == normalize_headline("Cafe\u0301")


@pytest.mark.parametrize(
    ("one", "other"), [("की", "का"), ("ไม่", "ไม้"), ("が", "か"), ("கொடு", "கேடு"), ("မြို့", "မြို")], ids=ascii
)
def test_words_that_differ_in_an_essential_mark_differ(one: str, other: str) -> None:
    assert normalize_headline(one) != normalize_headline(other)


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
    assert normalize_headline(one) == normalize_headline(other)


def test_a_word_is_not_split_at_its_marks() -> None:
    assert normalize_headline("मंगलवार को, बंदरगाह") == "मंगलवार को बंदरगाह"


@pytest.mark.parametrize("title", ["Νύχτα " * 333, "ﷺ" * 500, "\U00020000" * 1999, "a" * 1999])
def test_a_key_fits_an_index_row_of_postgresql(title: str) -> None:
    key = make_headline_key(title)
    assert MAX_KEY_CHARACTERS - 1 <= len(key) <= MAX_KEY_CHARACTERS
    assert len(key.encode()) < 2704
    assert key == key.strip()
    assert make_headline_key(title + " and more") == key


def test_the_site_name_is_left_out_before_a_key_is_cut() -> None:
    words = "Nightly " * 60
    assert make_headline_key(f"Harbour Post: {words}", "Harbour Post") == make_headline_key(words)
