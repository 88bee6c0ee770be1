"""Comparing two versions of a text, block by block."""

from __future__ import annotations

from time import monotonic

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.articles.diff import (
    MAX_ALIGNED,
    Change,
    EditKind,
    RevisionBlock,
    apply_changes,
    diff_blocks,
    get_kept_texts,
)

FERRY = "The night ferry runs again from June, the council of Bardun said on Monday."
QUAY = "Two quays were repaired for it over the winter, at a cost of nine million crowns."
CREW = "Its crew of eleven was hired in the spring from villages on both sides of the water."
NEWSLETTER = "Every morning at six the Lantern sends you the news by letter."

PIECES = st.lists(
    st.builds(
        RevisionBlock,
        st.just("paragraph"),
        st.lists(st.sampled_from(["ferry", "quay", "crew", "June", "渡轮", "x"]), max_size=4).map(" ".join),
        st.sampled_from([None, None, "repeated_block", "tail"]),
    ),
    max_size=12,
)


def text(*texts: str, rule: str | None = None) -> list[RevisionBlock]:
    return [RevisionBlock("paragraph", one, rule) for one in texts]


def list_changes(before: list[RevisionBlock], after: list[RevisionBlock]) -> list[tuple[str, int | None, int | None]]:
    return [(change.kind.value, change.at, change.to) for change in diff_blocks(before, after)]


def test_the_same_text_has_not_changed() -> None:
    assert diff_blocks(text(FERRY, QUAY), text(FERRY, QUAY), ("Ferry", "Ferry")) == []


def test_an_added_and_a_removed_block() -> None:
    assert diff_blocks(text(FERRY, QUAY), text(FERRY, CREW)) == [
        Change(EditKind.REMOVED, QUAY, at=1),
        Change(EditKind.ADDED, after=CREW, to=1),
    ]


def test_a_block_that_keeps_most_words_is_changed() -> None:
    later = QUAY.replace("nine million", "fourteen million")
    assert diff_blocks(text(FERRY, QUAY, CREW), text(FERRY, later, CREW)) == [
        Change(EditKind.CHANGED, QUAY, later, 1, 1)
    ]


def test_each_of_several_replaced_blocks_is_matched() -> None:
    later = QUAY.replace("nine", "ten"), FERRY.replace("June", "July")
    assert list_changes(text(FERRY, QUAY), text(CREW, *later)) == [
        ("added", None, 0),
        ("changed", 1, 1),
        ("changed", 0, 2),
    ]


def test_scripts_without_spaces_are_compared_by_character() -> None:
    before, after = "渡轮将于六月重新开航，议会星期一表示。", "渡轮将于七月重新开航，议会星期一表示。"
    assert list_changes(text(before), text(after)) == [("changed", 0, 0)]


def test_a_block_at_another_position_has_moved() -> None:
    assert diff_blocks(text(FERRY, QUAY, CREW), text(CREW, FERRY, QUAY)) == [Change(EditKind.MOVED, CREW, CREW, 2, 0)]


def test_a_headline_that_was_rewritten_comes_first() -> None:
    found = diff_blocks(text(FERRY), text(QUAY), ("Ferry runs again", "Ferry will not run"))
    assert found[0] == Change(EditKind.HEADLINE, "Ferry runs again", "Ferry will not run")
    assert found[0].is_edit


@pytest.mark.parametrize("rule", ["repeated_block", "tail"])
def test_a_block_that_is_cut_now_and_was_kept_before_is_no_edit(rule: str) -> None:
    plain = [*text(FERRY), *text(NEWSLETTER), *text(QUAY)]
    cleaned = [*text(FERRY), *text(NEWSLETTER, rule=rule), *text(QUAY)]
    assert diff_blocks(plain, cleaned) == [Change(EditKind.RECUT, NEWSLETTER, at=1, rule=rule)]
    assert diff_blocks(cleaned, plain) == [Change(EditKind.RECUT, after=NEWSLETTER, to=1, rule=rule)]
    assert not any(change.is_edit for change in (*diff_blocks(plain, cleaned), *diff_blocks(cleaned, plain)))


def test_a_block_that_is_cut_in_both_versions_is_not_reported() -> None:
    chaff = text("Most read today: ferries", rule="tail"), text("Most read today: quays", rule="tail")
    assert diff_blocks([*text(FERRY), *chaff[0]], [*text(FERRY), *chaff[1]]) == []


def test_a_block_that_stood_twice_and_is_cut_once_more_was_not_removed_twice() -> None:
    before = text(NEWSLETTER, FERRY, NEWSLETTER)
    after = [*text(NEWSLETTER, rule="repeated_block"), *text(FERRY)]
    assert list_changes(before, after) == [("recut", 0, None), ("removed", 2, None)]


@given(PIECES, PIECES)
def test_the_changes_make_the_later_text_of_the_earlier_one(
    before: list[RevisionBlock], after: list[RevisionBlock]
) -> None:
    made = diff_blocks(before, after)
    assert apply_changes(get_kept_texts(before), made) == get_kept_texts(after)
    backwards = diff_blocks(after, before)
    assert apply_changes(get_kept_texts(after), backwards) == get_kept_texts(before)


@given(PIECES)
def test_a_text_against_itself_has_no_change(pieces: list[RevisionBlock]) -> None:
    assert diff_blocks(pieces, pieces) == []


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (["x"] * 1_000 + ["y"] * 900, ["y"] * 900 + ["x"] * 1_000),
        (
            [f"{number} is a number" for number in range(1_900)],
            [f"{-number} is a number" for number in range(1, 1_900)],
        ),
        ([f"{number}" for number in range(30_000)], [f"{number + number % 2}" for number in range(30_000)]),
    ],
)
def test_a_page_made_to_be_slow_is_compared_in_time(before: list[str], after: list[str]) -> None:
    begun = monotonic()
    made = diff_blocks(text(*before), text(*after))
    assert monotonic() - begun < 15  # a wide bound: the machine may be busy
    assert apply_changes(before, made) == after


def test_a_long_text_of_which_little_changed_is_aligned_as_any_other() -> None:
    before = [f"Paragraph {number} of many." for number in range(3 * MAX_ALIGNED)]
    after = [*before[:4_000], CREW, *before[4_001:]]
    assert list_changes(text(*before), text(*after)) == [("removed", 4_000, None), ("added", None, 4_000)]
