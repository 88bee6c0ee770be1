"""The likeness of two texts: how much they share, how evenly, and whether they are about the same things."""

from __future__ import annotations

import random
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wordy import make_text

from cleaning.duplicates.likeness import ComparableText, TextComparison, compare_texts
from cleaning.duplicates.shingles import split_words

REPORT = (
    "The council of Upper Sale met on Monday and voted to close the bridge at Tollgate for 6 weeks from 14 May. "
    "According to Hester Quayle, who led the debate, the repairs cost 86,000 pounds and were put off in 2019. "
    "Drivers have to take the road by Nether Loxley, which is 11 miles longer, or the ferry of Owen Brack. "
    "The school at Brannock opens at 10 instead of 9, said Dorcas Hale, and the bus to Leese runs 3 times a day."
)
NAMES = ["Upper Sale", "Tollgate", "Hester Quayle", "Nether Loxley", "Owen Brack", "Brannock", "Dorcas Hale", "Leese"]
OTHERS = ["Great Wold", "Millpond", "Ada Fenwick", "Long Marton", "Piet Houtman", "Aldersgate", "Silas Moor", "Thorne"]


def compare(one: str, other: str) -> TextComparison:
    forth, back = (
        compare_texts(ComparableText(one), ComparableText(other)),
        compare_texts(ComparableText(other), ComparableText(one)),
    )
    assert forth == back
    return forth


def replace_facts(text: str) -> str:
    for name, other in zip(NAMES, OTHERS, strict=True):
        text = text.replace(name, other)
    return re.sub(r"\d", lambda digit: str((int(digit[0]) + 3) % 10), text)


@given(st.text(max_size=300), st.text(max_size=300))
def test_likeness_is_symmetric_and_its_figures_are_shares(one: str, other: str) -> None:
    found = compare(one, other)
    for value in (found.likeness, found.share, found.spread, found.inner, found.ratio):
        assert 0.0 <= value <= 1.0


def test_a_text_is_like_itself_and_a_part_stands_in_the_whole() -> None:
    assert compare(REPORT, REPORT) == TextComparison(
        1.0, 1.0, 1.0, 1.0, 1.0, pytest.approx(0.0, abs=0.05), pytest.approx(1.0, abs=0.1), len(split_words(REPORT))
    )
    part = compare(REPORT, REPORT[: len(REPORT) // 2])
    assert part.share > 0.95
    assert part.likeness < 0.6


def test_two_texts_in_different_words_share_nothing() -> None:
    strangers = compare(make_text("ferry"), make_text("orchard"))
    assert strangers.spread == 0.0


def test_a_text_without_words_is_like_nothing() -> None:
    assert compare("", REPORT).share == 0.0
    assert compare("... !", "... !").share == 0.0


def test_a_standing_paragraph_is_shared_in_one_place_only() -> None:
    standing = make_text("about us")
    one, other = make_text("ferry", paragraphs=4), make_text("orchard", paragraphs=4)
    shared = compare(f"{one} {standing}", f"{other} {standing}")
    edited = REPORT.split()
    for position in random.Random(3).sample(range(len(edited)), len(edited) // 4):
        edited[position] = "else"
    light = compare(REPORT, " ".join(edited))
    assert shared.spread < 0.7 < light.spread


def test_a_greeting_and_a_sign_off_do_not_count_as_inner_text() -> None:
    monday = " ".join(
        ["Good morning from the harbour, dear readers.", make_text("mon"), "Keep your feet dry until then."]
    )
    tuesday = " ".join(
        ["Good morning from the harbour, dear readers.", make_text("tue"), "Keep your feet dry until then."]
    )
    column = compare(monday, tuesday)
    assert column.share > column.inner + 0.05
    assert column.inner < 0.2


def test_the_same_sentences_about_other_things_are_a_template() -> None:
    found = compare(REPORT, replace_facts(REPORT))
    assert found.is_template
    assert found.share > 0.3


def test_a_copy_with_some_words_changed_is_no_template() -> None:
    whole = REPORT.split()
    for seed in range(20):
        edited = list(whole)
        for position in random.Random(seed).sample(range(len(whole)), len(whole) // 5):
            edited[position] = "elsewhere"
        assert not compare(REPORT, " ".join(edited)).is_template


def test_an_update_of_some_numbers_is_no_template() -> None:
    assert not compare(REPORT, REPORT.replace("86,000", "91,000").replace("11 miles", "12 miles")).is_template


def test_in_scripts_without_capitals_a_template_is_known_by_swapped_words() -> None:
    one = "市长张伟星期一在青山宣布新桥开工。张伟说青山的居民等了很久。青山的渡船停运，张伟向船长致谢。"
    other = one.replace("张伟", "李娜").replace("青山", "白水")
    assert compare(one, other).is_template
    assert not compare(one, one + "工程明年完成。").is_template


def test_texts_of_many_thousand_facts_are_compared_in_time() -> None:
    facts = [f"and so the good ship Name{number} has come to the harbour at last" for number in range(5_000)]
    one, other = " ".join(facts), " ".join(fact.replace("Name", "Other") for fact in facts)
    assert compare(one, other).is_template
    long = "市长张伟星期一在青山宣布新桥开工" * 6_000
    assert compare(long, long.replace("宣布", "表示")).share > 0.5
