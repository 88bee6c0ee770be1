"""What waits when a run ends, and why; what the run itself has fetched or failed is not counted."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection, Engine

from storage import runs
from storage.frontier import leasing, offering, settling
from storage.frontier.addresses import AddressKind, AddressState, Lease, Offer
from storage.frontier.hosts import Hold, put_on_hold
from storage.frontier.waiting import count_waiting

NOW = datetime(2026, 11, 22, 2, tzinfo=UTC)
HOUR = timedelta(hours=1)
SITE = "courier"


class Night:
    """One run on a frontier."""

    def __init__(self, connection: Connection, now: datetime = NOW) -> None:
        self.connection = connection
        self.now = now
        self.run = runs.begin(connection, spider="articles", now=now)

    def offer(self, *urls: str, day: datetime | None = None, kind: AddressKind = AddressKind.ARTICLE) -> None:
        offers = [Offer(f"https://{url}", kind, day, source="feed") for url in urls]
        offering.offer(self.connection, SITE, offers, run=self.run, now=self.now)

    def lease(self, limit: int = 10, since: datetime | None = None) -> list[Lease]:
        first = None if since is None else leasing.FirstDay(since, since)
        return leasing.lease(
            self.connection, SITE, limit=limit, max_articles=None, since=first, run=self.run, now=self.now
        )

    def fail(self, lease: Lease, *pauses: timedelta) -> bool:
        return settling.retry_or_fail(
            self.connection, lease.id, pauses=pauses, reason="http-500", status=500, now=self.now
        )

    def count(self, since: datetime | None = None, *, this_run_only: bool = False) -> dict[str, int]:
        first = None if since is None else leasing.FirstDay(since, since)
        return count_waiting(
            self.connection, SITE, since=first, this_run_only=this_run_only, run=self.run, now=self.now
        )


@pytest.fixture
def night(engine: Engine) -> Iterator[Night]:
    with engine.begin() as connection:
        yield Night(connection)


def test_only_articles_that_are_pending_wait(night: Night) -> None:
    night.offer("courier.example/feed", kind=AddressKind.FEED)
    night.offer("courier.example/a", "courier.example/b")
    assert night.count() == {"due": 2}
    (feed,) = night.lease()
    settling.settle(night.connection, feed.id, AddressState.DONE, now=NOW)
    (first, _) = night.lease()
    settling.settle(night.connection, first.id, AddressState.GONE, reason="http-404", now=NOW)
    assert night.count() == {}
    settling.return_all_leases(night.connection)
    assert night.count() == {"due": 1}


def test_hosts_on_hold_and_later_tries_are_told_apart(night: Night) -> None:
    night.offer("courier.example/a", "courier.example/b", "img.courier.example/c")
    put_on_hold(night.connection, Hold("img.courier.example", NOW + HOUR, "breaker"))
    (first, _) = night.lease()
    settling.defer(night.connection, first.id, until=NOW + HOUR)
    settling.return_all_leases(night.connection)
    assert night.count() == {"due": 1, "later": 1, "on-hold": 1}


def test_what_failed_in_this_run_does_not_wait_until_it_is_leased_again(night: Night) -> None:
    night.offer("courier.example/a")
    (lease,) = night.lease()
    assert not night.fail(lease, 12 * HOUR)
    assert night.count() == {}
    night.now += 13 * HOUR  # the run goes on, and the address is leased once more
    (lease,) = night.lease()
    settling.return_all_leases(night.connection)
    assert night.count() == {"due": 1}


def test_what_failed_in_an_earlier_run_waits(night: Night) -> None:
    night.offer("courier.example/a")
    (lease,) = night.lease()
    night.fail(lease, 12 * HOUR)
    later = Night(night.connection, NOW + HOUR)
    assert later.count() == {"later": 1}
    later.now += 12 * HOUR
    assert later.count() == {"due": 1}
    assert later.count(this_run_only=True) == {}


def test_a_try_that_is_repeated_soon_waits(night: Night) -> None:
    night.offer("courier.example/a")
    (lease,) = night.lease()
    assert night.fail(lease, timedelta(seconds=2))
    assert night.count() == {"later": 1}


def test_of_older_articles_those_wait_that_were_not_fetched(night: Night) -> None:
    since = NOW - 24 * HOUR
    night.offer("courier.example/dated", day=NOW - 48 * HOUR)
    night.offer("courier.example/undated", "courier.example/new")
    (undated, _) = night.lease(since=since)
    settling.return_outdated(night.connection, undated.id, published_at=NOW - 72 * HOUR)
    settling.return_all_leases(night.connection)
    assert night.count(since) == {"before-since": 1, "due": 1}
    later = Night(night.connection, NOW + HOUR)
    assert later.count(since) == {"before-since": 2, "due": 1}
    assert later.count() == {"due": 3}
