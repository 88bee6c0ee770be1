"""The frontier: what is offered is asked for once, newest first, and nothing is lost on the way."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, event, select, update

from storage import frontier, offering, runs
from storage.addresses import TRAP, AddressKind, AddressState, Lease, Offer
from storage.models import Address
from storage.offering import Offered

NOW = datetime(2026, 11, 22, 2, tzinfo=UTC)
DAY = timedelta(days=1)
SITE = "courier"
PAUSES = [timedelta(seconds=2), timedelta(seconds=10), timedelta(hours=12), timedelta(days=2)]


class Night:
    """One run on a frontier, with the hour in hand."""

    def __init__(self, connection: Connection, now: datetime = NOW) -> None:
        self.connection = connection
        self.now = now
        self.run = runs.begin(connection, spider="articles", now=now)

    def offer(self, *offers: Offer) -> Offered:
        return offering.offer(self.connection, SITE, offers, run=self.run, now=self.now)

    def lease(self, most: int = 10, articles: int | None = None, since: datetime | None = None) -> list[Lease]:
        return frontier.lease(
            self.connection, SITE, most=most, articles=articles, since=since, run=self.run, now=self.now
        )

    def done(self, *leases: Lease) -> None:
        for lease in leases:
            frontier.settle(self.connection, lease.id, AddressState.DONE, status=200, now=self.now)

    def next_due(self) -> datetime | None:
        return frontier.next_due(self.connection, [SITE], since=None, run=self.run, now=self.now)

    def states(self) -> dict[str, str]:
        rows = self.connection.execute(select(Address.url, Address.state))
        return {url.rsplit("/", 1)[1]: state for url, state in rows}


@pytest.fixture
def night(engine: Engine) -> Iterator[Night]:
    with engine.begin() as connection:
        yield Night(connection)


def article(name: str, days_old: float | None = None) -> Offer:
    changed_at = None if days_old is None else NOW - days_old * DAY
    return Offer(f"https://courier.example/{name}", AddressKind.ARTICLE, changed_at, source="feed")


def listing(name: str, kind: AddressKind = AddressKind.SECTION, **more: object) -> Offer:
    return Offer(f"https://courier.example/{name}", kind, **more)  # type: ignore[arg-type]


def names(leases: list[Lease]) -> list[str]:
    return [lease.url.rsplit("/", 1)[1] for lease in leases]


def test_a_known_address_stops_at_the_door(night: Night) -> None:
    assert night.offer(article("a"), article("b"), article("a")) == Offered(new=2, fresh=2)
    assert night.offer(article("b"), article("c")) == Offered(new=1, known=1, fresh=2)


def test_the_newest_article_is_leased_first_and_the_undated_last(night: Night) -> None:
    night.offer(article("undated"), article("old", 9), article("new", 1), article("older", 30), article("undated2"))
    assert names(night.lease(most=3)) == ["new", "old", "older"]
    assert names(night.lease()) == ["undated", "undated2"]
    assert night.lease() == []


def test_no_article_is_leased_while_discovery_is_under_way(night: Night) -> None:
    night.offer(article("a"), listing("front"), listing("feed", AddressKind.FEED))
    leases = night.lease(most=1)
    assert names(leases) == ["feed"]
    assert names(night.lease()) == ["front"]
    assert night.lease() == []
    night.done(*leases)
    assert night.lease() == []


def test_articles_follow_once_discovery_is_through(night: Night) -> None:
    night.offer(article("a"), listing("front"))
    night.done(*night.lease())
    assert names(night.lease()) == ["a"]


def test_a_run_takes_no_more_articles_than_it_may(night: Night) -> None:
    night.offer(*(article(str(number)) for number in range(9)))
    assert len(night.lease(articles=4)) == 4
    assert night.lease(articles=0) == []


def test_with_articles_enough_discovery_goes_no_deeper(night: Night) -> None:
    night.offer(article("a"), article("b"), listing("front"), listing("deep", depth=1))
    front = night.lease(articles=2)
    assert names(front) == ["front"]
    night.done(*front)
    assert names(night.lease(articles=2)) == ["a", "b"]


def test_since_leaves_older_articles_for_another_run(night: Night) -> None:
    night.offer(article("old", 9), article("new", 1), article("undated"))
    assert names(night.lease(since=NOW - 2 * DAY)) == ["new", "undated"]
    assert names(night.lease()) == ["old"]


def test_an_article_is_fetched_once_over_many_nights(night: Night) -> None:
    night.offer(article("a", 1))
    night.done(*night.lease())
    later = Night(night.connection, NOW + DAY)
    assert later.offer(article("a", 1)) == Offered(known=1)
    assert later.lease() == []


def test_an_article_that_changed_is_fetched_again_but_not_twice_a_night(night: Night) -> None:
    night.offer(article("a", 1))
    night.done(*night.lease())
    soon = Night(night.connection, NOW + timedelta(hours=2))
    assert soon.offer(article("a", -0.05)) == Offered(known=1)
    later = Night(night.connection, NOW + DAY)
    assert later.offer(article("a", -0.5)) == Offered(again=1)
    assert names(later.lease()) == ["a"]


def test_discovery_is_asked_for_once_in_every_run(night: Night) -> None:
    night.offer(listing("front"))
    night.done(*night.lease())
    night.offer(listing("front"))
    assert night.lease() == []
    later = Night(night.connection, NOW + DAY)
    assert later.lease() == []  # until this run offers it itself
    later.offer(listing("front"))
    assert names(later.lease()) == ["front"]


def test_a_sitemap_that_did_not_change_since_is_not_asked_for(night: Night) -> None:
    month = listing("2026-10.xml", AddressKind.SITEMAP, changed_at=NOW - DAY)
    night.offer(month)
    night.done(*night.lease())
    later = Night(night.connection, NOW + DAY)
    later.offer(month)
    assert later.lease() == []
    later.offer(listing("2026-10.xml", AddressKind.SITEMAP, changed_at=NOW + DAY / 2))
    assert names(later.lease()) == ["2026-10.xml"]


def test_a_guessed_address_that_led_nowhere_rests(night: Night) -> None:
    guess = listing("rss", AddressKind.FEED, source="usual-path")
    night.offer(guess)
    frontier.settle(night.connection, night.lease()[0].id, AddressState.GONE, status=404, now=NOW)
    later = Night(night.connection, NOW + DAY)
    later.offer(guess)
    assert later.lease() == []
    much_later = Night(night.connection, NOW + 31 * DAY)
    much_later.offer(guess)
    assert names(much_later.lease()) == ["rss"]


def test_what_was_refused_rests_but_not_what_the_entry_of_its_site_names(night: Night) -> None:
    found, named = listing("section"), listing("front", source="entry")
    night.offer(found, named)
    for lease in night.lease():
        frontier.settle(night.connection, lease.id, AddressState.REFUSED, reason="robots", now=night.now)
    later = Night(night.connection, night.now + DAY)
    later.offer(found, named)
    assert names(later.lease()) == ["front"]
    much_later = Night(night.connection, night.now + 31 * DAY)
    much_later.offer(found)
    assert names(much_later.lease()) == ["section"]


def test_what_stood_for_a_trap_is_asked_for_in_another_night(night: Night) -> None:
    night.offer(article("a"), article("b"))
    trapped, disallowed = night.lease()
    frontier.refuse(night.connection, [trapped.id], reason=TRAP, now=NOW)
    frontier.refuse(night.connection, [disallowed.id], reason="robots", now=NOW)
    soon = Night(night.connection, NOW + DAY / 2)
    assert soon.offer(article("a"), article("b")).again == 0
    later = Night(night.connection, NOW + DAY)
    later.offer(article("a"), article("b"))
    assert names(later.lease()) == names([trapped])


def test_no_lease_looks_through_all_that_a_site_has_waiting(sqlite_engine: Engine) -> None:
    asked: list[tuple[str, Any]] = []
    with sqlite_engine.begin() as connection:
        night = Night(connection)
        night.offer(*map(article, "abc"))
        event.listen(connection, "before_cursor_execute", lambda *told: asked.append((told[2], told[3])))
        assert len(night.lease(most=1)) == 1
        for statement, parameters in asked.copy():
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
            steps = [row.detail for row in plan if " address " in row.detail]
            assert steps
            assert all("state=? AND kind=?" in step or "rowid=?" in step for step in steps), statement
    assert len(asked) >= 3


def test_a_run_asks_for_so_many_lists_and_then_for_the_articles(night: Night) -> None:
    night.offer(listing("one"), listing("two"), article("story"))

    def lease(lists: int) -> list[str]:
        return names(
            frontier.lease(
                night.connection, SITE, most=1, articles=None, lists=lists, since=None, run=night.run, now=night.now
            )
        )

    assert lease(2) == ["one"]
    assert lease(0) == []  # the other is under way
    night.connection.execute(update(Address).where(Address.state == "leased").values(state="done"))
    assert lease(0) == ["story"]


def test_a_failed_try_is_repeated_after_growing_pauses_and_then_given_up(night: Night) -> None:
    night.offer(article("a"))
    waits = []
    for pause in PAUSES:
        (lease,) = night.lease()
        waits.append(frontier.fail(night.connection, lease.id, pauses=PAUSES, reason="timeout", now=night.now))
        assert night.lease() == []
        night.now += pause
    assert waits == [True, True, False, False]  # the last two lie beyond this run
    (lease,) = night.lease()
    assert frontier.fail(night.connection, lease.id, pauses=PAUSES, reason="timeout", now=night.now) is False
    assert night.states() == {"a": AddressState.FAILED}


def test_a_run_waits_for_a_pause_but_not_for_what_lies_beyond_it(night: Night) -> None:
    night.offer(article("a"))
    assert night.next_due() is None  # it is due now
    (lease,) = night.lease()
    frontier.fail(night.connection, lease.id, pauses=PAUSES, reason="timeout", now=NOW)
    assert night.next_due() == NOW + PAUSES[0]
    night.now = NOW + PAUSES[0]
    for _ in (1, 2):
        (lease,) = night.lease()
        frontier.fail(night.connection, lease.id, pauses=PAUSES, reason="timeout", now=night.now)
        night.now += PAUSES[1]
    assert night.next_due() is None


def test_leases_that_were_never_settled_are_given_back(night: Night) -> None:
    night.offer(article("a"), article("b"), article("c"))
    one, *_ = night.lease()
    assert frontier.release(night.connection, [one.id]) == 1
    assert frontier.release(night.connection) == 2
    assert len(night.lease()) == 3


def test_an_address_of_another_site_is_not_handed_out(night: Night) -> None:
    night.offer(article("a"))
    leases = frontier.lease(night.connection, "other", most=9, articles=None, since=None, run=night.run, now=NOW)
    assert leases == []


def test_a_page_that_proves_older_than_asked_for_waits_with_its_true_date(night: Night) -> None:
    night.offer(article("a"))
    (lease,) = night.lease(since=NOW - DAY)
    frontier.postpone(night.connection, lease.id, published_at=NOW - 40 * DAY)
    assert night.lease(since=NOW - DAY) == []
    assert names(night.lease()) == ["a"]


def test_a_replayed_page_is_known_to_later_crawls(night: Night) -> None:
    url = "https://courier.example/a"
    first = offering.know(night.connection, SITE, url, status=200, run=night.run, fetched_at=NOW)
    assert offering.know(night.connection, SITE, url, status=200, run=night.run, fetched_at=NOW) == first
    assert night.offer(article("a", 1)) == Offered(known=1, fresh=1)
    assert night.lease() == []


def test_ten_thousand_offers_at_once(night: Night) -> None:
    offers = [article(f"story-{number}", number / 100) for number in range(10_000)]
    assert night.offer(*offers).new == 10_000
    assert night.offer(*offers).known == 10_000
    assert names(night.lease(most=2)) == ["story-0", "story-1"]


def test_a_site_that_was_renamed_keeps_its_addresses(night: Night) -> None:
    night.offer(article("a"), listing("front"))
    later = Night(night.connection, NOW + DAY)
    offering.offer(night.connection, "renamed", [article("a"), listing("front")], run=later.run, now=later.now)
    assert later.lease() == []
    found = frontier.lease(night.connection, "renamed", most=9, articles=None, since=None, run=later.run, now=later.now)
    assert names(found) == ["front"]
    later.done(*found)
    found = frontier.lease(night.connection, "renamed", most=9, articles=None, since=None, run=later.run, now=later.now)
    assert names(found) == ["a"]


def test_the_word_of_a_feed_makes_an_article_of_what_looked_like_a_section(night: Night) -> None:
    night.offer(listing("culture"))
    night.done(*night.lease())
    assert night.offer(article("culture")).again == 1
    assert [lease.kind for lease in night.lease()] == [AddressKind.ARTICLE]


def test_the_word_of_an_entry_makes_a_section_of_what_looked_like_an_article(night: Night) -> None:
    night.offer(article("culture"))
    night.done(*night.lease())
    later = Night(night.connection, NOW + DAY)
    later.offer(listing("culture", source="entry"))
    assert [lease.kind for lease in later.lease()] == [AddressKind.SECTION]


def test_a_sitemap_that_names_only_a_day_is_read_again_until_the_day_is_over(night: Night) -> None:
    today = NOW.replace(hour=0)
    month = listing("2026-11.xml", AddressKind.SITEMAP, changed_at=today)
    night.offer(month)
    night.done(*night.lease())
    next_night = Night(night.connection, NOW + DAY)
    next_night.offer(month)
    assert names(next_night.lease()) == ["2026-11.xml"]
    frontier.settle(night.connection, 1, AddressState.DONE, status=200, now=NOW + DAY)
    third_night = Night(night.connection, NOW + 2 * DAY)
    third_night.offer(month)
    assert third_night.lease() == []


def test_articles_wait_for_a_front_page_that_failed_for_a_moment(night: Night) -> None:
    night.offer(article("old", 9), listing("front"))
    (front,) = night.lease()
    frontier.fail(night.connection, front.id, pauses=PAUSES, reason="http-503", now=NOW)
    assert night.lease() == []
    night.now += PAUSES[0]
    assert names(night.lease()) == ["front"]


def test_one_guess_that_hits_ends_the_guessing(night: Night) -> None:
    guesses = [listing(name, AddressKind.FEED, source="usual-path") for name in ("feed", "rss", "atom")]
    night.offer(*guesses, listing("map", AddressKind.SITEMAP, source="usual-path"))
    first, *_ = night.lease(most=1)
    frontier.stop_guessing(night.connection, SITE, AddressKind.FEED, run=night.run, now=NOW)
    night.done(first)
    assert names(night.lease()) == ["map"]


def test_with_articles_enough_nothing_is_guessed(night: Night) -> None:
    night.offer(article("a"), listing("feed", AddressKind.FEED, source="usual-path"))
    assert names(night.lease(articles=1)) == ["a"]


def test_the_target_of_a_redirect_waits_no_more(night: Night) -> None:
    night.offer(article("target"))
    offering.know(night.connection, SITE, article("target").url, status=200, run=night.run, fetched_at=NOW)
    assert night.lease() == []
    assert night.states() == {"target": AddressState.DONE}


def test_a_page_that_proved_older_stays_older_whatever_its_sitemap_says(night: Night) -> None:
    night.offer(article("a"))
    (lease,) = night.lease(since=NOW - DAY)
    frontier.postpone(night.connection, lease.id, published_at=NOW - 40 * DAY)
    night.offer(article("a", 0.1))
    assert night.lease(since=NOW - DAY) == []
