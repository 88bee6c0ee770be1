"""Measure speed and memory of an export to Parquet, beside a bare pyarrow write of the same rows.

    nice .venv/bin/python tests/benchmarks/export.py --articles 1000000
    nice .venv/bin/python tests/benchmarks/export.py --store FOLDER     # the data folder of an existing store

The bare write gets its rows as Python records in memory (each row group is read while the clock is stopped), and only
turns them into columns and writes them with the same settings. The export is the whole command, in a process of its
own: reading the store, counting, writing, checksums, card and manifest.
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

from storage.database.engine import make_database_url, open_database, open_for_reading
from storage.export.formats.parquet import ROW_GROUP, make_arrow_schema, make_writer_settings
from storage.export.rows.read import read_articles
from storage.export.schema import ARTICLES
from storage.export.selection.choose import choose_articles
from storage.export.selection.selection import Selection
from storage.models import Run, StoredArticle

ROOT = Path(__file__).parents[2]
SITES = 40
MAX_MEMORY = 600  # MB
MIN_RATIO = 0.5
START = datetime(2026, 1, 1, tzinfo=UTC)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, default=100_000, help="of the store that is built (default: 100000)")
    parser.add_argument("--store", type=Path, help="data folder of an existing store; nothing is built")
    parser.add_argument("--keep", type=Path, help="build the store in this folder and keep it, for --store")
    parser.add_argument("--times", type=int, default=1, help="number of measurements (default: 1)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        store = options.store or options.keep or Path(scratch) / "store"
        if options.store is None:
            store.mkdir(parents=True, exist_ok=True)
            build_store(store, options.articles)
        return max(measure(store, Path(scratch), number) for number in range(options.times))


def measure(store: Path, scratch: Path, number: int) -> int:
    """Print one measurement; return 1 if a target is missed, else 0."""
    rows, seconds, busy = measure_bare_write(store, scratch / f"bare-{number}.parquet")
    export_seconds, export_cpu, memory = measure_export(store, scratch / f"release-{number}")
    ratio = seconds / export_seconds
    print(f"{rows:,} articles")
    print(f"bare pyarrow write  {rows / seconds:>10,.0f} rows/s  {seconds:8.1f} s")
    print(f"scrapy export       {rows / export_seconds:>10,.0f} rows/s  {export_seconds:8.1f} s")
    print(f"ratio               {ratio:>10.2f}         (target: >= {MIN_RATIO})")
    print(f"processor seconds   {busy:>10.1f} bare    {export_cpu:8.1f} export")
    print(f"peak memory         {memory:>10,.0f} MB      (at most {MAX_MEMORY})")
    return int(ratio < MIN_RATIO or memory > MAX_MEMORY)


def measure_bare_write(store: Path, path: Path) -> tuple[int, float, float]:
    """Return the rows written, and the wall and CPU seconds to make columns of records and write them."""
    schema, rows = make_arrow_schema(ARTICLES), 0
    clock = _Clock()
    writer = ParquetWriter(path, schema, **make_writer_settings(ARTICLES))
    clock.stop()
    for records in read_row_groups(store):
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
    """Adds up the wall and CPU time between `start` and `stop`; it starts running."""

    def __init__(self) -> None:
        self.seconds = self.busy = 0.0
        self.start()

    def start(self) -> None:
        self._since, self._busy_since = perf_counter(), process_time()

    def stop(self) -> None:
        self.seconds += perf_counter() - self._since
        self.busy += process_time() - self._busy_since


def read_row_groups(store: Path) -> Iterator[list[tuple[Any, ...]]]:
    """Yield the store's corpus as records, in the order of a release, one row group at a time."""
    engine = open_database(make_database_url(store, None), create=False)
    waiting: list[tuple[Any, ...]] = []
    with open_for_reading(engine) as connection:
        choose_articles(connection, Selection())
        for batch, _beside in read_articles(connection):
            waiting.extend(batch.records)
            if len(waiting) >= ROW_GROUP:
                yield waiting[:ROW_GROUP]
                del waiting[:ROW_GROUP]
    if waiting:
        yield waiting
    engine.dispose()


def measure_export(store: Path, folder: Path) -> tuple[float, float, float]:
    """Return wall seconds, CPU seconds and peak megabytes of `scrapy export`, from the start of the program."""
    program = [sys.executable, "-m", "scrapy", "export", str(folder), "--format", "parquet", "-s", f"DATA_DIR={store}"]
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    start = perf_counter()
    process = subprocess.Popen(program, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
    _pid, status, usage = os.wait4(process.pid, 0)
    export_seconds = perf_counter() - start
    if status:
        raise SystemExit(f"scrapy export ended with {os.waitstatus_to_exitcode(status)}")
    return export_seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def build_store(store: Path, number: int) -> None:
    """Build a store of articles of 200 to 600 words, fetched over a year of nights, a tenth of them duplicates."""
    engine = open_database(make_database_url(store, None))
    chance = random.Random(1)
    words = ["".join(chance.choices("etaoinshrdlucmfwypvbgk", k=chance.randint(2, 10))) for _word in range(20_000)]
    weights = [1 / (rank + 5) for rank in range(len(words))]
    with engine.begin() as connection:
        connection.execute(insert(Run).values(id=1, spider="articles", started_at=START, counts={}))
    for first in range(0, number, 1_000):
        numbers = range(first, min(first + 1_000, number))
        drawn = iter(chance.choices(words, weights, k=600 * len(numbers)))
        rows = [_make_row(position, number, drawn, chance) for position in numbers]
        with engine.begin() as connection:
            connection.execute(insert(StoredArticle), rows)
    engine.dispose()


def _make_row(position: int, number: int, drawn: Iterator[str], chance: random.Random) -> dict[str, Any]:
    length = chance.randint(200, 600)
    text = [next(drawn) for _word in range(length)]
    day = START + timedelta(seconds=position * 365 * 86_400 // number)
    title = " ".join(text[:8])
    key = f"{chance.getrandbits(64):016x}"
    repeated = position > 0 and position % 10 == 0
    return {
        "id": key,
        "url": f"https://site{position % SITES}.example/{day:%Y/%m/%d}/{'-'.join(text[:6])}",
        "canonical_url": f"https://site{position % SITES}.example/{day:%Y/%m/%d}/{'-'.join(text[:6])}",
        "site": f"site{position % SITES:02d}",
        "site_name": f"Site {position % SITES}",
        "title": title,
        "headline_key": title,
        "authors": [" ".join(text[8:10])] if position % 3 else [],
        "published_at": day if position % 20 else None,
        "published_offset": 60,
        "modified_at": day + timedelta(hours=3) if position % 2 else None,
        "modified_offset": 60,
        "fetched_at": day + timedelta(hours=9),
        "language": "de" if position % 4 == 0 else "en",
        "language_probability": 0.99,
        "description": " ".join(text[10:40]),
        "tags": text[40:44],
        "image": f"https://site{position % SITES}.example/images/{key}.jpg",
        "page_kind": "news",
        "section": text[44],
        "text": "\n".join(" ".join(text[at : at + 60]) for at in range(0, length, 60)),
        "words": length,
        "duplicate_of": key if repeated else None,  # of itself: only the number of duplicates matters here
        "duplicate_rule": "near-duplicate" if repeated else None,
        "cleaner_version": "1",
        "run_id": 1,
    }


if __name__ == "__main__":
    sys.exit(main())
