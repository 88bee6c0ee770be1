"""Articles that are looked at again because of their age: when, in which order, how often."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, Row, select, text, update

from storage import runs
from storage.frontier import leasing, offering, settling
from storage.frontier.addresses import AddressKind, AddressState, Lease, Offer
from storage.frontier.recheck_leases import count_due_rechecks, drop_missed_rechecks, lease_rechecks
from storage.frontier.rechecks import NO_RECHECK, Outlook, Recheck, RecheckPlan
from storage.models import Address

NOW = datetime(2026, 11, 22, 2, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SITE = "courier"
PLAN = RecheckPlan((DAY, 7 * DAY))


class Nights:
    """A frontier whose clock the test moves; each article that is fetched is planned by PLAN."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.day = 0.0
        self.run = runs.begin(connection, spider="articles", now=NOW)

    @property
    def now(self) -> datetime:
        return NOW + self.day * DAY

    def offer(self, *names: str) -> None:
        offers = [Offer(f"https://courier.example/{name}", AddressKind.ARTICLE, source="sitemap") for name in names]
        offering.offer(self.connection, SITE, offers, run=self.run, now=self.now)

    def lease(self, *, limit: int = 99, rechecks: int = 99) -> list[Lease]:
        return leasing.lease(
            self.connection,
            SITE,
            limit=limit,
            max_articles=None,
            since=None,
            rechecks=rechecks,
            recheck_plan=PLAN,
            run=self.run,
            now=self.now,
        )

    def store(self, *leases: Lease) -> None:
        """End leases as articles that are there, and were not edited."""
        for lease in leases:
            first = lease.first_fetched_at or self.now
            recheck = Recheck(first, PLAN.find_next(first, self.now))
            outlook = Outlook(is_in_vain=lease.was_fetched, is_recheck=lease.is_recheck, recheck=recheck)
            settling.settle(self.connection, lease.id, AddressState.DONE, outlook=outlook, now=self.now)

    def fetch(self, *names: str) -> None:
        self.offer(*names)
        self.store(*self.lease(rechecks=0))

    def list_asked(self) -> list[str]:
        """Lease what is due; end it; return the names."""
        leases = self.lease()
        self.store(*leases)
        return list_names(leases)

    def load(self, name: str = "a") -> Row[Any]:
        return self.connection.execute(select(Address.__table__).where(Address.url.endswith(f"/{name}"))).one()


@pytest.fixture
def nights(engine: Engine) -> Iterator[Nights]:
    with engine.begin() as connection:
        yield Nights(connection)


def list_names(leases: list[Lease]) -> list[str]:
    return [lease.url.rsplit("/", 1)[1] for lease in leases]


def test_an_article_is_asked_again_after_a_day_and_a_week_and_never_again(nights: Nights) -> None:
    nights.fetch("a")
    asked = []
    for night in range(1, 40):
        nights.day = night - 0.1 * (night % 2)  # two nights may begin in less than a day
        if nights.list_asked():
            asked.append(night)
    assert asked == [1, 7]


def test_a_look_that_was_missed_for_nights_is_taken_once(nights: Nights) -> None:
    nights.fetch("a", "b")
    nights.day = 3
    assert nights.list_asked() == ["a", "b"]
    nights.day = 9
    assert nights.list_asked() == ["a", "b"]
    nights.fetch("c")
    nights.day = 17  # both times have passed
    assert nights.list_asked() == ["c"]
    nights.day = 30
    assert nights.list_asked() == []


def test_a_fetch_that_a_source_caused_counts_for_the_look_that_is_due(nights: Nights) -> None:
    nights.fetch("a")
    nights.day = 0.9
    nights.connection.execute(update(Address).values(state=AddressState.PENDING))
    (lease,) = nights.lease(rechecks=0)
    assert not lease.is_recheck
    nights.store(lease)
    nights.day = 1
    assert nights.list_asked() == []
    nights.day = 7
    assert nights.list_asked() == ["a"]


def test_news_comes_first_then_what_was_missing_then_the_youngest(nights: Nights) -> None:
    for day, name in ((0, "old"), (2, "middle"), (4, "young"), (5, "missing")):
        nights.day = day
        nights.fetch(name)
    nights.day = 6.9
    nights.connection.execute(
        update(Address).where(Address.url.endswith("/missing")).values(missing_at=nights.now, first_fetched_at=NOW)
    )
    nights.offer("new")
    assert list_names(nights.lease()) == ["new"]
    assert list_names(nights.lease(limit=3)) == ["missing", "young", "middle"]
    assert list_names(nights.lease(limit=3)) == ["old"]


def test_no_more_are_leased_than_the_run_may_look_at(nights: Nights) -> None:
    nights.fetch("a", "b", "c")
    nights.day = 1
    assert nights.lease(rechecks=0) == []
    assert len(nights.lease(rechecks=2)) == 2
    assert count_due_rechecks(nights.connection, SITE, plan=PLAN, now=nights.now) == 1


def test_a_look_that_a_kill_cut_short_is_taken_in_the_next_run_and_still_after_the_news(nights: Nights) -> None:
    nights.fetch("a")
    nights.day = 1
    (lease,) = nights.lease()
    assert lease.is_recheck
    settling.return_all_leases(nights.connection)
    assert count_due_rechecks(nights.connection, SITE, plan=PLAN, now=nights.now) == 1
    nights.offer("new")
    new, again = nights.lease()
    assert (list_names([new, again]), new.is_recheck, again.is_recheck) == (["new", "a"], False, True)
    nights.store(new, again)
    nights.day = 1.1
    assert nights.list_asked() == []


def test_an_unchanged_page_that_no_source_asked_for_speaks_against_no_source(nights: Nights) -> None:
    nights.fetch("a")
    nights.day = 1
    assert nights.list_asked() == ["a"]
    assert nights.load().vain == 0


def test_what_rests_after_a_night_in_vain_is_not_asked_before_its_rest_is_over(nights: Nights) -> None:
    nights.fetch("a")
    for day, is_asked in ((1, True), (2, True), (3, False), (4, True), (5, False), (7, False), (8, True)):
        nights.day = day
        leases = nights.lease()
        assert bool(leases) is is_asked, day
        for lease in leases:
            settling.settle(nights.connection, lease.id, AddressState.REFUSED, reason="http-403", now=nights.now)


def test_a_look_is_dropped_when_it_is_late_by_twice_the_longest_time(nights: Nights) -> None:
    nights.fetch("a")
    nights.day = 14.8
    assert count_due_rechecks(nights.connection, SITE, plan=PLAN, now=nights.now) == 1
    nights.day = 14.9
    assert nights.lease() == []
    drop_missed_rechecks(nights.connection, [SITE], plan=PLAN, now=nights.now)
    assert nights.load().recheck_at is None


def test_what_turned_out_to_be_no_article_is_not_looked_at_again(nights: Nights) -> None:
    nights.offer("a")
    (lease,) = nights.lease()
    settling.settle(
        nights.connection,
        lease.id,
        AddressState.DONE,
        reason="part",
        outlook=Outlook(recheck=NO_RECHECK),
        now=nights.now,
    )
    nights.day = 1
    assert nights.lease() == []


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        (HOUR, 50 * timedelta(minutes=1)),
        (DAY, 20 * HOUR),
        (7 * DAY, 6 * DAY + 20 * HOUR),
        (30 * DAY, 30 * DAY - 4 * HOUR),
    ],
)
def test_a_look_may_come_a_little_early(after: timedelta, expected: timedelta) -> None:
    plan = RecheckPlan((after,))
    assert plan.find_next(NOW, NOW) == NOW + expected
    assert plan.find_passed(NOW, NOW + expected) == after
    assert plan.find_passed(NOW, NOW + expected - timedelta(seconds=1)) is None


def test_a_plan_without_times_plans_nothing() -> None:
    plan = RecheckPlan()
    assert (plan.find_next(NOW, NOW), plan.find_passed(NOW, NOW + DAY)) == (None, None)
    assert not plan.is_young(NOW - DAY, NOW)


def test_what_was_old_when_it_was_first_fetched_is_not_young() -> None:
    assert PLAN.is_young(None, NOW)
    assert PLAN.is_young(NOW - 7 * DAY, NOW)
    assert not PLAN.is_young(NOW - 8 * DAY, NOW)


def test_the_index_of_planned_looks_is_used_however_many_addresses_a_site_has(sqlite_engine: Engine) -> None:
    statements: list[str] = []
    with sqlite_engine.begin() as connection:
        run = runs.begin(connection, spider="articles", now=NOW)
        raw = connection.connection.driver_connection
        assert raw is not None
        raw.set_trace_callback(statements.append)
        lease_rechecks(connection, SITE, limit=5, plan=PLAN, run=run, now=NOW)
        count_due_rechecks(connection, SITE, plan=PLAN, now=NOW)
        raw.set_trace_callback(None)
        asked = ["EXPLAIN QUERY PLAN " + one.replace(":", r"\:") for one in statements if "recheck_at" in one]
        plan = [row.detail for one in asked for row in connection.execute(text(one))]
    assert sum("ix_address_recheck (site=? AND recheck_at>? AND recheck_at<?)" in line for line in plan) == 2
    assert not any("SCAN address" in line for line in plan)
