"""Hosts on hold: nothing of theirs is handed out, what waits for them costs no try, and others do not wait for them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import URL, Connection, Engine, MetaData, Table, create_engine, insert, select

from storage import frontier, hosts, offering, runs
from storage.addresses import AddressKind, AddressState, Lease, Offer
from storage.database import MIGRATIONS, open_database, reading
from storage.hosts import Hold, host_of, twin
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

    def hold(self, wait: timedelta, host: str = "one.example", reason: str = "retry-after") -> None:
        hosts.hold(self.connection, Hold(host, self.now + wait, reason))

    def lease(self, articles: int | None = None) -> list[Lease]:
        return frontier.lease(self.connection, SITE, most=9, articles=articles, since=None, run=self.run, now=self.now)

    def next_due(self, within: timedelta = frontier.PATIENCE) -> datetime | None:
        return frontier.next_due(self.connection, [SITE], since=None, run=self.run, now=self.now, within=within)


def urls(leases: list[Lease]) -> list[str]:
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


def test_plain_http_and_https_are_twins_and_a_port_of_its_own_is_alone() -> None:
    for url in ("https://paper.example/", "https://[2001:db8::1]/"):
        other = twin(host_of(url))
        assert other == host_of(url.replace("https", "http"))
        assert twin(str(other)) == host_of(url)
    assert twin("paper.example:8080") is None
    assert twin("") is None


def test_a_hold_is_noted_replaced_and_forgotten(connection: Connection) -> None:
    first, second = Hold("one.example", NOW + HOUR, "breaker", 2), Hold("one.example", NOW + SOON, "retry-after")
    hosts.hold(connection, first)
    assert hosts.noted(connection) == [first]
    hosts.hold(connection, second)
    assert hosts.noted(connection) == [second]
    hosts.release(connection, "one.example")
    assert hosts.noted(connection) == []


def test_nothing_of_a_host_on_hold_is_handed_out_until_it_ends(connection: Connection) -> None:
    night = Night(connection)
    night.hold(SOON)
    assert urls(night.lease()) == ["two.example/a"]
    assert night.next_due() == NOW + SOON
    night.now += SOON
    assert urls(night.lease()) == ["one.example/a"]


def test_a_run_waits_for_a_short_hold_and_not_for_a_long_one(connection: Connection) -> None:
    night = Night(connection)
    night.lease()
    frontier.release(connection)
    for host in ("one.example", "two.example"):
        night.hold(HOUR, host)
    assert night.next_due() is None
    assert night.next_due(within=2 * HOUR) == NOW + HOUR
    night.hold(SOON, "two.example")
    assert night.next_due() == NOW + SOON


def test_articles_of_another_host_wait_for_discovery_that_is_on_hold_for_a_moment(connection: Connection) -> None:
    night = Night(connection, front=True)
    night.hold(SOON)
    assert night.lease() == []
    night.now += SOON
    assert urls(night.lease()) == ["one.example/"]


def test_articles_of_another_host_do_not_wait_for_discovery_that_is_on_hold_for_long(connection: Connection) -> None:
    night = Night(connection, front=True)
    night.hold(HOUR)
    assert urls(night.lease()) == ["two.example/a"]
    night.now += HOUR
    assert urls(night.lease()) == ["one.example/"]  # discovery first, again


def test_what_cannot_be_asked_is_not_enough_to_end_discovery(connection: Connection) -> None:
    night = Night(connection)
    deeper = Offer("https://two.example/deep.xml", AddressKind.SITEMAP, depth=2, source="sitemap")
    offering.offer(connection, SITE, [deeper], run=night.run, now=NOW)
    night.hold(HOUR)
    assert urls(night.lease(articles=2)) == ["two.example/deep.xml"]


def test_an_address_that_a_hold_kept_back_loses_no_try_and_waits(connection: Connection) -> None:
    night = Night(connection)
    one, _ = sorted(night.lease(), key=lambda lease: lease.url)
    frontier.put_off(connection, one.id, until=NOW + SOON)  # as where it redirects to a host on hold
    row = connection.execute(select(Address.__table__).where(Address.id == one.id)).one()
    assert (row.state, row.tries, row.due_at) == (AddressState.PENDING, 0, NOW + SOON)
    assert night.lease() == []
    assert night.next_due() == NOW + SOON
    frontier.put_off(connection, one.id, until=NOW)
    assert connection.execute(select(Address.due_at).where(Address.id == one.id)).scalar_one() == NOW + SOON


def test_the_next_try_of_a_host_on_hold_is_not_before_its_end(connection: Connection) -> None:
    night = Night(connection)
    one, two = sorted(night.lease(), key=lambda lease: lease.url)
    night.hold(HOUR)
    assert frontier.fail(connection, one.id, pauses=PAUSES, reason="http-503", now=NOW) is False
    assert frontier.fail(connection, two.id, pauses=PAUSES, reason="http-503", now=NOW) is True
    due = dict(connection.execute(select(Address.id, Address.due_at)).all())
    assert due == {one.id: NOW + HOUR, two.id: NOW + PAUSES[0]}


def test_what_is_held_back_is_told_by_site(connection: Connection) -> None:
    night = Night(connection)
    night.hold(HOUR)
    hosts.hold(connection, Hold("strange.example", NOW + HOUR, "breaker"))
    hosts.hold(connection, Hold("two.example", NOW - HOUR, "breaker", 1))
    assert hosts.held(connection, [SITE], NOW) == [(SITE, Hold("one.example", NOW + HOUR, "retry-after"))]
    assert hosts.held(connection, ["other"], NOW) == []


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
    again = open_database(database_url, create=False)
    with reading(again) as connection:
        found = dict(connection.execute(select(Address.id, Address.host)).all())
    again.dispose()
    assert found == {2: ""} | {number: f"h{number}.example" for number in range(3, 10_005)}  # more than one batch
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "0004")
        assert Table("address", MetaData(), autoload_with=connection).c.keys() == fourth.c.keys()
    engine.dispose()
