"""The frontier: each offered address is fetched once, the newest first, and none is lost."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, event, select, update

from storage import runs
from storage.frontier import leasing, offering, settling
from storage.frontier.addresses import TRAP, AddressKind, AddressState, Lease, Offer
from storage.frontier.offering import OfferCounts
from storage.models import Address

NOW = datetime(2026, 11, 22, 2, tzinfo=UTC)
DAY = timedelta(days=1)
SITE = "courier"
PAUSES = [timedelta(seconds=2), timedelta(seconds=10), timedelta(hours=12), timedelta(days=2)]


class Night:
    """One run on a frontier at a time that the test sets."""

    def __init__(self, connection: Connection, now: datetime = NOW) -> None:
        self.connection = connection
        self.now = now
        self.run = runs.begin(connection, spider="articles", now=now)

    def offer(self, *offers: Offer) -> OfferCounts:
        return offering.offer(self.connection, SITE, offers, run=self.run, now=self.now)

    def lease(self, limit: int = 10, max_articles: int | None = None, since: datetime | None = None) -> list[Lease]:
        first_day = None if since is None else leasing.FirstDay(since, since.replace(hour=0, minute=0))
        return leasing.lease(
            self.connection, SITE, limit=limit, max_articles=max_articles, since=first_day, run=self.run, now=self.now
        )

    def finish(self, *leases: Lease) -> None:
        for lease in leases:
            settling.settle(self.connection, lease.id, AddressState.DONE, status=200, now=self.now)

    def find_next_due(self) -> datetime | None:
        return leasing.find_next_due(self.connection, [SITE], since=None, run=self.run, now=self.now)

    def load_states(self) -> dict[str, str]:
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


def list_names(leases: list[Lease]) -> list[str]:
    return [lease.url.rsplit("/", 1)[1] for lease in leases]


def test_a_known_address_is_not_offered_again(night: Night) -> None:
    assert night.offer(article("a"), article("b"), article("a")) == OfferCounts(new=2, fresh=2)
    assert night.offer(article("b"), article("c")) == OfferCounts(new=1, known=1, fresh=2)


def test_the_newest_article_is_leased_first_and_the_undated_last(night: Night) -> None:
    night.offer(article("undated"), article("old", 9), article("new", 1), article("older", 30), article("undated2"))
    assert list_names(night.lease(limit=3)) == ["new", "old", "older"]
    assert list_names(night.lease()) == ["undated", "undated2"]
    assert night.lease() == []


def test_no_article_is_leased_while_discovery_is_under_way(night: Night) -> None:
    night.offer(article("a"), listing("front"), listing("feed", AddressKind.FEED))
    leases = night.lease(limit=1)
    assert list_names(leases) == ["feed"]
    assert list_names(night.lease()) == ["front"]
    assert night.lease() == []
    night.finish(*leases)
    assert night.lease() == []


def test_articles_follow_once_discovery_is_complete(night: Night) -> None:
    night.offer(article("a"), listing("front"))
    night.finish(*night.lease())
    assert list_names(night.lease()) == ["a"]


def test_a_run_takes_no_more_articles_than_it_may(night: Night) -> None:
    night.offer(*(article(str(number)) for number in range(9)))
    assert len(night.lease(max_articles=4)) == 4
    assert night.lease(max_articles=0) == []


def test_with_articles_enough_discovery_goes_no_deeper(night: Night) -> None:
    night.offer(article("a"), article("b"), listing("front"), listing("deep", depth=1))
    front = night.lease(max_articles=2)
    assert list_names(front) == ["front"]
    night.finish(*front)
    assert list_names(night.lease(max_articles=2)) == ["a", "b"]


def test_since_leaves_older_articles_for_another_run(night: Night) -> None:
    night.offer(article("old", 9), article("new", 1), article("undated"))
    assert list_names(night.lease(since=NOW - 2 * DAY)) == ["new", "undated"]
    assert list_names(night.lease()) == ["old"]


def test_a_date_without_a_time_is_the_whole_day_also_where_the_day_begins_later(night: Night) -> None:
    midnight = NOW.replace(hour=0) - DAY
    night.offer(Offer("https://paper.example.org/dated", AddressKind.ARTICLE, midnight), article("old", 2))
    assert list_names(night.lease(since=midnight + timedelta(hours=5))) == ["dated"]


def test_an_article_is_fetched_once_over_many_nights(night: Night) -> None:
    night.offer(article("a", 1))
    night.finish(*night.lease())
    later = Night(night.connection, NOW + DAY)
    assert later.offer(article("a", 1)) == OfferCounts(known=1)
    assert later.lease() == []


def test_an_article_that_changed_is_fetched_again_but_not_twice_a_night(night: Night) -> None:
    night.offer(article("a", 1))
    night.finish(*night.lease())
    soon = Night(night.connection, NOW + timedelta(hours=2))
    assert soon.offer(article("a", -0.05)) == OfferCounts(known=1)
    later = Night(night.connection, NOW + DAY)
    assert later.offer(article("a", -0.5)) == OfferCounts(again=1)
    assert list_names(later.lease()) == ["a"]


def test_discovery_is_asked_for_once_in_every_run(night: Night) -> None:
    night.offer(listing("front"))
    night.finish(*night.lease())
    night.offer(listing("front"))
    assert night.lease() == []
    later = Night(night.connection, NOW + DAY)
    assert later.lease() == []  # until this run offers it itself
    later.offer(listing("front"))
    assert list_names(later.lease()) == ["front"]


def test_a_sitemap_that_did_not_change_since_is_not_asked_for(night: Night) -> None:
    month = listing("2026-10.xml", AddressKind.SITEMAP, changed_at=NOW - DAY)
    night.offer(month)
    night.finish(*night.lease())
    later = Night(night.connection, NOW + DAY)
    later.offer(month)
    assert later.lease() == []
    later.offer(listing("2026-10.xml", AddressKind.SITEMAP, changed_at=NOW + DAY / 2))
    assert list_names(later.lease()) == ["2026-10.xml"]


def test_a_guess_that_found_nothing_rests(night: Night) -> None:
    guess = listing("rss", AddressKind.FEED, source="usual-path")
    night.offer(guess)
    settling.settle(night.connection, night.lease()[0].id, AddressState.GONE, status=404, now=NOW)
    later = Night(night.connection, NOW + DAY)
    later.offer(guess)
    assert later.lease() == []
    much_later = Night(night.connection, NOW + 31 * DAY)
    much_later.offer(guess)
    assert list_names(much_later.lease()) == ["rss"]


def test_a_refused_address_rests_unless_sites_toml_names_it(night: Night) -> None:
    found, named = listing("section"), listing("front", source="entry")
    night.offer(found, named)
    for lease in night.lease():
        settling.settle(night.connection, lease.id, AddressState.REFUSED, reason="robots", now=night.now)
    soon = Night(night.connection, night.now + DAY / 2)
    soon.offer(found, named)
    assert list_names(soon.lease()) == ["front"]
    later = Night(night.connection, night.now + DAY)
    later.offer(found)
    assert list_names(later.lease()) == ["section"]


def test_an_address_refused_as_a_trap_is_leased_in_another_night(night: Night) -> None:
    night.offer(article("a"), article("b"))
    trapped, disallowed = night.lease()
    for number in range(3):
        now = NOW + number * DAY
        settling.refuse(night.connection, [trapped.id], reason=TRAP, now=now)
        settling.refuse(night.connection, [disallowed.id], reason="robots", now=now)
        soon = Night(night.connection, now + DAY / 2)
        assert soon.offer(article("a"), article("b")).again == 0
    later = Night(night.connection, NOW + 3 * DAY)
    later.offer(article("a"), article("b"))
    assert list_names(later.lease()) == list_names([trapped])


def test_no_lease_looks_through_all_that_a_site_has_waiting(sqlite_engine: Engine) -> None:
    asked: list[tuple[str, Any]] = []
    with sqlite_engine.begin() as connection:
        night = Night(connection)
        night.offer(*map(article, "abc"))
        event.listen(connection, "before_cursor_execute", lambda *arguments: asked.append(arguments[2:4]))
        assert len(night.lease(limit=1)) == 1
        for statement, parameters in asked.copy():
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
            steps = [row.detail for row in plan if " address " in row.detail]
            assert steps
            assert all("state=? AND kind=?" in step or "rowid=?" in step for step in steps), statement
    assert len(asked) >= 3


def test_a_run_leases_up_to_max_lists_and_then_the_articles(night: Night) -> None:
    night.offer(listing("one"), listing("two"), article("story"))

    def lease(lists: int) -> list[str]:
        return list_names(
            leasing.lease(
                night.connection,
                SITE,
                limit=1,
                max_articles=None,
                max_lists=lists,
                since=None,
                run=night.run,
                now=night.now,
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
        waits.append(settling.retry_or_fail(night.connection, lease.id, pauses=PAUSES, reason="timeout", now=night.now))
        assert night.lease() == []
        night.now += pause
    assert waits == [True, True, False, False]  # the last two lie beyond this run
    (lease,) = night.lease()
    assert settling.retry_or_fail(night.connection, lease.id, pauses=PAUSES, reason="timeout", now=night.now) is False
    assert night.load_states() == {"a": AddressState.FAILED}


def test_a_run_waits_for_a_short_pause_but_not_for_a_long_one(night: Night) -> None:
    night.offer(article("a"))
    assert night.find_next_due() is None  # it is due now
    (lease,) = night.lease()
    settling.retry_or_fail(night.connection, lease.id, pauses=PAUSES, reason="timeout", now=NOW)
    assert night.find_next_due() == NOW + PAUSES[0]
    night.now = NOW + PAUSES[0]
    for _ in (1, 2):
        (lease,) = night.lease()
        settling.retry_or_fail(night.connection, lease.id, pauses=PAUSES, reason="timeout", now=night.now)
        night.now += PAUSES[1]
    assert night.find_next_due() is None


def test_leases_that_were_never_settled_are_returned(night: Night) -> None:
    night.offer(article("a"), article("b"), article("c"))
    one, *_ = night.lease()
    assert settling.return_leases(night.connection, [one.id]) == 1
    assert settling.return_all_leases(night.connection) == 2
    assert len(night.lease()) == 3


def test_an_address_of_another_site_is_not_leased(night: Night) -> None:
    night.offer(article("a"))
    leases = leasing.lease(night.connection, "other", limit=9, max_articles=None, since=None, run=night.run, now=NOW)
    assert leases == []


def test_a_page_older_than_since_waits_with_its_true_date(night: Night) -> None:
    night.offer(article("a"))
    (lease,) = night.lease(since=NOW - DAY)
    settling.return_outdated(night.connection, lease.id, published_at=NOW - 40 * DAY)
    assert night.lease(since=NOW - DAY) == []
    assert list_names(night.lease()) == ["a"]


def test_a_replayed_page_is_known_to_later_crawls(night: Night) -> None:
    url = "https://courier.example/a"
    first = offering.record_fetched(night.connection, SITE, url, status=200, run=night.run, fetched_at=NOW)
    assert offering.record_fetched(night.connection, SITE, url, status=200, run=night.run, fetched_at=NOW) == first
    assert night.offer(article("a", 1)) == OfferCounts(known=1, fresh=1)
    assert night.lease() == []


def test_ten_thousand_offers_at_once(night: Night) -> None:
    offers = [article(f"story-{number}", number / 100) for number in range(10_000)]
    assert night.offer(*offers).new == 10_000
    assert night.offer(*offers).known == 10_000
    assert list_names(night.lease(limit=2)) == ["story-0", "story-1"]


def test_a_site_that_was_renamed_keeps_its_addresses(night: Night) -> None:
    night.offer(article("a"), listing("front"))
    later = Night(night.connection, NOW + DAY)
    offering.offer(night.connection, "renamed", [article("a"), listing("front")], run=later.run, now=later.now)
    assert later.lease() == []
    found = leasing.lease(
        night.connection, "renamed", limit=9, max_articles=None, since=None, run=later.run, now=later.now
    )
    assert list_names(found) == ["front"]
    later.finish(*found)
    found = leasing.lease(
        night.connection, "renamed", limit=9, max_articles=None, since=None, run=later.run, now=later.now
    )
    assert list_names(found) == ["a"]


def test_a_feed_makes_an_article_of_an_assumed_section(night: Night) -> None:
    night.offer(listing("culture"))
    night.finish(*night.lease())
    assert night.offer(article("culture")).again == 1
    assert [lease.kind for lease in night.lease()] == [AddressKind.ARTICLE]


def test_an_entry_makes_a_section_of_an_assumed_article(night: Night) -> None:
    night.offer(article("culture"))
    night.finish(*night.lease())
    later = Night(night.connection, NOW + DAY)
    later.offer(listing("culture", source="entry"))
    assert [lease.kind for lease in later.lease()] == [AddressKind.SECTION]


def test_a_sitemap_that_names_only_a_day_is_read_again_until_the_day_is_over(night: Night) -> None:
    today = NOW.replace(hour=0)
    month = listing("2026-11.xml", AddressKind.SITEMAP, changed_at=today)
    night.offer(month)
    night.finish(*night.lease())
    next_night = Night(night.connection, NOW + DAY)
    next_night.offer(month)
    assert list_names(next_night.lease()) == ["2026-11.xml"]
    settling.settle(night.connection, 1, AddressState.DONE, status=200, now=NOW + DAY)
    third_night = Night(night.connection, NOW + 2 * DAY)
    third_night.offer(month)
    assert third_night.lease() == []


def test_articles_wait_for_a_front_page_that_failed_for_a_moment(night: Night) -> None:
    night.offer(article("old", 9), listing("front"))
    (front,) = night.lease()
    settling.retry_or_fail(night.connection, front.id, pauses=PAUSES, reason="http-503", now=NOW)
    assert night.lease() == []
    night.now += PAUSES[0]
    assert list_names(night.lease()) == ["front"]


def test_one_right_guess_ends_the_guessing(night: Night) -> None:
    guesses = [listing(name, AddressKind.FEED, source="usual-path") for name in ("feed", "rss", "atom")]
    night.offer(*guesses, listing("map", AddressKind.SITEMAP, source="usual-path"))
    first, *_ = night.lease(limit=1)
    settling.stop_guessing(night.connection, SITE, AddressKind.FEED, run=night.run, now=NOW)
    night.finish(first)
    assert list_names(night.lease()) == ["map"]


def test_a_guess_waits_for_the_answer_to_another_of_its_kind(night: Night) -> None:
    guesses = [listing(name, AddressKind.FEED, source="usual-path") for name in ("feed", "rss")]
    night.offer(*guesses, listing("map", AddressKind.SITEMAP, source="usual-path"), listing("named", AddressKind.FEED))
    leases = {lease.url: lease for _ in range(4) for lease in night.lease(limit=1)}
    assert list_names([*leases.values()]) == ["feed", "named", "map"]
    settling.settle(night.connection, leases[guesses[0].url].id, AddressState.GONE, status=404, now=NOW)
    assert list_names(night.lease(limit=1)) == ["rss"]


def test_with_articles_enough_nothing_is_guessed(night: Night) -> None:
    night.offer(article("a"), listing("feed", AddressKind.FEED, source="usual-path"))
    assert list_names(night.lease(max_articles=1)) == ["a"]


def test_the_target_of_a_redirect_is_not_leased_again(night: Night) -> None:
    night.offer(article("target"))
    offering.record_fetched(night.connection, SITE, article("target").url, status=200, run=night.run, fetched_at=NOW)
    assert night.lease() == []
    assert night.load_states() == {"target": AddressState.DONE}


def test_the_date_of_a_page_outlives_a_newer_date_of_its_sitemap(night: Night) -> None:
    night.offer(article("a"))
    (lease,) = night.lease(since=NOW - DAY)
    settling.return_outdated(night.connection, lease.id, published_at=NOW - 40 * DAY)
    night.offer(article("a", 0.1))
    assert night.lease(since=NOW - DAY) == []
