"""The headlines that come with offers, and which of them an address keeps."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest
from sqlalchemy import Connection, Engine, delete, event, select

from storage import runs
from storage.frontier import leasing, offering
from storage.frontier.addresses import AddressKind, Headline, Offer
from storage.models import Address

NOW = datetime(2026, 11, 22, 2, tzinfo=UTC)
SITE = "courier"
URL = "https://courier.example/night-ferry"
NEWS, FEED, LINK = "news-sitemap", "feed", "section"


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    with engine.begin() as connection:
        yield connection


def make_offer(key: str | None, source: str, url: str = URL) -> Offer:
    return Offer(url, AddressKind.ARTICLE, source=source, headline=Headline(key, source) if key else None)


def offer(connection: Connection, *nights: Iterable[Offer]) -> tuple[str | None, str | None]:
    """Offer in one run or in several; return the headline key and source that the address has in the end."""
    for night, offers in enumerate(nights):
        now = NOW + timedelta(days=night)
        offering.offer(connection, SITE, offers, run=runs.begin(connection, spider="articles", now=now), now=now)
    key, source = connection.execute(select(Address.headline_key, Address.headline_source)).one()
    return key, source


def test_a_new_address_keeps_its_headline(connection: Connection) -> None:
    assert offer(connection, [make_offer("night ferry", FEED)]) == ("night ferry", FEED)


def test_an_address_without_a_headline_gets_one_later_and_keeps_it(connection: Connection) -> None:
    assert offer(connection, [make_offer(None, "sitemap")]) == (None, None)
    assert offer(connection, [make_offer("read on here please", LINK)]) == ("read on here please", LINK)
    assert offer(connection, [make_offer("night ferry", FEED)], [make_offer(None, "sitemap")]) == ("night ferry", FEED)


def test_a_link_never_replaces_a_feed_or_a_news_sitemap(connection: Connection) -> None:
    link = make_offer("the night ferry is to run again from june", LINK)
    assert offer(connection, [make_offer("night ferry", FEED)], [link]) == ("night ferry", FEED)
    assert offer(connection, [make_offer("ferry", NEWS)], [link]) == ("ferry", NEWS)


def test_the_headline_is_the_same_in_whatever_order_and_in_however_many_nights_sources_are_read(
    connection: Connection,
) -> None:
    offers = [
        make_offer("night ferry to run", FEED),
        make_offer("night ferry to stay", FEED),
        make_offer("the night ferry is to run again", LINK),
        make_offer(None, "sitemap"),
    ]
    outcomes = set()
    for order in permutations(offers):
        for nights in ([order], [order[:2], order[2:]], [[one] for one in order]):
            connection.execute(delete(Address))
            outcomes.add(offer(connection, *nights))
    assert outcomes == {("night ferry to stay", FEED)}


def test_a_leased_or_done_address_gets_a_headline_and_keeps_its_state(connection: Connection) -> None:
    offer(connection, [make_offer("the night ferry runs again", LINK)])
    run = runs.begin(connection, spider="articles", now=NOW)
    (lease,) = leasing.lease(connection, SITE, limit=1, max_articles=None, since=None, run=run, now=NOW)
    assert offer(connection, [make_offer("night ferry", FEED)]) == ("night ferry", FEED)
    assert connection.execute(select(Address.state)).scalar_one() == "leased"
    offering.record_fetched(connection, SITE, URL, status=200, run=run, fetched_at=NOW)
    leasing.settle(connection, lease.id, leasing.AddressState.DONE, now=NOW)
    assert offer(connection, [make_offer("ferry", NEWS)]) == ("ferry", NEWS)
    assert connection.execute(select(Address.state)).scalar_one() == "done"


def test_an_offer_that_brings_nothing_new_writes_nothing(engine: Engine) -> None:
    offers = [make_offer(f"story of number {number}", FEED, f"{URL}-{number}") for number in range(20)]
    offers += [make_offer(None, "sitemap", f"{URL}-plain")]
    again = [make_offer("a longer story than that of the feed", LINK, one.url) for one in offers[:20]] + offers
    written: list[str] = []
    with engine.begin() as connection:
        run = runs.begin(connection, spider="articles", now=NOW)
        offering.offer(connection, SITE, offers, run=run, now=NOW)
        offering.offer(connection, SITE, again, run=run, now=NOW)  # brings a further source of each address
        event.listen(connection, "before_cursor_execute", lambda *arguments: written.append(arguments[2]))
        offering.offer(connection, SITE, again, run=run, now=NOW)
        assert written
        assert [statement for statement in written if not statement.startswith("SELECT")] == []
        offering.offer(connection, SITE, [make_offer("a longer story of number", FEED, f"{URL}-1")], run=run, now=NOW)
    assert len([statement for statement in written if statement.startswith("UPDATE")]) == 1
