"""A pattern of addresses is closed when its pages are no articles."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import URL

from crawler.frontier import lease_quota
from crawler.frontier.lease_quota import LeaseBatch, LeaseQuota, lease_within_quotas
from crawler.frontier.traps import Traps, derive_pattern
from storage import runs
from storage.database.engine import open_database
from storage.frontier import offering
from storage.frontier.addresses import AddressKind, Offer


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
def test_addresses_of_one_kind_have_one_pattern(one: str, other: str) -> None:
    assert derive_pattern(one) == derive_pattern(other)


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
def test_addresses_of_different_kinds_have_different_patterns(one: str, other: str) -> None:
    assert derive_pattern(one) != derive_pattern(other)


def test_a_pattern_is_closed_by_useless_pages_in_a_row_and_only_then() -> None:
    traps = Traps(3)
    day = "https://a.example/calendar/2031/05/{}".format
    for number in range(2):
        traps.record_outcome(day(number), is_useful=False)
    traps.record_outcome(day(7), is_useful=True)
    for number in range(2):
        traps.record_outcome(day(number), is_useful=False)
    assert not traps.is_closed(day(20))
    traps.record_outcome(day(9), is_useful=False)
    assert traps.is_closed(day(20))
    assert not traps.is_closed("https://a.example/2025/10/03/the-ferry-runs-all-night-again")


def test_a_pattern_that_gave_articles_may_give_as_many_useless_pages() -> None:
    traps = Traps(3)
    story = "https://a.example/2025/10/{}/the-ferry-runs-all-night-again".format
    for number in range(10):
        traps.record_outcome(story(number), is_useful=True)
    for number in range(9):
        traps.record_outcome(story(number), is_useful=False)
    assert not traps.is_closed(story(20))
    traps.record_outcome(story(21), is_useful=False)
    assert traps.is_closed(story(20))


def test_without_a_bound_nothing_is_closed() -> None:
    traps = Traps(0)
    for number in range(100):
        traps.record_outcome(f"https://a.example/{number}", is_useful=False)
    assert not traps.is_closed("https://a.example/7")


def test_addresses_of_a_trap_are_refused_in_batches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lease_quota, "_MAX_REFUSED", 3)
    traps = Traps(1)
    traps.record_outcome("https://a.example/story-1", is_useful=False)
    engine = open_database(URL.create("sqlite", database=str(tmp_path / "store.db")))
    with engine.begin() as connection:
        moment = datetime.now(UTC)
        run = runs.begin(connection, spider="articles", now=moment)
        urls = [f"https://a.example/story-{number}" for number in range(10)] + ["https://a.example/news/4711"]
        offering.offer(connection, "a", [Offer(url, AddressKind.ARTICLE) for url in urls], run=run, now=moment)
        steps: list[LeaseBatch] = []
        while not steps or (steps[-1].refused and not steps[-1].leases):
            steps.append(lease_within_quotas(connection, quotas=[LeaseQuota("a", 1, None, 9)], run=run, traps=traps))
    engine.dispose()
    assert [len(step.refused) for step in steps] == [3, 3, 3, 1]
    assert [lease.url for step in steps for lease in step.leases] == urls[10:]
