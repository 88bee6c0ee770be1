"""Addresses are found by what became of them, through indexes, on both databases."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, event, insert, select

from storage import runs
from storage.articles.saving import make_article_id
from storage.database.engine import open_for_reading
from storage.frontier import leasing, offering, settling
from storage.frontier.addresses import GUESS, AddressKind, AddressState, Lease, Offer
from storage.frontier.hosts import Hold, count_waiting_for, load_holds, put_on_hold, release_host
from storage.frontier.outcomes import (
    AddressFilter,
    AddressOutcome,
    find_addresses,
    has_run,
    list_frontier_sites,
    load_last_run_id,
)
from storage.models import Address, StoredArticle

NOW = datetime(2026, 11, 22, 2, tzinfo=UTC)
HOUR = timedelta(hours=1)
FIRST, SECOND = 1, 2  # runs


@pytest.fixture
def store(engine: Engine) -> Engine:
    """A store of two runs over two sites: every outcome, each at an address that names it."""
    with engine.begin() as connection:
        for number, site in ((FIRST, "courier"), (SECOND, "herald")):
            now = NOW + (number - 1) * 24 * HOUR
            assert runs.begin(connection, spider="articles", now=now) == number
            names = ("gone", "forbidden", "broken", "postponed", "stub", "stored", "waits")
            articles = [Offer(f"https://{site}.example/{name}", AddressKind.ARTICLE, source="feed") for name in names]
            lists = [
                Offer(f"https://{site}.example/guess", AddressKind.FEED, source=GUESS),
                Offer(f"https://{site}.example/feed", AddressKind.FEED, source="entry"),
            ]
            offering.offer(connection, site, [*lists, *articles], run=number, now=now)
            lists_leased = _lease(connection, site, number, now)
            for name in ("guess", "feed"):
                settling.settle(
                    connection, lists_leased[name].id, AddressState.GONE, status=404, reason="http-404", now=now
                )
            leased = _lease(connection, site, number, now)
            end = {
                "gone": (AddressState.GONE, 404, "http-404"),
                "forbidden": (AddressState.REFUSED, None, "robots"),
                "broken": (AddressState.FAILED, 500, "http-500"),
                "stub": (AddressState.DONE, 200, "no-text"),
                "stored": (AddressState.DONE, 200, None),
            }
            for name, (state, status, reason) in end.items():
                settling.settle(connection, leased[name].id, state, status=status, reason=reason, now=now)
            settling.retry_or_fail(connection, leased["postponed"].id, pauses=[12 * HOUR], reason="timeout", now=now)
            settling.return_leases(connection, [leased["waits"].id])
            url = f"https://{site}.example/stub"
            connection.execute(insert(StoredArticle).values(_build_page(url, site, number, now)))
    return engine


def _lease(connection: Connection, site: str, run: int, now: datetime) -> dict[str, Lease]:
    leases = leasing.lease(connection, site, limit=20, max_articles=None, since=None, run=run, now=now)
    return {lease.url.rsplit("/", 1)[1]: lease for lease in leases}


def _build_page(url: str, site: str, run: int, now: datetime) -> dict[str, object]:
    return {
        "id": make_article_id(url),
        "url": url,
        "site": site,
        "title": "A stub",
        "headline_key": "a stub",
        "authors": [],
        "fetched_at": now,
        "language": "en",
        "language_probability": 0.9,
        "tags": [],
        "text": "",
        "words": 0,
        "rejected": "no-text",
        "cleaner_version": "1",
        "archive_file": "x.warc.gz",
        "archive_offset": 77,
        "run_id": run,
    }


def find(store: Engine, **wanted: object) -> list[str]:
    with open_for_reading(store) as connection:
        found = find_addresses(connection, AddressFilter(**wanted))  # type: ignore[arg-type]
        return [one.url.removeprefix("https://").replace(".example", "") for one in found]


def test_failed_is_what_gave_no_page(store: Engine) -> None:
    names = ("feed", "gone", "forbidden", "broken", "postponed")
    assert find(store) == [f"{site}/{name}" for site in ("courier", "herald") for name in names]
    assert find(store, run=SECOND) == [f"herald/{name}" for name in names]
    assert find(store, sites=("courier",), kinds=(AddressKind.ARTICLE,), reasons=("http-404", "robots")) == [
        "courier/gone",
        "courier/forbidden",
    ]
    assert find(store, since=date(2026, 11, 23), limit=2) == ["herald/feed", "herald/gone"]
    assert find(store, since=date(2026, 11, 24)) == []


def test_the_other_outcomes(store: Engine) -> None:
    one = {"sites": ("courier",)}
    assert find(store, outcome=AddressOutcome.GONE, **one) == ["courier/feed", "courier/gone"]
    assert find(store, outcome=AddressOutcome.REFUSED, **one) == ["courier/forbidden"]
    assert find(store, outcome=AddressOutcome.WAITING, **one) == ["courier/postponed", "courier/waits"]
    assert find(store, outcome=AddressOutcome.WAITING, run=SECOND) == ["herald/postponed", "herald/waits"]
    assert find(store, outcome=AddressOutcome.REJECTED) in (
        ["courier/stub", "herald/stub"],
        ["herald/stub", "courier/stub"],
    )
    assert find(store, outcome=AddressOutcome.REJECTED, run=FIRST, reasons=("no-text",), since=date(2026, 11, 22)) == [
        "courier/stub"
    ]
    assert find(store, outcome=AddressOutcome.REJECTED, reasons=("paywall",)) == []


def test_what_is_known_of_an_address(store: Engine) -> None:
    with open_for_reading(store) as connection:
        (gone,) = find_addresses(
            connection,
            AddressFilter(sites=("courier",), reasons=("http-404",), run=FIRST, kinds=(AddressKind.ARTICLE,)),
        )
        (stub,) = find_addresses(connection, AddressFilter(AddressOutcome.REJECTED, ("courier",)))
    assert (gone.status, gone.tried_at, gone.run, gone.state) == (404, NOW, FIRST, "gone")
    assert gone.due_at == NOW + 20 * HOUR
    assert (stub.title, stub.reason, stub.status, stub.tried_at) == ("A stub", "no-text", 200, NOW)
    assert (stub.archive_file, stub.archive_offset) == ("x.warc.gz", 77)


def test_an_address_of_a_later_run_is_no_longer_that_of_the_first(store: Engine) -> None:
    with store.begin() as connection:
        later = NOW + 48 * HOUR
        run = runs.begin(connection, spider="articles", now=later)
        offers = [Offer("https://courier.example/gone", AddressKind.ARTICLE, source="feed")]
        offering.offer(connection, "courier", offers, run=run, now=later)
        assert has_run(connection, run)
        assert not has_run(connection, run + 1)
        assert load_last_run_id(connection) == run
        assert list_frontier_sites(connection) == ["courier", "herald"]
    assert "courier/gone" not in find(store)
    assert "courier/gone" in find(store, outcome=AddressOutcome.WAITING, run=run)


@pytest.mark.parametrize(
    ("wanted", "index"),
    [
        (AddressFilter(run=FIRST), "ix_address_outcome (last_run=?)"),
        (AddressFilter(sites=("courier",)), "ix_address_rest (site=?)"),
        (AddressFilter(AddressOutcome.WAITING), "ix_address_lease (site=? AND state=?)"),
        (AddressFilter(AddressOutcome.REJECTED, run=FIRST), "ix_article_rejected (run_id=?)"),
        (AddressFilter(AddressOutcome.REJECTED), "ix_article_rejected"),
        (AddressFilter(), "ix_address_"),
    ],
)
def test_no_search_reads_all_addresses(sqlite_engine: Engine, wanted: AddressFilter, index: str) -> None:
    asked: list[tuple[str, Any]] = []

    @event.listens_for(sqlite_engine, "before_cursor_execute")
    def note(*call: Any) -> None:
        asked.append((call[2], call[3]))

    with open_for_reading(sqlite_engine) as connection:
        list(find_addresses(connection, wanted))
        statement, parameters = asked[-1]
        plan = " | ".join(row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters))
    assert index in plan
    assert "SCAN address |" not in f"{plan} |"
    assert "SCAN article |" not in f"{plan} |"


def test_a_released_host_lets_what_waited_for_it_be_due(store: Engine) -> None:
    now, until = NOW + HOUR, NOW + 30 * HOUR
    with store.begin() as connection:
        for host, opened in (("courier.example", 2), ("herald.example", 0)):
            put_on_hold(connection, Hold(host, until, "breaker", opened))
        assert count_waiting_for(connection, ["courier.example", "nobody.example"]) == {"courier.example": 2}
        assert release_host(connection, load_holds(connection)[0], now) == 2
        assert [hold.host for hold in load_holds(connection)] == ["herald.example"]
        due = select(Address.due_at).where(Address.host == "courier.example", Address.state == AddressState.PENDING)
        assert all(moment <= now for moment in connection.scalars(due))
