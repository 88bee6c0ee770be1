"""Simulated sites: what happens to a site is told by its name within two nights; where nothing happens, hardly ever."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

import pytest
from simulated_changes import CHANGES
from simulated_nights import DAILY, NO_SUNDAY, SimulatedSite, draw_site, follow_nights

from crawler.health.holidays import find_factors

EVENT = 24


def _follow(site: SimulatedSite, nights: int) -> dict[int, list[str]]:
    """Return the names that are told, by night (from 0)."""
    told = {
        night.run - 1: [one.name for one in course.opened] for night, course in follow_nights(_make(site, nights), {})
    }
    return {night: names for night, names in told.items() if names}


def _make(site: SimulatedSite, nights: int) -> list[Any]:
    return list(site.nights(nights))


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_is_told_once_by_its_name_and_soon(name: str) -> None:
    change = CHANGES[name]
    shares = {"duplicates": 0.05, "failed": 0.02, "textless": 0.03, "other": 0.05, "new_place": 0.0, "no_author": 0.1}
    site = SimulatedSite(
        "herald",
        random.Random(7),
        **{"rate": 30.0, "rhythm": DAILY, "shape": 20.0, "holidays": frozenset()}
        | change.site
        | {"shares": shares | change.site.get("shares", {})},
        since=EVENT,
        change=change.apply,
    )
    told = _follow(site, EVENT + 6)
    (night, names) = next(iter(told.items()))
    assert names == [name]
    assert EVENT <= night <= EVENT + 1
    assert len(told) == 1


def test_where_nothing_is_wrong_hardly_anything_is_told() -> None:
    by_site = {seed: _make(draw_site(seed), 80) for seed in range(20, 30)}
    factors: dict[int, float] = {}
    for number in range(60, 81):
        factors |= find_factors(nights[:number] for nights in by_site.values())
    told = [
        (seed, night.run, reading.name)
        for seed, nights in by_site.items()
        for night, course in follow_nights(nights, factors)
        for reading in course.opened
    ]
    assert len(told) <= 2, told


def test_a_paper_without_an_issue_on_sundays_is_not_silent_on_sundays() -> None:
    site = SimulatedSite("herald", random.Random(3), rate=8, rhythm=NO_SUNDAY, shape=20, holidays=frozenset())
    assert all("silent" not in names for names in _follow(site, 60).values())


def test_a_clock_that_is_put_forward_moves_no_night_to_another_weekday() -> None:
    # One in the morning in Berlin is midnight in UTC in winter, and 23:00 of the day before in summer.
    site = SimulatedSite("herald", random.Random(3), rate=30, rhythm=NO_SUNDAY, shape=20, holidays=frozenset())
    nights = [
        night._replace(started_at=night.started_at - timedelta(hours=2 if night.run <= 40 else 3))
        for night in _make(site, 60)
    ]
    told = [(night.run, one.name) for night, course in follow_nights(nights, {}) for one in course.opened]
    assert [name for _, name in told if name in ("silent", "drop", "flood")] == []


def test_papers_that_all_fall_silent_for_good_are_told_in_the_third_night() -> None:
    change = CHANGES["silent"].apply
    sites = [
        SimulatedSite(str(seed), random.Random(seed), rate=30, shape=20, holidays=frozenset(), since=30, change=change)
        for seed in range(6)
    ]
    by_site = [_make(site, 33) for site in sites]
    assert set(find_factors(nights[:32] for nights in by_site)) == {31, 32}
    factors = find_factors(by_site)
    assert factors == {}
    for nights in by_site:
        told = [one.name for _, course in follow_nights(nights, factors) for one in course.opened]
        assert "silent" in told


def test_a_paper_that_falls_silent_on_a_saturday_is_told_on_sunday_at_the_latest() -> None:
    site = SimulatedSite(
        "herald",
        random.Random(3),
        rate=12,
        rhythm=NO_SUNDAY,
        shape=20,
        holidays=frozenset(),
        since=26,  # a Saturday: the first night is a Monday's
        change=CHANGES["silent"].apply,
    )
    told = _follow(site, 30)
    assert "silent" in told.get(26, []) + told.get(27, [])


def test_a_template_without_names_is_told_in_a_whole_sentence() -> None:
    def strip_names(numbers: dict[str, float], _: random.Random) -> None:
        for name in [name for name in numbers if name.startswith("place/")]:
            del numbers[name]
        numbers["place/"] = 1.0

    site = SimulatedSite(
        "herald", random.Random(3), rate=30, shape=20, holidays=frozenset(), since=20, change=strip_names
    )
    courses = follow_nights(_make(site, 21), {})
    told = {one.name: one.sentence for _, course in courses for one in course.opened}
    assert "most of them in one without a class or an id: the site" in told["template"]


def test_four_of_seven_papers_that_break_are_no_holiday() -> None:
    by_site = [
        _make(
            SimulatedSite(
                str(seed),
                random.Random(seed),
                rate=30,
                shape=20,
                holidays=frozenset(),
                since=30 if seed < 4 else 99,
                change=CHANGES["silent"].apply,
            ),
            32,
        )
        for seed in range(7)
    ]
    assert find_factors(by_site) == {}


def test_a_holiday_of_all_papers_is_no_finding() -> None:
    holidays = frozenset({30, 31})
    by_site = {
        str(seed): _make(
            SimulatedSite(str(seed), random.Random(seed), rate=30, rhythm=DAILY, shape=20, holidays=holidays), 34
        )
        for seed in range(6)
    }
    factors = find_factors(by_site.values())
    assert set(factors) == {31, 32}  # runs count from 1
    told = [
        reading.name
        for nights in by_site.values()
        for _, course in follow_nights(nights, factors)
        for reading in course.opened
    ]
    assert "drop" not in told
    assert "silent" not in told


def test_what_lasts_is_told_once_and_heals_when_it_is_over() -> None:
    change = CHANGES["javascript"]
    site = SimulatedSite(
        "herald", random.Random(5), rate=30, shape=20, holidays=frozenset(), since=20, until=28, change=change.apply
    )
    courses = {night.run - 1: course for night, course in follow_nights(_make(site, 34), {})}
    assert [(night, one.name) for night, course in courses.items() for one in course.opened] == [(20, "javascript")]
    assert all("javascript" in courses[night].kept for night in range(21, 28))
    assert [night for night, course in courses.items() if course.healed] == [28]


def test_what_lasts_long_is_taken_for_usual_once_and_is_the_past_of_later_nights() -> None:
    site = SimulatedSite(
        "herald",
        random.Random(5),
        rate=30,
        shape=20,
        holidays=frozenset(),
        shares={"no_author": 0.1, "new_place": 0.0},
        since=20,
        change=CHANGES["no-authors"].apply,
    )
    courses = {night.run - 1: course for night, course in follow_nights(_make(site, 80), {})}
    assert [(night, one.name) for night, course in courses.items() for one in course.opened] == [(20, "no-authors")]
    assert [(night, course.accepted) for night, course in courses.items() if course.accepted] == [(50, ["no-authors"])]
