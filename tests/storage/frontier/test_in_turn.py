"""Which of many lists are read in a night: each has its turn."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection, Engine, select

from storage import runs
from storage.frontier import leasing, offering
from storage.frontier.addresses import AddressKind, AddressState, Offer
from storage.frontier.in_turn import MAX_AGAIN, MAX_NEW, choose_in_turn
from storage.models import Address

NOW = datetime(2026, 11, 22, 2, tzinfo=UTC)
LISTS = [Offer(f"https://courier.example/{n}.xml", AddressKind.SITEMAP, source="robots") for n in range(180)]


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    with engine.begin() as connection:
        yield connection


def read_in_a_night(connection: Connection, night: int, state: AddressState = AddressState.DONE) -> list[str]:
    """Choose, offer and settle as a crawl does; return the addresses that were asked for."""
    now = NOW + timedelta(days=night)
    run = runs.begin(connection, spider="articles", now=now)
    chosen = choose_in_turn(connection, LISTS, run=run)
    offering.offer(connection, "courier", chosen, run=run, now=now)
    twice = choose_in_turn(connection, LISTS, run=run)  # as if the list were read twice in a run
    assert {offer.url for offer in chosen} <= {offer.url for offer in twice}
    assert len(twice) <= MAX_NEW + MAX_AGAIN
    urls = [offer.url for offer in chosen]
    for address in connection.execute(select(Address.id).where(Address.url.in_(urls))).scalars():
        leasing.settle(connection, address, state, now=now)
    return urls


@pytest.mark.parametrize("state", [AddressState.DONE, AddressState.GONE])
def test_every_list_is_read_before_one_is_read_again_and_again(connection: Connection, state: AddressState) -> None:
    nights = [read_in_a_night(connection, night, state) for night in range(6)]
    assert nights[0] == [offer.url for offer in LISTS[:MAX_NEW]]
    assert {url for night in nights[:4] for url in night} == {offer.url for offer in LISTS}
    assert nights[4] != nights[5]
    assert all(len(night) <= MAX_NEW + MAX_AGAIN for night in nights)


def test_few_lists_are_all_read(connection: Connection) -> None:
    run = runs.begin(connection, spider="articles", now=NOW)
    assert choose_in_turn(connection, LISTS[:9], run=run) == LISTS[:9]
    assert choose_in_turn(connection, [], run=run) == []
