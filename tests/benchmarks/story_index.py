"""The time to judge one more article: how it grows with the store.

The stores (tests/benchmarks/bulk_store.py) stay in their folder. Of articles that they do not hold, as many in a
hundred copies and instalments of templates as in there, each is kept and judged in a transaction that is then rolled
back. The first of them are not counted: they warm the caches.
"""

from __future__ import annotations

import time
from statistics import median
from typing import TYPE_CHECKING, NamedTuple

from bulk_store import store_of
from judging import NIGHT, article
from recombined import Words

from crawler.pipelines.deduplicate import deduplicate
from storage import articles
from storage.database import database_url, open_database
from storage.runs import begin

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from originals import Told
    from sqlalchemy import Connection

SMALL = 10_000
NEWCOMERS, WARMING = 1_000, 100
MOST_SECONDS, MOST_TIMES = 0.005, 2.0
SHARES = (0.5, 0.9, 0.99, 1.0)


class Times(NamedTuple):
    """Seconds of each newcomer, ascending, and how many of them were found to be told already."""

    both: list[float]  # to keep and to judge
    judging: list[float]
    duplicates: int


def print_times(told: Sequence[Told], number: int, folder: Path, seed: int) -> bool:
    """Whether what is wanted is reached."""
    words = Words(told, seed)
    medians: list[float] = []
    stores = {size: store_of(folder, words, size) for size in sorted({min(SMALL, number), number})}
    print(f"\n{'ms an article':<34}{'median':>9}{'90 %':>9}{'99 %':>9}{'most':>9}{'told before':>13}")
    for size, home in stores.items():
        times = measured(home, words, size)
        for name, seconds in (("keep and judge", times.both), ("judge alone", times.judging)):
            figures = [seconds[min(len(seconds) - 1, int(share * len(seconds)))] for share in SHARES]
            print(
                f"{f'{name}, of {size:,}':<34}"
                + "".join(f"{1000 * figure:>9.2f}" for figure in figures)
                + f"{times.duplicates:>8}/{NEWCOMERS}",
                flush=True,
            )
        medians.append(median(times.judging))
    slower = medians[-1] / medians[0]
    reached = medians[-1] <= MOST_SECONDS and slower <= MOST_TIMES
    print(
        f"median of judging: {1000 * medians[-1]:.2f} ms (wanted: <= {1000 * MOST_SECONDS:.0f}), "
        f"{slower:.2f} times that of the small store (wanted: <= {MOST_TIMES}){'' if reached else ' *'}"
    )
    return reached


def measured(folder: Path, words: Words, size: int) -> Times:
    engine = open_database(database_url(folder, None), create=False)
    both, judging, duplicates = [], [], 0
    with engine.connect() as connection:
        for number in range(size, size + WARMING + NEWCOMERS):
            newcomer = words.newcomer(number, size)
            with connection.begin() as transaction:
                kept, judged, is_duplicate = timed(connection, newcomer)
                transaction.rollback()
            if number >= size + WARMING:
                both.append(kept + judged)
                judging.append(judged)
                duplicates += is_duplicate
    engine.dispose()
    return Times(sorted(both), sorted(judging), duplicates)


def timed(connection: Connection, newcomer: Told) -> tuple[float, float, bool]:
    """Seconds to keep and to judge an article, and whether it is a duplicate."""
    run = begin(connection, spider="articles", now=NIGHT)
    made = article(newcomer)
    began = time.perf_counter()
    articles.keep(connection, made, site=newcomer.site, run=run, fetched_at=NIGHT, place=None)
    kept = time.perf_counter()
    standing = deduplicate(connection, articles.article_id(made.url))
    return kept - began, time.perf_counter() - kept, standing.is_duplicate
