"""A store from before re-checks: its young articles are looked at again, its old ones cause no flood."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from migrations import compare_with_models, migrate
from sqlalchemy import Engine, insert, inspect, select

from storage import runs
from storage.frontier.addresses import AddressKind, AddressState
from storage.models import Address

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
EARLIER = "0020"  # before `address.recheck_at` and `article.gone_at`


def make_row(name: str, run: int, fetched_at: datetime | None, **values: Any) -> dict[str, Any]:
    moment = fetched_at or datetime.now(UTC)
    row = {
        "url": f"https://courier.example/{name}",
        "host": "courier.example",
        "site": "courier",
        "kind": AddressKind.ARTICLE,
        "state": AddressState.PENDING if fetched_at is None else AddressState.DONE,
        "source": "feed",
        "depth": 0,
        "changed_at": moment,
        "rank": 0,
        "offered_at": moment,
        "first_run": run,
        "last_run": run,
        "due_at": moment,
        "tries": 0,
        "fetched_at": fetched_at,
        "reason": None,
    }
    return row | values


def test_an_upgrade_plans_the_looks_that_are_still_to_come_at_articles_of_the_last_days(engine: Engine) -> None:
    now = datetime.now(UTC)
    with engine.begin() as connection:
        run = runs.begin(connection, spider="articles", now=now)
        rows = [
            make_row("tonight", run, now - HOUR),
            make_row("this-week", run, now - 3 * DAY),
            make_row("last-week", run, now - 7 * DAY),
            make_row("of-an-archive", run, now - HOUR, changed_at=now - 9 * DAY),
            make_row("undated", run, now - HOUR, changed_at=None),
            make_row("rejected", run, now - HOUR, reason="too-short"),
            make_row("list", run, now - HOUR, kind=AddressKind.SECTION),
            make_row("waiting", run, None),
        ]
        connection.execute(insert(Address), rows)
        migrate(connection, EARLIER, is_back=True)
        assert "recheck_at" not in [column["name"] for column in inspect(connection).get_columns("address")]
        migrate(connection, "head")
        assert compare_with_models(connection) == []
        planned = {
            row.url.rsplit("/", 1)[1]: (row.first_fetched_at, row.recheck_at)
            for row in connection.execute(select(Address.__table__).where(Address.recheck_at.is_not(None)))
        }
    tonight, week = now - HOUR, now - 3 * DAY
    assert planned == {
        "tonight": (tonight, tonight + 20 * HOUR),
        "undated": (tonight, tonight + 20 * HOUR),
        "this-week": (week, week + 7 * DAY - 4 * HOUR),
    }
