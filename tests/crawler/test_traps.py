"""A pattern of addresses that leads nowhere is closed by what comes of it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import URL

from crawler import leasing
from crawler.leasing import Leased, Room, lease_rooms
from crawler.traps import Traps, pattern
from storage import offering, runs
from storage.addresses import AddressKind, Offer
from storage.database import open_database


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://a.example/calendar/2031/05/12", "https://a.example/calendar/2044/11/01"),
        ("https://a.example/list?page=3&sort=up", "https://a.example/list?sort=down&page=99"),
        ("https://a.example/s/4f3a9/news", "https://a.example/s/99c1d/sport"),
        (
            "https://a.example/2025/10/03/the-ferry-runs-all-night-again",
            "https://a.example/2024/1/9/why-a-poet-gave-up-writing",
        ),
        ("https://a.example/story-12", "https://a.example/story-4711"),
    ],
)
def test_addresses_of_one_making_have_one_pattern(one: str, other: str) -> None:
    assert pattern(one) == pattern(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://a.example/calendar/2031/05/12", "https://b.example/calendar/2031/05/12"),
        ("https://a.example/calendar/2031/05/12", "https://a.example/2031/05/12"),
        ("https://a.example/news/the-ferry-runs-all-night-again", "https://a.example/news/weather"),
        ("https://a.example/list?page=3", "https://a.example/list?day=3"),
        ("https://a.example/news/1234", "https://a.example/events/1234"),
    ],
)
def test_addresses_of_another_making_have_another(one: str, other: str) -> None:
    assert pattern(one) != pattern(other)


def test_a_pattern_is_closed_by_barren_pages_in_a_row_and_only_then() -> None:
    traps = Traps(3)
    day = "https://a.example/calendar/2031/05/{}".format
    for number in range(2):
        traps.came_of(day(number), is_barren=True)
    traps.came_of(day(7), is_barren=False)
    for number in range(2):
        traps.came_of(day(number), is_barren=True)
    assert not traps.closed(day(20))
    traps.came_of(day(9), is_barren=True)
    assert traps.closed(day(20))
    assert not traps.closed("https://a.example/2025/10/03/the-ferry-runs-all-night-again")


def test_a_pattern_that_gave_articles_is_given_as_many_pages_again() -> None:
    traps = Traps(3)
    story = "https://a.example/2025/10/{}/the-ferry-runs-all-night-again".format
    for number in range(10):
        traps.came_of(story(number), is_barren=False)
    for number in range(9):
        traps.came_of(story(number), is_barren=True)
    assert not traps.closed(story(20))
    traps.came_of(story(21), is_barren=True)
    assert traps.closed(story(20))


def test_without_a_bound_nothing_is_closed() -> None:
    traps = Traps(0)
    for number in range(100):
        traps.came_of(f"https://a.example/{number}", is_barren=True)
    assert not traps.closed("https://a.example/7")


def test_what_waits_in_a_trap_is_refused_step_by_step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leasing, "_MOST_REFUSED", 3)
    traps = Traps(1)
    traps.came_of("https://a.example/story-1", is_barren=True)
    engine = open_database(URL.create("sqlite", database=str(tmp_path / "store.db")))
    with engine.begin() as connection:
        moment = datetime.now(UTC)
        run = runs.begin(connection, spider="articles", now=moment)
        urls = [f"https://a.example/story-{number}" for number in range(10)] + ["https://a.example/news/4711"]
        offering.offer(connection, "a", [Offer(url, AddressKind.ARTICLE) for url in urls], run=run, now=moment)
        steps: list[Leased] = []
        while not steps or (steps[-1].refused and not steps[-1].leases):
            steps.append(lease_rooms(connection, rooms=[Room("a", 1, None, 9)], run=run, since=None, traps=traps))
    engine.dispose()
    assert [len(step.refused) for step in steps] == [3, 3, 3, 1]
    assert [lease.url for step in steps for lease in step.leases] == urls[10:]
