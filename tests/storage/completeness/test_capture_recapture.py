"""The estimate of a total from two lists."""

from __future__ import annotations

import random

import pytest

from storage.completeness.capture_recapture import TotalEstimate, estimate_total


def test_two_equal_lists_miss_nothing() -> None:
    assert estimate_total(40, 40, 40) == TotalEstimate(40, 40, 40)


def test_a_list_within_another_tells_of_nothing_that_both_miss() -> None:
    assert estimate_total(40, 25, 25) == TotalEstimate(40, 40, 40)


@pytest.mark.parametrize(("first", "second"), [(0, 5), (5, 0), (0, 0)])
def test_without_a_second_list_there_is_no_estimate(first: int, second: int) -> None:
    assert estimate_total(first, second, 0) is None


def test_the_example_of_a_textbook() -> None:
    """200 fish marked, 250 caught later, 50 of them marked: (201 * 251) / 51 - 1."""
    found = estimate_total(200, 250, 50)
    assert found is not None
    assert found.value == 988
    assert 400 < found.low < 988 < found.high


def test_the_interval_holds_the_truth_nineteen_times_in_twenty() -> None:
    dice, truth, held = random.Random(7), 200, 0
    for _ in range(400):
        one, other = ({number for number in range(truth) if dice.random() < share} for share in (0.6, 0.5))
        found = estimate_total(len(one), len(other), len(one & other))
        assert found is not None
        assert found.low >= len(one | other)
        held += found.low <= truth <= found.high
    assert held >= 0.92 * 400
