"""Addresses of a release in a frontier that holds others: they are leased again, and no others are."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, Engine

from storage import runs
from storage.frontier import leasing, offering, settling
from storage.frontier.addresses import RELEASE, AddressKind, AddressState, Lease, Offer

NOW = datetime(2026, 11, 22, 2, tzinfo=UTC)
SITE = "courier"


def begin_run(connection: Connection, source: str, *names: str) -> int:
    run = runs.begin(connection, spider="articles", now=NOW)
    offers = [Offer(f"https://courier.example/{name}", AddressKind.ARTICLE, source=source) for name in names]
    offering.offer(connection, SITE, offers, run=run, now=NOW)
    return run


def lease(connection: Connection, run: int, *, this_run_only: bool) -> list[Lease]:
    return leasing.lease(
        connection, SITE, limit=10, max_articles=None, since=None, this_run_only=this_run_only, run=run, now=NOW
    )


def list_names(leases: list[Lease]) -> set[str]:
    return {lease.url.rsplit("/", 1)[1] for lease in leases}


def test_addresses_of_a_release_are_leased_whatever_their_state_and_no_others_are(engine: Engine) -> None:
    with engine.begin() as connection:
        run = begin_run(connection, "feed", "done", "gone", "held", "waiting", "other", "other-later")
        states = {"done": AddressState.DONE, "gone": AddressState.GONE}
        for one in lease(connection, run, this_run_only=True):
            name = one.url.rsplit("/", 1)[1]
            if name in states:
                settling.settle(connection, one.id, states[name], now=NOW)
            elif name in {"held", "other-later"}:
                settling.defer(connection, one.id, until=NOW + timedelta(seconds=30))
            else:
                settling.return_leases(connection, [one.id])
        run = begin_run(connection, RELEASE, "done", "gone", "held", "waiting", "new")
        assert list_names(lease(connection, run, this_run_only=True)) == {"done", "gone", "held", "waiting", "new"}
        assert lease(connection, run, this_run_only=True) == []
        due = {"since": None, "run": run, "now": NOW}
        assert leasing.find_next_due(connection, [SITE], this_run_only=True, **due) is None  # type: ignore[arg-type]
        assert leasing.find_next_due(connection, [SITE], **due) == NOW + timedelta(seconds=30)  # type: ignore[arg-type]
        assert list_names(lease(connection, run, this_run_only=False)) == {"other"}
