"""Bad nights, second looks, and the order in which they are asked for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection, Engine, select, update

from storage import runs
from storage.frontier import leasing, offering
from storage.frontier.addresses import AddressKind, AddressState, Lease, Offer
from storage.frontier.offering import OfferCounts
from storage.frontier.rechecks import Outlook, find_rest
from storage.models import Address

NOW = datetime(2026, 11, 22, 2, tzinfo=UTC)
DAY = timedelta(days=1)
SITE = "courier"


class Frontier:
    """A frontier whose clock the test moves from night to night."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.day = 0.0

    @property
    def now(self) -> datetime:
        return NOW + self.day * DAY

    def offer(self, *offers: Offer) -> OfferCounts:
        self.run = runs.begin(self.connection, spider="articles", now=self.now)
        return offering.offer(self.connection, SITE, offers, run=self.run, now=self.now)

    def lease(self) -> list[Lease]:
        return leasing.lease(self.connection, SITE, limit=99, max_articles=None, since=None, run=self.run, now=self.now)

    def settle(self, *leases: Lease, state: AddressState = AddressState.DONE, **more: object) -> None:
        for lease in leases:
            leasing.settle(self.connection, lease.id, state, now=self.now, **more)  # type: ignore[arg-type]

    def is_asked(self, offer: Offer, **outcome: object) -> bool:
        """Offer one address; if it is asked for, end it so. Return whether it was."""
        self.offer(offer)
        leases = self.lease()
        self.settle(*leases, **outcome)  # type: ignore[arg-type]
        return bool(leases)


@pytest.fixture
def frontier(engine: Engine) -> Iterator[Frontier]:
    with engine.begin() as connection:
        yield Frontier(connection)


def article(name: str = "a", day: float | None = None, source: str = "sitemap") -> Offer:
    changed_at = None if day is None else NOW + day * DAY
    return Offer(f"https://courier.example/{name}", AddressKind.ARTICLE, changed_at, source=source)


def list_names(leases: list[Lease]) -> list[str]:
    return [lease.url.rsplit("/", 1)[1] for lease in leases]


@pytest.mark.parametrize(
    ("state", "reason"),
    [
        (AddressState.GONE, "http-404"),
        (AddressState.REFUSED, "http-403"),
        (AddressState.REFUSED, "robots"),
        (AddressState.FAILED, "http-406"),
    ],
)
def test_an_address_in_vain_is_asked_again_after_1_2_4_8_and_30_nights(
    frontier: Frontier, state: AddressState, reason: str
) -> None:
    asked = []
    for day in range(80):
        frontier.day = day
        if frontier.is_asked(article(), state=state, reason=reason):
            asked.append(day)
    assert asked == [0, 1, 3, 7, 15, 45, 75]


def test_a_night_may_begin_hours_earlier_than_the_last(frontier: Frontier) -> None:
    assert frontier.is_asked(article(), state=AddressState.GONE, reason="http-404")
    frontier.day = 0.8
    assert not frontier.is_asked(article())
    frontier.day = 0.9
    assert frontier.is_asked(article())


def test_an_address_that_no_source_lists_any_more_is_not_asked_again(frontier: Frontier) -> None:
    assert frontier.is_asked(article(), state=AddressState.GONE, reason="http-404")
    frontier.day = 1
    assert not frontier.is_asked(article("b"), state=AddressState.DONE) or list_names(frontier.lease()) == []
    states = dict(frontier.connection.execute(select(Address.url, Address.state)).all())
    assert states["https://courier.example/a"] == AddressState.GONE


def test_a_newer_date_revives_an_address_that_is_gone(frontier: Frontier) -> None:
    for day in (0, 1):
        frontier.day = day
        assert frontier.is_asked(article(day=-1), state=AddressState.GONE, reason="http-404")
    frontier.day = 2
    assert not frontier.is_asked(article(day=-1))
    assert frontier.is_asked(article(day=1.9))


def test_no_date_revives_what_robots_txt_refuses(frontier: Frontier) -> None:
    for day in (0, 1):
        frontier.day = day
        assert frontier.is_asked(article(day=-1), state=AddressState.REFUSED, reason="robots")
    frontier.day = 2
    assert not frontier.is_asked(article(day=1.9))


def test_a_good_answer_ends_the_count_of_nights_in_vain(frontier: Frontier) -> None:
    frontier.is_asked(article(), state=AddressState.GONE, reason="http-404")
    frontier.day = 1
    assert frontier.is_asked(article())
    assert frontier.connection.execute(select(Address.vain)).scalar_one() == 0


def test_a_planned_second_look_is_taken_once_and_not_before_its_time(frontier: Frontier) -> None:
    assert frontier.is_asked(article(), outlook=Outlook(again_after=timedelta(hours=4)))
    frontier.day = 0.1
    assert not frontier.is_asked(article())
    frontier.day = 0.2
    assert frontier.is_asked(article())
    frontier.day = 9
    assert not frontier.is_asked(article())


def test_what_was_never_fetched_comes_first_then_what_was_in_vain_then_what_is_fetched(frontier: Frontier) -> None:
    young = Outlook(again_after=timedelta(hours=4))
    frontier.offer(article("fetched", -0.1), article("gone", -0.2), article("rejected", -0.3))
    fetched, gone, rejected = frontier.lease()
    frontier.settle(fetched, outlook=young)
    frontier.settle(gone, state=AddressState.GONE, reason="http-404")
    frontier.settle(rejected, reason="too-short", outlook=Outlook(is_in_vain=True, again_after=find_rest(1)))
    frontier.day = 1
    names = ("undated", "new", "old")
    days = {"undated": None, "new": 0.9, "old": -900}
    known = (article("fetched", 0.99), article("gone", 0.98), article("rejected", 0.97))
    assert frontier.offer(*known, *(article(name, days[name]) for name in names)).again == 3
    assert list_names(frontier.lease()) == ["new", "old", "undated", "gone", "rejected", "fetched"]


def test_a_page_fetched_again_for_nothing_is_believed_ever_more_rarely(frontier: Frontier) -> None:
    asked = []
    for day in range(60):
        frontier.day = day
        in_vain = Outlook(is_in_vain=day > 0)
        if frontier.is_asked(article(day=day - 0.01), outlook=in_vain):
            asked.append(day)
    assert asked == [0, 1, 2, 4, 8, 16, 46]


def test_the_rank_of_an_address_that_waits_for_another_night_stays_in_its_class(frontier: Frontier) -> None:
    frontier.is_asked(article(day=-3), state=AddressState.GONE, reason="http-404")
    frontier.day = 1
    frontier.offer(article(day=-3))
    frontier.offer(article(day=0.5), article("b", -9))
    assert list_names(frontier.lease()) == ["b", "a"]


def test_an_address_of_the_seventh_edition_that_failed_is_due_when_it_is_listed(frontier: Frontier) -> None:
    frontier.is_asked(article(), state=AddressState.FAILED, reason="http-400")
    frontier.connection.execute(update(Address).values(vain=0, due_at=NOW))
    frontier.day = 0.1
    assert frontier.is_asked(article())


def test_a_sitemap_that_did_not_change_is_read_again_for_an_article_that_was_in_vain(frontier: Frontier) -> None:
    month = Offer("https://courier.example/month.xml", AddressKind.SITEMAP, NOW - DAY, source="sitemap")
    assert frontier.is_asked(month)
    assert frontier.is_asked(article(), state=AddressState.GONE, reason="http-404")
    frontier.day = 0.5
    assert not frontier.is_asked(month)
    frontier.day = 1
    assert frontier.is_asked(month)
    frontier.day = 4
    assert not frontier.is_asked(month)  # it does not name the article, or it would have been asked for again
