"""A gate that shows the beginning of each article is told as walls, whatever its text made of the pages."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from crawler.health.causes import drop_explained
from crawler.health.judge_site import judge_night
from crawler.health.look import Look
from crawler.health.reading import State
from storage.nights.series import NightRow

START = datetime(2026, 11, 2, 2, tzinfo=UTC)
USUAL = {"fetched": 20, "stored": 20, "articles": 20, "median_length": 1500, "length_spread": 0.2, "share_cut": 0.15}
SHORT = USUAL | {"median_length": 280}


def _judge(*last: dict[str, float]) -> tuple[set[str], Look]:
    """Return what is found of the last of these nights, after twelve usual ones, and the look at it."""
    nights: list[dict[str, float]] = [
        *(USUAL | {"median_length": 1500 + 20 * (number % 5)} for number in range(12)),
        *last,
    ]
    rows = [NightRow(number, "herald", START + timedelta(days=number), night) for number, night in enumerate(nights, 1)]
    look = Look(rows, len(rows) - 1, excluded=frozenset(range(13, len(rows))))
    found = [name for name, reading in judge_night(look).items() if reading.state is State.FOUND]
    return drop_explained(found, ()), look


@pytest.mark.parametrize(
    "signs",
    [{"duplicates": 18, "stored": 2}, {"share_cut": 0.6, "share_cut/consent": 0.4}],
    ids=["alike", "consent"],
)
def test_short_articles_that_are_alike_or_ask_for_consent_are_told_as_walls(signs: dict[str, float]) -> None:
    found, look = _judge(SHORT | signs)
    assert found == {"walls"}
    reading = judge_night(look)["walls"]
    assert "280 characters" in reading.sentence
    assert "cookies = {" in reading.advice


def test_the_wall_lasts_while_the_articles_are_short_and_is_over_when_they_are_whole() -> None:
    signs = {"share_cut": 0.6, "share_cut/consent": 0.4}
    _, look = _judge(SHORT | signs, SHORT)
    assert judge_night(look)["walls"].state is State.ODD
    _, look = _judge(SHORT | signs, USUAL)
    assert judge_night(look)["walls"].state is State.CLEARLY_USUAL


def test_a_flood_of_short_copies_is_no_wall_and_short_articles_alone_are_none() -> None:
    flood = {"fetched": 100, "stored": 20, "duplicates": 80, "articles": 100}
    assert _judge(SHORT | flood)[0] == {"duplicates"}
    found, look = _judge(SHORT)
    assert found == {"shorter"}
    assert "if a gate hides the rest, cookies" in judge_night(look)["shorter"].advice  # it cannot be ruled out
    assert _judge(USUAL | {"duplicates": 18, "stored": 2})[0] == {"duplicates"}
