"""When nights begin: what an operator writes, and that a night that is due begins once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine

from cleaning.errors import BadArgument
from crawler.fleet.plan import LATEST, drop_plan, load_plan, parse_plan, save_plan, take_due_night

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


def test_a_night_that_is_due_begins_once(fleet_engine: Engine) -> None:
    plan = parse_plan("02:00", "digest", NOW)
    with fleet_engine.begin() as connection:
        save_plan(connection, plan)
        assert take_due_night(connection, NOW) is None
        assert take_due_night(connection, plan.next_at) == plan
        assert take_due_night(connection, plan.next_at) is None
        following = load_plan(connection)
    assert following is not None
    assert following.next_at == plan.next_at + timedelta(days=1)


def test_a_night_that_no_worker_began_in_time_is_left_out(fleet_engine: Engine) -> None:
    plan = parse_plan("02:00", "digest", NOW)
    with fleet_engine.begin() as connection:
        save_plan(connection, plan)
        assert take_due_night(connection, plan.next_at + LATEST) is None
        assert drop_plan(connection)
        assert not drop_plan(connection)
        assert load_plan(connection) is None
