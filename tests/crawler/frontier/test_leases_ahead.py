"""Addresses that are leased ahead: in the order of the frontier, given back when that may have changed."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import URL, Connection, make_url, select

from crawler.frontier import leases_ahead
from crawler.frontier.lease_quota import LeaseBatch, LeaseQuota, lease_within_quotas
from crawler.frontier.leases_ahead import MAX_AHEAD, MIN_AHEAD, LeasesAhead, Returned
from crawler.frontier.traps import Traps
from storage import runs
from storage.database.engine import open_database
from storage.frontier import offering, settling
from storage.frontier.addresses import TWIN, AddressKind, AddressState, Lease, Offer
from storage.frontier.same_pages.twin_learning import learn_from_pair
from storage.models import Address

NOW = datetime.now(UTC) - timedelta(hours=1)


def make_lease(number: int) -> Lease:
    return Lease(number, f"https://a.example/{number}", "a", AddressKind.ARTICLE, 1, "feed", 0)


def keep(ahead: LeasesAhead, *numbers: int) -> None:
    ahead.keep("a", [make_lease(number) for number in numbers])


def take(ahead: LeasesAhead, most: int = 1) -> list[int]:
    return [lease.id for lease in ahead.take("a", most)]


async def hand_out_in_order() -> None:
    ahead = LeasesAhead(lambda lease: False)
    keep(ahead, 1, 2, 3)
    assert (take(ahead), take(ahead, 2), take(ahead)) == ([1], [2, 3], [])
    assert not ahead
    assert ahead.pop_returned() == Returned()


async def give_back_what_is_barred() -> None:
    barred: set[int] = set()
    ahead = LeasesAhead(lambda lease: lease.id in barred)
    keep(ahead, 1, 2, 3)
    barred.add(2)
    assert (take(ahead, 3), take(ahead)) == ([1], [])
    assert ahead.pop_returned().ids == [2, 3]
    assert ahead.pop_returned().ids == []


async def give_back_beyond_a_limit() -> None:
    ahead = LeasesAhead(lambda lease: False)
    keep(ahead, 1, 2)
    assert take(ahead, 0) == []
    assert ahead.pop_returned().ids == [1, 2]


async def lease_more_where_all_were_asked_for_in_time() -> None:
    ahead = LeasesAhead(lambda lease: False)
    sizes = []
    for _ in range(4):
        sizes.append(ahead.find_size("a"))
        keep(ahead, 1)
        take(ahead)
    assert sizes == [MIN_AHEAD, 2 * MIN_AHEAD, MAX_AHEAD, MAX_AHEAD]


async def withhold_what_came_otherwise() -> None:
    ahead = LeasesAhead(lambda lease: False)
    keep(ahead, 1, 2, 3)
    assert ahead.withhold({"https://a.example/2", "https://a.example/9"}) == [2]
    assert take(ahead, 3) == [1, 3]
    assert ahead.pop_returned().ids == [2]


@pytest.mark.parametrize(
    "case",
    [
        hand_out_in_order,
        give_back_what_is_barred,
        give_back_beyond_a_limit,
        lease_more_where_all_were_asked_for_in_time,
        withhold_what_came_otherwise,
    ],
)
def test_leases_ahead(case: object) -> None:
    asyncio.run(case())  # type: ignore[operator]


def test_what_was_not_asked_for_in_time_is_given_back(monkeypatch: pytest.MonkeyPatch) -> None:
    async def wait_too_long() -> None:
        monkeypatch.setattr(leases_ahead, "MAX_AGE", 0.0)
        ahead = LeasesAhead(lambda lease: False)
        keep(ahead, 1, 2)
        assert take(ahead) == []
        assert ahead.pop_returned().ids == [1, 2]

    asyncio.run(wait_too_long())


class Frontier:
    """The addresses of one site in one run."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.run = runs.begin(connection, spider="articles", now=NOW)

    def offer(self, *names: str, kind: AddressKind = AddressKind.ARTICLE) -> None:
        """Offer addresses, the newest last."""
        offers = [
            Offer(f"https://a.example/{name}", kind, NOW - timedelta(days=9 - place), source="feed")
            for place, name in enumerate(names)
        ]
        offering.offer(self.connection, "a", offers, run=self.run, now=NOW)

    def lease(self, ahead: int, returned: Returned | None = None, articles: int | None = None) -> LeaseBatch:
        quota = LeaseQuota("a", 1, articles, 9, ahead=ahead)
        return lease_within_quotas(self.connection, quotas=[quota], run=self.run, traps=Traps(0), returned=returned)

    def list_states(self) -> dict[str, tuple[str, str | None]]:
        rows = self.connection.execute(select(Address.url, Address.state, Address.reason))
        return {url.rpartition("/")[2]: (state, reason) for url, state, reason in rows}


@pytest.fixture(params=["sqlite", "postgresql"])
def frontier(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Frontier]:
    url = URL.create("sqlite", database=str(tmp_path / "store.db"))
    if request.param == "postgresql":
        url = make_url(request.getfixturevalue("postgres_database"))
    engine = open_database(url)
    with engine.begin() as connection:
        yield Frontier(connection)
    engine.dispose()


def list_names(batch: LeaseBatch) -> list[str]:
    return [lease.url.rpartition("/")[2] for lease in batch.leases]


def test_articles_are_leased_ahead_the_newest_first_and_lists_are_not(frontier: Frontier) -> None:
    frontier.offer("old", "newer", "newest")
    frontier.offer("feed", "front", kind=AddressKind.SECTION)
    lists = [frontier.lease(ahead=5), frontier.lease(ahead=5)]
    assert [len(batch.leases) for batch in lists] == [1, 1]
    for batch in lists:
        settling.settle(frontier.connection, batch.leases[0].id, AddressState.DONE, now=NOW)
    assert list_names(frontier.lease(ahead=1)) == ["newest", "newer"]


def test_a_run_leases_no_more_ahead_than_it_may_fetch(frontier: Frontier) -> None:
    frontier.offer("a", "b", "c", "d")
    assert list_names(frontier.lease(ahead=9, articles=2)) == ["d", "c"]


def test_what_is_given_back_is_leased_behind_what_came_meanwhile(frontier: Frontier) -> None:
    frontier.offer("a", "b", "c")
    _, *left = frontier.lease(ahead=9).leases
    frontier.offer("1", "2", "3", "4", "newest")
    assert list_names(frontier.lease(ahead=9, returned=Returned([lease.id for lease in left])))[0] == "newest"
    assert set(frontier.list_states().values()) == {("leased", None)}


def test_what_is_given_back_is_refused_if_it_was_learnt_to_be_a_twin(frontier: Frontier) -> None:
    frontier.offer("story-1", "story-1?ver=7", "story-2")
    leases = frontier.lease(ahead=9).leases
    first = next(lease for lease in leases if lease.url.endswith("story-1"))
    settling.settle(frontier.connection, first.id, AddressState.DONE, now=NOW)
    for number in range(4, 8):
        url = f"https://a.example/story-{number}"
        learn_from_pair(frontier.connection, "a", url, f"{url}?ver=7", is_same=True, now=NOW)
    left = [lease.id for lease in leases if lease is not first]
    batch = frontier.lease(ahead=9, returned=Returned(left, {"a": left}))
    assert batch.set_aside == {"a": 1}
    assert list_names(batch) == ["story-2"]
    assert frontier.list_states()["story-1?ver=7"] == ("refused", TWIN)
