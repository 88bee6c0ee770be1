from __future__ import annotations

import pytest

from cleaning.live.clocks import find_clock

WRITTEN = {
    "18:20": 1100, "06.05": 365, "18h20": 1100, "18.20 Uhr": 1100, "6:20 pm": 1100, "6:20 p.m.": 1100, "6:20am": 380,
    "12:05 am": 5, "12:05 PM": 725, "7pm": 1140, "18時20分": 1100, "午後6時20分": 1100, "午前0時5分": 5,
    "오후 6:20": 1100,
    "下午6:20": 1100, "上午9点05分": 545, "١٨:٢٠": 1100, "६:०५": 365, "18：20": 1100, "kl. 18.20": 1100, "6:20 م": 1100,
    "30 Nov 2026, 18:20": 1100, "18:20:31 GMT": 1100,
    "7.05 Uhr": 425,
}  # fmt: skip


@pytest.mark.parametrize("words", WRITTEN)
def test_a_time_of_day_is_read(words: str) -> None:
    found = find_clock(words)
    assert found is not None
    assert found.minutes == WRITTEN[words]


@pytest.mark.parametrize("words", ["23'", "90+4'", "45.+2’", "7′"])
def test_the_minute_of_a_match_is_a_time_without_an_hour(words: str) -> None:
    found = find_clock(words)
    assert found is not None
    assert found.minutes is None


@pytest.mark.parametrize(
    "words",
    [
        "1.12.2026",
        "3:1 wins",
        "6.15 %",
        "4.25",
        "€ 12.50",
        "2:28,29",
        "25:10",
        "18:75",
        "2,5",
        "10.000",
        "Room 12",
        "192.168.10.20",
    ],
)
def test_other_figures_are_none(words: str) -> None:
    assert find_clock(words) is None
