"""A release's addresses in a frontier that knows others: they are asked for again, and nothing else is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, Engine

from storage import frontier, offering, runs
from storage.addresses import RELEASE, AddressKind, AddressState, Lease, Offer

NOW = datetime(2026, 11, 22, 2, tzinfo=UTC)
SITE = "courier"


def begin(connection: Connection, source: str, *names: str) -> int:
    run = runs.begin(connection, spider="articles", now=NOW)
    offers = [Offer(f"https://courier.example/{name}", AddressKind.ARTICLE, source=source) for name in names]
    offering.offer(connection, SITE, offers, run=run, now=NOW)
    return run


def lease(connection: Connection, run: int, *, named: bool) -> list[Lease]:
    return frontier.lease(connection, SITE, most=10, articles=None, since=None, named=named, run=run, now=NOW)


def names(leases: list[Lease]) -> set[str]:
    return {lease.url.rsplit("/", 1)[1] for lease in leases}


def test_a_release_is_asked_for_whatever_became_of_it_and_nothing_else_is(engine: Engine) -> None:
    with engine.begin() as connection:
        run = begin(connection, "feed", "done", "gone", "held", "waiting", "other", "other-later")
        states = {"done": AddressState.DONE, "gone": AddressState.GONE}
        for one in lease(connection, run, named=True):
            name = one.url.rsplit("/", 1)[1]
            if name in states:
                frontier.settle(connection, one.id, states[name], now=NOW)
            elif name in {"held", "other-later"}:
                frontier.put_off(connection, one.id, until=NOW + timedelta(seconds=30))
            else:
                frontier.release(connection, [one.id])
        run = begin(connection, RELEASE, "done", "gone", "held", "waiting", "new")
        assert names(lease(connection, run, named=True)) == {"done", "gone", "held", "waiting", "new"}
        assert lease(connection, run, named=True) == []
        due = {"since": None, "run": run, "now": NOW}
        assert frontier.next_due(connection, [SITE], named=True, **due) is None  # type: ignore[arg-type]
        assert frontier.next_due(connection, [SITE], **due) == NOW + timedelta(seconds=30)  # type: ignore[arg-type]
        assert names(lease(connection, run, named=False)) == {"other"}
