"""When nights begin: what an operator writes, and that a night that is due begins once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine

from cleaning.errors import BadArgument
from crawler.fleet.plan import (
    LATEST,
    advance_plan,
    drop_plan,
    find_due_night,
    find_next,
    is_due,
    load_plan,
    parse_plan,
    save_plan,
)

NOW = datetime(2026, 12, 2, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("given", "next_at"),
    [
        ("02:00", datetime(2026, 12, 3, 2, tzinfo=UTC)),
        ("14:30", datetime(2026, 12, 2, 14, 30, tzinfo=UTC)),
        ("02:00 Europe/Berlin", datetime(2026, 12, 3, 1, tzinfo=UTC)),
        ("0 2 * * 1-5 America/New_York", datetime(2026, 12, 3, 7, tzinfo=UTC)),
        ("0 2 * * 6", datetime(2026, 12, 5, 2, tzinfo=UTC)),
    ],
)
def test_a_time_or_a_line_of_cron_says_when_nights_begin(given: str, next_at: datetime) -> None:
    assert parse_plan(given, "digest", NOW).next_at == next_at


@pytest.mark.parametrize(
    "given", ["", "25:00", "02:00 Mars/Base", "0 2 * *", "0 2 * * 9 UTC", "a b c d e", "0 2 * * * X/Y"]
)
def test_another_text_is_refused_in_one_line(given: str) -> None:
    with pytest.raises(BadArgument, match="--at"):
        parse_plan(given, "digest", NOW)


@pytest.mark.parametrize(
    ("cron", "day", "begins"),
    [
        ("30 2 * * *", datetime(2026, 10, 24, 12, tzinfo=UTC), ["25 00:30", "26 01:30"]),  # 02:30 comes twice
        ("0 2 * * *", datetime(2026, 10, 24, 12, tzinfo=UTC), ["25 00:00", "26 01:00"]),
        ("30 2 * * *", datetime(2026, 3, 28, 12, tzinfo=UTC), ["29 01:00", "30 00:30"]),  # there is no 02:30
    ],
)
def test_a_night_begins_once_where_the_clock_is_changed(cron: str, day: datetime, begins: list[str]) -> None:
    first = find_next(cron, "Europe/Berlin", day)
    for after in (first, first + timedelta(minutes=45)):
        assert [f"{moment:%d %H:%M}" for moment in (first, find_next(cron, "Europe/Berlin", after))] == begins


def test_a_night_is_due_until_it_has_begun_and_begins_once(fleet_engine: Engine) -> None:
    plan = parse_plan("02:00", "digest", NOW)
    with fleet_engine.begin() as connection:
        save_plan(connection, plan)
        assert find_due_night(connection, NOW) is None
        for _ in range(2):  # who was to begin it was killed
            assert find_due_night(connection, plan.next_at) == plan
            assert is_due(connection, plan.next_at)
        for _ in range(2):  # the second was put into the queue while the first began the night
            advance_plan(connection, plan.next_at, plan.next_at)
            assert not is_due(connection, plan.next_at)
        assert find_due_night(connection, plan.next_at) is None
        following = load_plan(connection)
    assert following is not None
    assert following.next_at == plan.next_at + timedelta(days=1)


def test_a_night_that_no_worker_began_in_time_is_left_out_and_told(
    fleet_engine: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    plan = parse_plan("02:00", "digest", NOW)
    with fleet_engine.begin() as connection:
        save_plan(connection, plan)
        assert find_due_night(connection, plan.next_at + LATEST) is None
        assert not is_due(connection, plan.next_at)
        assert "the night of 2026-12-03 02:00 UTC is left out" in caplog.text
        assert drop_plan(connection)
        assert not drop_plan(connection)
        assert load_plan(connection) is None
