"""Measure the full-text search: how fast it answers, how large its index is, and what storing an article costs.

    python tests/benchmarks/search.py 1000000
    python tests/benchmarks/search.py 100000 --database postgresql:///search

Makes a store of so many articles in five languages, whose words are distributed as in real texts, and leaves it in a
folder (--data) to be used again. The index is made as it is made of an older store.
"""

from __future__ import annotations

import argparse
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import accumulate, islice
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, func, insert, select, text

from storage.database.engine import make_database_url, open_database, open_for_reading
from storage.models import Run, StoredArticle
from storage.search.index import index_backlog, update_search_index
from storage.search.ranked import HitFilter, Order
from storage.search.search import search

BATCH = 2_000
NIGHT = 1_000  # articles
FIRST_NIGHT = datetime(2023, 1, 1, tzinfo=UTC)
SITES = 50
WORDS = 200_000  # of a language
REPEATS = 5
STORED_ONE_BY_ONE = 500
LETTERS = {
    "en": ("bcdfghklmnprstw", "aeiou"),
    "de": ("bdfghklmnrstwz", "aeiouäöü"),
    "ru": ("бвгдзклмнпрст", "аеиоуя"),
    "el": ("βγδζκλμνπρστ", "αειουώ"),
}
TRIGGER = "search_article_added"


class TextMaker:
    """Makes texts whose words are as frequent as in real ones: the n-th about 1/n of the first."""

    def __init__(self, seed: int = 1) -> None:
        self._random = random.Random(seed)
        self.words = {language: self._make_words(*letters) for language, letters in LETTERS.items()}
        self.words["zh"] = [chr(0x4E00 + number) for number in self._random.sample(range(5_000), 4_000)]
        self._pools = {language: self._draw(words) for language, words in self.words.items()}

    def make_row(self, number: int) -> dict[str, Any]:
        """Return the row of an article; the articles of a night are in no order, and a fifth is some days older."""
        language = ("en", "en", "de", "ru", "el", "zh")[number % 6]
        night = FIRST_NIGHT + timedelta(days=number // NIGHT)
        age = self._random.expovariate(0.5) if number % 5 == 0 else self._random.random()
        name, body = f"{number:016x}", self.make_text(language, self._random.randrange(80, 700))
        return {
            "id": name,
            "url": f"https://site{number % SITES}.example/{name}",
            "site": f"site{number % SITES}",
            "title": self.make_text(language, self._random.randrange(5, 12)),
            "headline_key": name,
            "authors": [],
            "published_at": night - timedelta(days=age),
            "fetched_at": night,
            "language": language,
            "language_probability": 0.99,
            "tags": [],
            "text": body,
            "words": len(body.split()),
            "rejected": "section" if number % 20 == 0 else None,
            "cleaner_version": "1",
            "run_id": 1,
        }

    def make_text(self, language: str, words: int) -> str:
        pool = self._pools[language]
        start = self._random.randrange(len(pool) - words)
        return ("" if language == "zh" else " ").join(pool[start : start + words])

    def _make_words(self, consonants: str, vowels: str) -> list[str]:
        made: dict[str, None] = {}
        while len(made) < WORDS:
            syllables = min(1 + len(made) // 50 + self._random.randrange(2), self._random.randrange(1, 6))
            made["".join(map(self._random.choice, [consonants, vowels] * syllables))] = None
        return list(made)

    def _draw(self, words: list[str]) -> list[str]:
        weights = list(accumulate(1 / (rank + 3) for rank in range(len(words))))
        return self._random.choices(words, cum_weights=weights, k=1_000_000)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("articles", type=int)
    parser.add_argument("--data", type=Path, help="folder of the store (default: a temporary one)")
    parser.add_argument("--database", help="URL of an empty PostgreSQL database, or of one that this program filled")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="broadsheet-search-") as temporary:
        folder = options.data or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        engine = open_database(make_database_url(folder, options.database))
        maker = TextMaker()
        fill_searched(engine, maker, options.articles)
        _measure_queries(engine, maker)
        _measure_storing(engine, maker, options.articles)
        engine.dispose()
    return 0


def fill_searched(engine: Engine, maker: TextMaker, size: int) -> None:
    """Fill an empty store with so many articles, and index them; leave one that has as many as it is."""
    with engine.connect() as connection:
        if connection.execute(select(func.count()).select_from(StoredArticle)).scalar_one() >= size:
            return
    began = time.perf_counter()
    trigger = _drop_trigger(engine)
    with engine.begin() as connection:
        connection.execute(insert(Run).values(id=1, spider="articles", started_at=FIRST_NIGHT, counts={}))
    rows = (maker.make_row(number) for number in range(size))
    while batch := list(islice(rows, BATCH)):
        with engine.begin() as connection:
            connection.execute(insert(StoredArticle), batch)
    with engine.begin() as connection:
        if trigger is not None:
            connection.exec_driver_sql(trigger)
            backlog = "INSERT INTO search_backlog (article_id) SELECT id FROM article ORDER BY published_at, id"
            connection.execute(text(backlog))
    print(f"{size:,} articles made in {time.perf_counter() - began:,.0f} s")
    before = _get_size(engine)
    began = time.perf_counter()
    index_backlog(engine, _show)
    taken = time.perf_counter() - began
    added = _get_size(engine) - before
    print(f"indexed in {taken:,.0f} s, {taken / size * 1000:.2f} ms an article")
    print(
        f"the articles take {before / 2**20:,.0f} MB, the index {added / 2**20:,.0f} MB, {added / size:,.0f} bytes each"
    )


def _measure_queries(engine: Engine, maker: TextMaker) -> None:
    every: dict[Order, list[float]] = {order: [] for order in Order}
    processor: dict[Order, list[float]] = {order: [] for order in Order}  # tells more than the clock on a busy machine
    print(f"{'query':34} {'order':7} {'hits':>5} {'first':>8} {'median':>8}  milliseconds for the first ten hits")
    for what, words, wanted in make_queries(maker):
        for order in Order:
            times = []
            hits = 0
            for _ in range(REPEATS):
                began, began_at = time.perf_counter(), time.process_time()
                with open_for_reading(engine) as connection:
                    hits = len(list(search(connection, words, wanted=wanted, order=order, limit=10)))
                times.append((time.perf_counter() - began) * 1000)
                processor[order].append((time.process_time() - began_at) * 1000)
            every[order] += times
            print(f"{what:34} {order:7} {hits:5} {times[0]:8.1f} {statistics.median(times):8.1f}", flush=True)
    for order, times in every.items():
        for what, values in (("by the clock", times), ("of this process", processor[order])):
            last = statistics.quantiles(values, n=20)[-1]
            print(f"{order}, {what}: median {statistics.median(values):.0f} ms, 95 % {last:.0f} ms")


def make_queries(maker: TextMaker) -> Iterator[tuple[str, str, HitFilter]]:
    """Yield searches of all kinds: what each is, its words, and its filter."""
    none = HitFilter()
    en, ru, zh = maker.words["en"], maker.words["ru"], maker.words["zh"]
    phrase = maker.make_text("en", 3)
    for what, rank in (("the commonest word", 0), ("common", 10), ("frequent", 300), ("rare", 20_000)):
        yield f"{what} ({en[rank]})", en[rank], none
    yield "the commonest Russian word", ru[0], none
    yield "two common words", f"{en[1]} {en[2]}", none
    yield "frequent and rare", f"{en[301]} {en[9_001]}", none
    yield "a phrase of a text", f'"{phrase}"', none
    yield "a phrase of two common words", f'"{en[3]} {en[4]}"', none
    yield "words that begin so", f"{en[2_000][:5]}*", none
    yield "common without frequent", f"{en[5]} -{en[200]}", none
    yield "two Chinese characters", f"{zh[3]}{zh[30]}", none
    yield "four Chinese characters", maker.make_text("zh", 4), none
    yield "common on one site", en[4], HitFilter(sites=("site7",))
    yield "common in another language", en[1], HitFilter(languages=("de",))
    old = (FIRST_NIGHT + timedelta(days=20)).date()
    yield "common, in the first weeks", en[2], HitFilter(until=old)


def _measure_storing(engine: Engine, maker: TextMaker, size: int) -> None:
    """Print how long one article takes to insert, with the index and without it. What was inserted is rolled back."""
    for what, is_indexed in (("with the index", True), ("without", False)):
        rows = [maker.make_row(size + number) for number in range(STORED_ONE_BY_ONE)]
        with engine.begin() as connection:
            if not is_indexed:
                suffix = "" if engine.dialect.name == "sqlite" else " ON article"
                connection.execute(text(f"DROP TRIGGER {TRIGGER}{suffix}"))
            began = time.process_time()
            for row in rows:
                connection.execute(insert(StoredArticle).values(row))
                if is_indexed:
                    update_search_index(connection, row["id"])
            taken = (time.process_time() - began) / len(rows)
            print(f"inserting an article {what}: {taken * 1000:.2f} ms of this process")
            connection.rollback()


def _drop_trigger(engine: Engine) -> str | None:
    """Drop the trigger that indexes each article on SQLite, and return its statement."""
    if engine.dialect.name != "sqlite":
        return None
    with engine.begin() as connection:
        statement = connection.execute(
            text("SELECT sql FROM sqlite_master WHERE type = 'trigger' AND name = :name"), {"name": TRIGGER}
        ).scalar_one()
        connection.execute(text(f"DROP TRIGGER {TRIGGER}"))
    return str(statement)


def _get_size(engine: Engine) -> int:
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
            return int(pages) * int(connection.exec_driver_sql("PRAGMA page_size").scalar_one())
        return int(connection.exec_driver_sql("SELECT pg_database_size(current_database())").scalar_one())


def _show(done: int, total: int) -> None:
    if done % (100 * 500) == 0 or done == total:
        print(f"{done:,} of {total:,} indexed", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
