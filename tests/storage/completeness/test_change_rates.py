"""How many articles were edited or gone, a day and a week after their first fetch."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine

from storage import runs
from storage.completeness.change_rates import count_recheck, load_change_rates

NOW = datetime(2026, 11, 22, 2, tzinfo=UTC)
DAY, WEEK = timedelta(days=1), timedelta(days=7)


def test_the_rates_add_up_over_the_runs_since_a_day(engine: Engine) -> None:
    with engine.begin() as connection:
        for night, number in ((0, 1), (1, 3), (2, 2)):
            run = runs.begin(connection, spider="articles", now=NOW + night * DAY)
            for place in range(number):
                count_recheck(connection, "courier", run, DAY, is_changed=place == 0, is_gone=False)
            count_recheck(connection, "courier", run, WEEK, is_changed=False, is_gone=night == 2)
        count_recheck(connection, "beacon", run, WEEK, is_changed=True, is_gone=True)
        rates = load_change_rates(connection, since=NOW + DAY)
    assert [tuple(rate) for rate in rates] == [
        ("beacon", WEEK, 1, 1, 1),
        ("courier", DAY, 5, 2, 0),
        ("courier", WEEK, 2, 0, 1),
    ]
    assert (rates[1].edit_rate, rates[2].deletion_rate) == (pytest.approx(0.4), pytest.approx(0.5))


def test_a_store_that_never_looked_again_has_no_rates(engine: Engine) -> None:
    with engine.begin() as connection:
        assert load_change_rates(connection, since=NOW) == []
