"""Measure how fast `scrapy addresses` and the end of a crawl answer, on a frontier of any size.

    python tests/benchmarks/outcomes.py [--addresses 1000000] [--sites 50] [--runs 30]

The frontier is made in bulk in a temporary SQLite file: of 100 addresses 85 are stored, 5 gone, 3 refused, 2 failed and
5 pending, over all sites and runs. Each line is the median of five queries: the first ten lines, and all of them.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import islice
from statistics import median

from sqlalchemy import URL, Connection, Engine, insert

from storage import runs
from storage.database.engine import open_database, open_for_reading
from storage.frontier.addresses import AddressKind, AddressState
from storage.frontier.outcomes import AddressFilter, AddressOutcome, find_addresses
from storage.frontier.waiting import count_waiting
from storage.models import Address

NOW = datetime(2026, 12, 1, 2, tzinfo=UTC)
CHUNK = 20_000
REPEATS = 5
_OUTCOMES: list[tuple[AddressState, int | None, str | None]] = [
    *[(AddressState.DONE, 200, None)] * 85,
    *[(AddressState.GONE, 404, "http-404")] * 5,
    *[(AddressState.REFUSED, None, "robots")] * 3,
    *[(AddressState.FAILED, 500, "http-500")] * 2,
    *[(AddressState.PENDING, None, None)] * 5,
]


def fill_frontier(engine: Engine, addresses: int, sites: int, nights: int) -> None:
    """Make a frontier whose addresses are spread over the sites and the nights."""
    with engine.begin() as connection:
        numbers = [
            runs.begin(connection, spider="articles", now=NOW - (nights - night) * timedelta(days=1))
            for night in range(nights)
        ]
    for start in range(0, addresses, CHUNK):
        rows = [_build_row(number, sites, numbers) for number in range(start, min(start + CHUNK, addresses))]
        with engine.begin() as connection:
            connection.execute(insert(Address), rows)


def _build_row(number: int, sites: int, numbers: list[int]) -> dict[str, object]:
    state, status, reason = _OUTCOMES[number * 37 % 100]
    site, run = f"site-{number % sites}", numbers[number // sites % len(numbers)]
    return {
        "url": f"https://{site}.example/2026/11/story-{number}",
        "host": f"{site}.example",
        "site": site,
        "kind": AddressKind.ARTICLE,
        "state": state,
        "source": "feed",
        "depth": 1,
        "rank": -number,
        "offered_at": NOW,
        "first_run": run,
        "last_run": run,
        "due_at": NOW,
        "tries": 0,
        "ended_at": None if state is AddressState.PENDING else NOW,
        "status": status,
        "reason": reason,
    }


def measure(engine: Engine, ask: Callable[[Connection], object]) -> float:
    """Return the median of the milliseconds that a query takes."""
    taken = []
    for _ in range(REPEATS):
        with open_for_reading(engine) as connection:
            began = time.perf_counter()
            ask(connection)
            taken.append(1000 * (time.perf_counter() - began))
    return median(taken)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, default in (("--addresses", 1_000_000), ("--sites", 50), ("--runs", 30)):
        parser.add_argument(name, type=int, default=default)
    options = parser.parse_args()
    last = options.runs
    asked = {
        "failed, last run": AddressFilter(run=last),
        "failed, one site": AddressFilter(sites=("site-1",)),
        "failed, all": AddressFilter(),
        "gone, last run": AddressFilter(AddressOutcome.GONE, run=last),
        "waiting, one site": AddressFilter(AddressOutcome.WAITING, sites=("site-1",)),
        "waiting, all": AddressFilter(AddressOutcome.WAITING),
        "rejected, last run": AddressFilter(AddressOutcome.REJECTED, run=last),
    }
    with tempfile.TemporaryDirectory(prefix="broadsheet-outcomes-") as folder:
        engine = open_database(URL.create("sqlite", database=f"{folder}/broadsheet.db"))
        fill_frontier(engine, options.addresses, options.sites, options.runs)
        print(f"{options.addresses:,} addresses, {options.sites} sites, {options.runs} runs; milliseconds")
        print(f"{'':<22}{'first ten':>10}{'all':>10}")
        for name, wanted in asked.items():
            first = measure(engine, lambda one, wanted=wanted: list(islice(find_addresses(one, wanted), 10)))  # type: ignore[misc]
            whole = measure(engine, lambda one, wanted=wanted: sum(1 for _ in find_addresses(one, wanted)))  # type: ignore[misc]
            print(f"{name:<22}{first:>10.1f}{whole:>10.1f}")
        counted = measure(engine, lambda one: count_waiting(one, "site-1", since=None, run=last, now=NOW))
        print(f"{'what waits of a site':<22}{'':>10}{counted:>10.1f}")
        engine.dispose()


if __name__ == "__main__":
    main()
