"""Which dates of a list are believed, and what a list that lies costs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection, Engine, select

from storage import runs
from storage.frontier import leasing, offering, settling
from storage.frontier.addresses import AddressKind, AddressState, Offer
from storage.frontier.rechecks import Outlook
from storage.models import Address

NOW = datetime(2026, 11, 22, 2, 17, tzinfo=UTC)
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
SITE = "courier"


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    with engine.begin() as connection:
        yield connection


def make_offers(names: Iterable[object], *moments: datetime | None, source: str = "sitemap") -> list[Offer]:
    """Return an offer of each name; its date is one of the moments, in turn."""
    return [
        Offer(f"https://courier.example/{name}", AddressKind.ARTICLE, moments[at % len(moments)], source=source)
        for at, name in enumerate(names)
    ]


def run_night(
    connection: Connection, night: int, *lists: list[Offer], changed: Iterable[str] = ()
) -> tuple[list[str], list[bool]]:
    """Offer these lists, fetch what is due; return the names in the order of the leases, and which lists are doubted.

    The pages of `changed` have another text than at their last fetch.
    """
    now = NOW + night * DAY
    run = runs.begin(connection, spider="articles", now=now)
    doubted = [offering.offer(connection, SITE, offers, run=run, now=now).doubted for offers in lists]
    leases = leasing.lease(connection, SITE, limit=999, max_articles=None, since=None, run=run, now=now)
    names = [lease.url.rsplit("/", 1)[1] for lease in leases]
    known = set(connection.scalars(select(Address.id).where(Address.fetched_at.is_not(None))))
    for lease, name in zip(leases, names, strict=True):
        is_changed = name in changed
        outlook = Outlook(lease.id in known and not is_changed, lease.id in known and is_changed)
        settling.settle(connection, lease.id, AddressState.DONE, outlook=outlook, now=now)
    return names, doubted


def test_a_list_that_dates_all_of_one_minute_says_nothing(connection: Connection) -> None:
    clock = make_offers(range(40), NOW - HOUR, NOW - HOUR + timedelta(seconds=9))
    names, doubted = run_night(connection, 0, clock, make_offers(["true"], NOW - 9 * DAY, source="feed"))
    assert doubted == [True, False]
    assert names[0] == "true"
    assert connection.scalars(select(Address.changed_at).where(Address.url.like("%/7"))).one() is None


@pytest.mark.parametrize("source", ["sitemap", "feed", "news-sitemap"])
def test_the_next_night_a_list_of_one_minute_has_nothing_fetched_again(connection: Connection, source: str) -> None:
    run_night(connection, 0, make_offers(range(12), NOW - HOUR, source=source))
    names, doubted = run_night(connection, 1, make_offers(range(12), NOW + DAY - HOUR, source=source))
    assert (names, doubted) == ([], [True])


def test_a_day_that_all_share_may_be_the_day_of_the_list(connection: Connection) -> None:
    today = NOW.replace(hour=0, minute=0)
    _, doubted = run_night(connection, 0, make_offers(range(40), today))
    assert doubted == [False]
    assert connection.scalars(select(Address.changed_at).where(Address.url.like("%/7"))).one() == today


def test_a_few_articles_of_one_minute_are_believed(connection: Connection) -> None:
    _, doubted = run_night(connection, 0, make_offers(range(4), NOW - HOUR))
    assert doubted == [False]


def test_of_a_list_that_says_all_has_changed_a_few_are_looked_at_each_night(connection: Connection) -> None:
    asked = []
    for night in range(5):
        scattered = [NOW + night * DAY - timedelta(minutes=7 * at) for at in range(1, 41)]
        names, doubted = run_night(connection, night, make_offers(range(40), *scattered))
        assert doubted == [night > 0]
        asked.append(len(names))
    assert asked == [40, 3, 3, 3, 3]


def test_a_list_whose_changes_are_true_is_believed(connection: Connection) -> None:
    names = [str(at) for at in range(10)]
    asked = []
    for night in range(3):
        scattered = [NOW + night * DAY - timedelta(minutes=7 * at) for at in range(1, 11)]
        found, _ = run_night(connection, night, make_offers(names, *scattered), changed=names)
        asked.append(len(found))
    assert asked == [10, 3, 10]


def test_a_day_of_today_for_all_fetches_the_new_ones_first(connection: Connection) -> None:
    run_night(connection, 0, make_offers(range(40), NOW.replace(hour=0, minute=0)))
    today = (NOW + DAY).replace(hour=0, minute=0)
    names, doubted = run_night(connection, 1, make_offers([*range(40), "new"], today))
    assert names[0] == "new"
    assert (len(names), doubted) == (4, [True])


def test_the_date_of_a_feed_wins_over_a_later_one_of_a_sitemap(connection: Connection) -> None:
    published, touched = NOW - 5 * DAY, NOW - HOUR
    in_feed, in_sitemap = make_offers("a", published, source="feed"), make_offers("a", touched)
    for lists in ((in_feed, in_sitemap), (in_sitemap, in_feed)):
        run = runs.begin(connection, spider="articles", now=NOW)
        for offers in lists:
            offering.offer(connection, SITE, offers, run=run, now=NOW)
        row = connection.execute(select(Address.changed_at, Address.changed_by)).one()
        assert tuple(row) == (published, "feed")
        connection.execute(Address.__table__.delete())


def test_what_is_fetched_counts_as_changed_by_the_latest_date_of_any_source(connection: Connection) -> None:
    run_night(connection, 0, make_offers("a", NOW - 5 * DAY, source="feed"))
    names, _ = run_night(connection, 2, make_offers("a", NOW + DAY))
    assert names == ["a"]
