"""Numbers with their nouns: "1 site", "1,240 sites"."""

from __future__ import annotations

import pytest

from crawler.terminal.numbers import count_things
from crawler.views.holds import describe_released


@pytest.mark.parametrize(
    ("number", "nouns", "told"),
    [
        (0, ("site",), "0 sites"),
        (1, ("site",), "1 site"),
        (1240, ("site",), "1,240 sites"),
        (1, ("address is", "addresses are"), "1 address is"),
        (2, ("address is", "addresses are"), "2 addresses are"),
    ],
)
def test_a_noun_has_the_number_of_what_is_counted(number: int, nouns: tuple[str, ...], told: str) -> None:
    assert count_things(number, *nouns) == told


def test_one_address_of_a_released_host_is_due() -> None:
    assert describe_released({"paper.example": 1}) == "released paper.example: 1 address is due\n"
