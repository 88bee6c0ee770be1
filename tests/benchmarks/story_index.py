"""Measure the time to judge one more article, and how it grows with the store.

The stores (tests/benchmarks/bulk_store.py) stay in their folder. The newcomers are articles that they lack, with the
same share of copies and instalments. Each is saved and judged in a transaction that is then rolled back. The first are
not counted: they warm the caches.
"""

from __future__ import annotations

import time
from statistics import median
from typing import TYPE_CHECKING, NamedTuple

from bulk_store import make_store
from judging import NIGHT, make_article
from recombined import ArticleGenerator

from crawler.storing.deduplicate import deduplicate
from storage.articles import saving
from storage.database.engine import make_database_url, open_database
from storage.runs import begin

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from originals import SourceArticle
    from sqlalchemy import Connection

SMALL = 10_000
NEWCOMERS, WARM_UP = 1_000, 100
MAX_SECONDS, MAX_RATIO = 0.005, 2.0
SHARES = (0.5, 0.9, 0.99, 1.0)


class JudgingTimes(NamedTuple):
    """Seconds of each newcomer, ascending, and the number of newcomers that are duplicates."""

    both: list[float]  # to save and to judge
    judging: list[float]
    duplicates: int


def print_times(articles: Sequence[SourceArticle], number: int, folder: Path, seed: int) -> bool:
    """Measure and print; return whether the targets are reached."""
    generator = ArticleGenerator(articles, seed)
    medians: list[float] = []
    stores = {size: make_store(folder, generator, size) for size in sorted({min(SMALL, number), number})}
    print(f"\n{'ms an article':<34}{'median':>9}{'90 %':>9}{'99 %':>9}{'most':>9}{'duplicates':>13}")
    for size, home in stores.items():
        times = measure(home, generator, size)
        for name, seconds in (("save and judge", times.both), ("judge alone", times.judging)):
            figures = [seconds[min(len(seconds) - 1, int(share * len(seconds)))] for share in SHARES]
            print(
                f"{f'{name}, of {size:,}':<34}"
                + "".join(f"{1000 * figure:>9.2f}" for figure in figures)
                + f"{times.duplicates:>8}/{NEWCOMERS}",
                flush=True,
            )
        medians.append(median(times.judging))
    slower = medians[-1] / medians[0]
    reached = medians[-1] <= MAX_SECONDS and slower <= MAX_RATIO
    print(
        f"median of judging: {1000 * medians[-1]:.2f} ms (wanted: <= {1000 * MAX_SECONDS:.0f}), "
        f"{slower:.2f} times that of the small store (wanted: <= {MAX_RATIO}){'' if reached else ' *'}"
    )
    return reached


def measure(folder: Path, generator: ArticleGenerator, size: int) -> JudgingTimes:
    engine = open_database(make_database_url(folder, None), create=False)
    both, judging, duplicates = [], [], 0
    with engine.connect() as connection:
        for number in range(size, size + WARM_UP + NEWCOMERS):
            newcomer = generator.newcomer(number, size)
            with connection.begin() as transaction:
                saved_in, judged_in, is_duplicate = time_newcomer(connection, newcomer)
                transaction.rollback()
            if number >= size + WARM_UP:
                both.append(saved_in + judged_in)
                judging.append(judged_in)
                duplicates += is_duplicate
    engine.dispose()
    return JudgingTimes(sorted(both), sorted(judging), duplicates)


def time_newcomer(connection: Connection, newcomer: SourceArticle) -> tuple[float, float, bool]:
    """Return the seconds to save and to judge an article, and whether it is a duplicate."""
    run = begin(connection, spider="articles", now=NIGHT)
    made = make_article(newcomer)
    start = time.perf_counter()
    saving.save_article(connection, made, site=newcomer.site, run=run, fetched_at=NIGHT, location=None)
    saved_at = time.perf_counter()
    outcome = deduplicate(connection, saving.make_article_id(made.url))
    return saved_at - start, time.perf_counter() - saved_at, outcome.is_duplicate
