"""Hosts on hold: their addresses are not leased and lose no try, and those of other hosts do not wait."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import URL, Connection, Engine, MetaData, Table, create_engine, insert, select

from storage import runs
from storage.database.engine import open_database, open_for_reading
from storage.database.schema import MIGRATIONS
from storage.frontier import hosts, leasing, offering, settling
from storage.frontier.addresses import AddressKind, AddressState, Lease, Offer
from storage.frontier.hosts import Hold, host_of, switch_scheme
from storage.models import Address, Run

NOW = datetime(2026, 11, 22, 2, tzinfo=UTC)
SOON, HOUR = timedelta(seconds=20), timedelta(hours=1)
SITE, PAUSES = "courier", [timedelta(seconds=2), timedelta(seconds=10), timedelta(hours=12)]


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    with engine.begin() as connection:
        yield connection


class Night:
    """A run on a frontier with an article on each of two hosts, and a front page on the first."""

    def __init__(self, connection: Connection, *, front: bool = False) -> None:
        self.connection = connection
        self.now = NOW
        self.run = runs.begin(connection, spider="articles", now=NOW)
        offers = [Offer(f"https://{name}.example/a", AddressKind.ARTICLE, source="feed") for name in ("one", "two")]
        if front:
            offers.append(Offer("https://one.example/", AddressKind.SECTION, source="entry"))
        offering.offer(connection, SITE, offers, run=self.run, now=NOW)

    def put_on_hold(self, wait: timedelta, host: str = "one.example", reason: str = "retry-after") -> None:
        hosts.put_on_hold(self.connection, Hold(host, self.now + wait, reason))

    def lease(self, max_articles: int | None = None) -> list[Lease]:
        return leasing.lease(
            self.connection, SITE, limit=9, max_articles=max_articles, since=None, run=self.run, now=self.now
        )

    def find_next_due(self, within: timedelta = settling.MAX_WAIT) -> datetime | None:
        return leasing.find_next_due(self.connection, [SITE], since=None, run=self.run, now=self.now, within=within)


def list_urls(leases: list[Lease]) -> list[str]:
    return sorted(lease.url.removeprefix("https://") for lease in leases)


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://paper.example/a", "paper.example"),
        ("http://paper.example/a", "paper.example:80"),
        ("http://paper.example:8080/a", "paper.example:8080"),
        ("https://[2001:db8::1]/a", "[2001:db8::1]"),
        ("no address", ""),
        ("https://[broken", ""),
    ],
)
def test_a_host_is_known_by_name_and_port(url: str, host: str) -> None:
    assert host_of(url) == host


def test_http_and_https_are_switched_and_another_port_has_no_counterpart() -> None:
    for url in ("https://paper.example/", "https://[2001:db8::1]/"):
        other = switch_scheme(host_of(url))
        assert other == host_of(url.replace("https", "http"))
        assert switch_scheme(str(other)) == host_of(url)
    assert switch_scheme("paper.example:8080") is None
    assert switch_scheme("") is None


def test_a_hold_is_stored_replaced_and_ended(connection: Connection) -> None:
    first, second = Hold("one.example", NOW + HOUR, "breaker", 2), Hold("one.example", NOW + SOON, "retry-after")
    hosts.put_on_hold(connection, first)
    assert hosts.load_holds(connection) == [first]
    hosts.put_on_hold(connection, second)
    assert hosts.load_holds(connection) == [second]
    hosts.end_hold(connection, "one.example")
    assert hosts.load_holds(connection) == []


def test_no_address_of_a_host_on_hold_is_leased_until_the_hold_ends(connection: Connection) -> None:
    night = Night(connection)
    night.put_on_hold(SOON)
    assert list_urls(night.lease()) == ["two.example/a"]
    assert night.find_next_due() == NOW + SOON
    night.now += SOON
    assert list_urls(night.lease()) == ["one.example/a"]


def test_a_run_waits_for_a_short_hold_and_not_for_a_long_one(connection: Connection) -> None:
    night = Night(connection)
    night.lease()
    settling.return_all_leases(connection)
    for host in ("one.example", "two.example"):
        night.put_on_hold(HOUR, host)
    assert night.find_next_due() is None
    assert night.find_next_due(within=2 * HOUR) == NOW + HOUR
    night.put_on_hold(SOON, "two.example")
    assert night.find_next_due() == NOW + SOON


def test_articles_of_another_host_wait_for_discovery_that_is_on_hold_for_a_moment(connection: Connection) -> None:
    night = Night(connection, front=True)
    night.put_on_hold(SOON)
    assert night.lease() == []
    night.now += SOON
    assert list_urls(night.lease()) == ["one.example/"]


def test_articles_of_another_host_do_not_wait_for_discovery_that_is_on_hold_for_long(connection: Connection) -> None:
    night = Night(connection, front=True)
    night.put_on_hold(HOUR)
    assert list_urls(night.lease()) == ["two.example/a"]
    night.now += HOUR
    assert list_urls(night.lease()) == ["one.example/"]  # discovery first, again


def test_articles_of_hosts_on_hold_do_not_end_discovery(connection: Connection) -> None:
    night = Night(connection)
    deeper = Offer("https://two.example/deep.xml", AddressKind.SITEMAP, depth=2, source="sitemap")
    offering.offer(connection, SITE, [deeper], run=night.run, now=NOW)
    night.put_on_hold(HOUR)
    assert list_urls(night.lease(max_articles=2)) == ["two.example/deep.xml"]


def test_a_deferred_address_loses_no_try_and_waits(connection: Connection) -> None:
    night = Night(connection)
    one, _ = sorted(night.lease(), key=lambda lease: lease.url)
    settling.defer(connection, one.id, until=NOW + SOON)  # as if it redirected to a host on hold
    row = connection.execute(select(Address.__table__).where(Address.id == one.id)).one()
    assert (row.state, row.tries, row.due_at) == (AddressState.PENDING, 0, NOW + SOON)
    assert night.lease() == []
    assert night.find_next_due() == NOW + SOON
    settling.defer(connection, one.id, until=NOW)
    assert connection.execute(select(Address.due_at).where(Address.id == one.id)).scalar_one() == NOW + SOON


def test_the_next_try_of_a_host_on_hold_is_not_before_its_end(connection: Connection) -> None:
    night = Night(connection)
    one, two = sorted(night.lease(), key=lambda lease: lease.url)
    night.put_on_hold(HOUR)
    assert settling.retry_or_fail(connection, one.id, pauses=PAUSES, reason="http-503", now=NOW) is False
    assert settling.retry_or_fail(connection, two.id, pauses=PAUSES, reason="http-503", now=NOW) is True
    due = dict(connection.execute(select(Address.id, Address.due_at)).all())
    assert due == {one.id: NOW + HOUR, two.id: NOW + PAUSES[0]}


def test_waiting_holds_are_listed_by_site(connection: Connection) -> None:
    night = Night(connection)
    night.put_on_hold(HOUR)
    hosts.put_on_hold(connection, Hold("strange.example", NOW + HOUR, "breaker"))
    hosts.put_on_hold(connection, Hold("two.example", NOW - HOUR, "breaker", 1))
    assert hosts.find_waiting_holds(connection, [SITE], NOW) == [(SITE, Hold("one.example", NOW + HOUR, "retry-after"))]
    assert hosts.find_waiting_holds(connection, ["other"], NOW) == []


def test_addresses_of_the_fourth_edition_get_their_host_and_can_go_back(
    database_url: URL, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    engine = create_engine(database_url)
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0004")
        connection.execute(insert(Run).values(id=1, spider="articles", started_at=NOW, counts={}))
        fourth = Table("address", MetaData(), autoload_with=connection)
        needed = {column.name: "x" for column in fourth.c if not column.nullable}
        needed |= {"depth": 0, "rank": 0, "offered_at": NOW, "first_run": 1, "last_run": 1, "tries": 0, "due_at": NOW}
        rows = [needed | {"id": number, "url": f"https://h{number}.example/"} for number in range(3, 10_005)]
        connection.execute(insert(fourth), [*rows, needed | {"id": 2, "url": "x"}])
    again = open_database(database_url)
    with open_for_reading(again) as connection:
        found = dict(connection.execute(select(Address.id, Address.host)).all())
    again.dispose()
    assert found == {2: ""} | {number: f"h{number}.example" for number in range(3, 10_005)}  # more than one batch
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "0004")
        assert Table("address", MetaData(), autoload_with=connection).c.keys() == fourth.c.keys()
    engine.dispose()
