"""How fast, and in how much memory, a corpus is exported to Parquet: beside a bare pyarrow write of the same rows.

    nice .venv/bin/python tests/benchmarks/export.py --articles 1000000
    nice .venv/bin/python tests/benchmarks/export.py --store FOLDER     # the data folder of a store that stands

The bare write is handed its rows as Python records that stand in memory already (each row group is fetched before the
clock goes on), and does nothing but turn them into columns and write them with the same settings. The export is the
whole command, in a process of its own: reading the store, counting, writing, checksums, card and manifest.
"""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import pyarrow as pa
from pyarrow.parquet import ParquetWriter
from sqlalchemy import insert

from storage.database import database_url, open_database, reading
from storage.export.formats.parquet import ROW_GROUP, schema_of, settings_of
from storage.export.reading import articles
from storage.export.schema import ARTICLES
from storage.export.selection import Selection, chosen
from storage.models import Run, StoredArticle

ROOT = Path(__file__).parents[2]
SITES = 40
MOST_MEMORY = 600  # MB
LEAST_RATIO = 0.5
START = datetime(2026, 1, 1, tzinfo=UTC)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, default=100_000, help="of the store that is built (default: 100000)")
    parser.add_argument("--store", type=Path, help="data folder of a store that stands already; nothing is built")
    parser.add_argument("--keep", type=Path, help="folder to build the store in, kept for --store")
    parser.add_argument("--times", type=int, default=1, help="measure so many times (default: 1)")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        store = asked.store or asked.keep or Path(scratch) / "store"
        if asked.store is None:
            store.mkdir(parents=True, exist_ok=True)
            build(store, asked.articles)
        return max(measure(store, Path(scratch), number) for number in range(asked.times))


def measure(store: Path, scratch: Path, number: int) -> int:
    """Prints one measurement; 1 where a target is missed."""
    rows, seconds, busy = bare(store, scratch / f"bare-{number}.parquet")
    spent, busy_too, memory = exported(store, scratch / f"release-{number}")
    ratio = seconds / spent
    print(f"{rows:,} articles")
    print(f"bare pyarrow write  {rows / seconds:>10,.0f} rows/s  {seconds:8.1f} s")
    print(f"scrapy export       {rows / spent:>10,.0f} rows/s  {spent:8.1f} s")
    print(f"ratio               {ratio:>10.2f}         (to reach: {LEAST_RATIO})")
    print(f"processor seconds   {busy:>10.1f} bare    {busy_too:8.1f} export")
    print(f"peak memory         {memory:>10,.0f} MB      (at most {MOST_MEMORY})")
    return int(ratio < LEAST_RATIO or memory > MOST_MEMORY)


def bare(store: Path, path: Path) -> tuple[int, float, float]:
    """Rows written, and seconds by the clock and of the processor to make columns of records and write them."""
    schema, rows = schema_of(ARTICLES), 0
    clock = _Clock()
    writer = ParquetWriter(path, schema, **settings_of(ARTICLES))
    clock.stop()
    for records in groups(store):
        clock.start()
        columns = zip(*records, strict=True)
        arrays = [pa.array(column, type=field.type) for column, field in zip(columns, schema, strict=True)]
        writer.write_table(pa.Table.from_arrays(arrays, schema=schema), row_group_size=ROW_GROUP)
        clock.stop()
        rows += len(records)
    clock.start()
    writer.close()
    clock.stop()
    return rows, clock.seconds, clock.busy


class _Clock:
    """Adds up what passes between `start` and `stop`; it runs from the first."""

    def __init__(self) -> None:
        self.seconds = self.busy = 0.0
        self.start()

    def start(self) -> None:
        self._since, self._busy_since = perf_counter(), process_time()

    def stop(self) -> None:
        self.seconds += perf_counter() - self._since
        self.busy += process_time() - self._busy_since


def groups(store: Path) -> Iterator[list[tuple[Any, ...]]]:
    """The store's corpus as records, in the order of a release, a row group at a time."""
    engine = open_database(database_url(store, None), create=False)
    waiting: list[tuple[Any, ...]] = []
    with reading(engine) as connection:
        chosen(connection, Selection())
        for batch, _beside in articles(connection):
            waiting.extend(batch.records)
            if len(waiting) >= ROW_GROUP:
                yield waiting[:ROW_GROUP]
                del waiting[:ROW_GROUP]
    if waiting:
        yield waiting
    engine.dispose()


def exported(store: Path, folder: Path) -> tuple[float, float, float]:
    """Seconds by the clock and of the processors, and megabytes, of `scrapy export` from the start of the program."""
    program = [sys.executable, "-m", "scrapy", "export", str(folder), "--format", "parquet", "-s", f"DATA_DIR={store}"]
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    start = perf_counter()
    process = subprocess.Popen(program, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
    _pid, status, usage = os.wait4(process.pid, 0)
    spent = perf_counter() - start
    if status:
        raise SystemExit(f"scrapy export ended with {os.waitstatus_to_exitcode(status)}")
    return spent, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def build(store: Path, number: int) -> None:
    """A store of so many articles of some 500 words, arriving by nights over a year, a tenth of them duplicates."""
    engine = open_database(database_url(store, None))
    chance = random.Random(1)
    words = ["".join(chance.choices("etaoinshrdlucmfwypvbgk", k=chance.randint(2, 10))) for _word in range(20_000)]
    weights = [1 / (rank + 5) for rank in range(len(words))]
    with engine.begin() as connection:
        connection.execute(insert(Run).values(id=1, spider="articles", started_at=START, counts={}))
    for first in range(0, number, 1_000):
        numbers = range(first, min(first + 1_000, number))
        drawn = iter(chance.choices(words, weights, k=600 * len(numbers)))
        rows = [_row(place, number, drawn, chance) for place in numbers]
        with engine.begin() as connection:
            connection.execute(insert(StoredArticle), rows)
    engine.dispose()


def _row(place: int, number: int, drawn: Iterator[str], chance: random.Random) -> dict[str, Any]:
    length = chance.randint(200, 600)
    text = [next(drawn) for _word in range(length)]
    day = START + timedelta(seconds=place * 365 * 86_400 // number)
    title = " ".join(text[:8])
    key = f"{chance.getrandbits(64):016x}"
    repeated = place > 0 and place % 10 == 0
    return {
        "id": key,
        "url": f"https://site{place % SITES}.example/{day:%Y/%m/%d}/{'-'.join(text[:6])}",
        "canonical_url": f"https://site{place % SITES}.example/{day:%Y/%m/%d}/{'-'.join(text[:6])}",
        "site": f"site{place % SITES:02d}",
        "site_name": f"Site {place % SITES}",
        "title": title,
        "headline_key": title,
        "authors": [" ".join(text[8:10])] if place % 3 else [],
        "published_at": day if place % 20 else None,
        "published_offset": 60,
        "modified_at": day + timedelta(hours=3) if place % 2 else None,
        "modified_offset": 60,
        "fetched_at": day + timedelta(hours=9),
        "language": "de" if place % 4 == 0 else "en",
        "language_probability": 0.99,
        "description": " ".join(text[10:40]),
        "tags": text[40:44],
        "image": f"https://site{place % SITES}.example/images/{key}.jpg",
        "page_kind": "news",
        "section": text[44],
        "text": "\n".join(" ".join(text[at : at + 60]) for at in range(0, length, 60)),
        "words": length,
        "duplicate_of": key if repeated else None,  # of itself: the benchmark asks how many, not of which
        "duplicate_rule": "near-duplicate" if repeated else None,
        "cleaner_version": "1",
        "run_id": 1,
    }


if __name__ == "__main__":
    sys.exit(main())
