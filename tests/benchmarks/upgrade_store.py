"""Upgrade a store of the first schema with `scrapy db upgrade`, once undisturbed and once with kills at random moments.

Every article has to be there afterwards, with the same text and blocks. The articles are those of scale_store.py.
"""

from __future__ import annotations

import argparse
import random
import shutil
import sqlite3
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import closing
from hashlib import sha256
from pathlib import Path

import beside  # noqa: F401 (imported for its change of the path)
from copy_store import make_store, run_with_kills
from crawling import SCRAPY
from migrations import migrate
from sqlalchemy import create_engine

_ROWS = {
    "run": "SELECT * FROM run ORDER BY id",
    "article": "SELECT id, url, title, text, site, published_at, fetched_at, archive_offset FROM article ORDER BY id",
    "block": "SELECT article_id, position, kind, text, rule, evidence FROM block ORDER BY article_id, position",
    "address": "SELECT id, url, site, state, fetched_at FROM address ORDER BY id",
}


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, default=100_000, metavar="N")
    parser.add_argument("--kills", type=int, default=10, metavar="N", help="of the second upgrade (default: 10)")
    parser.add_argument("--seed", type=int, default=18, metavar="N", help="of the moments")
    parser.add_argument("--store", type=Path, metavar="FOLDER", help="for the articles, which stay there")
    options = parser.parse_args(arguments)
    chance = random.Random(options.seed)
    with tempfile.TemporaryDirectory(prefix="broadsheet-upgrade-") as scratch:
        newest = Path(make_store(options.store or Path(scratch), options.articles).database or "")
        first = Path(scratch, "first.db")
        make_first_edition(newest, first)
        wanted = read_digests(first)
        print(f"{options.articles:,} articles, {first.stat().st_size / 2**20:,.0f} MB of the first schema", flush=True)
        seconds, is_reached = 0.0, True
        for kills in (0, options.kills):
            home = Path(scratch, f"killed-{kills}")
            home.mkdir()
            shutil.copyfile(first, home / "broadsheet.db")
            began = time.perf_counter()
            moments = [chance.uniform(0, 2 * seconds / (kills + 1)) for _ in range(kills)]
            killed = upgrade_with_kills(home, moments)
            seconds = time.perf_counter() - began
            is_equal = read_digests(home / "broadsheet.db") == wanted
            is_reached &= is_equal
            print(f"{killed:2} kills {seconds:6.0f} s  {'every row intact' if is_equal else 'DIFFERENT'}", flush=True)
        return 0 if is_reached else 1


def make_first_edition(newest: Path, first: Path) -> None:
    """Make a store of the first schema with the articles of a store of the newest one."""
    engine = create_engine(f"sqlite:///{first}")
    with engine.begin() as connection:
        migrate(connection, "0001")
    engine.dispose()
    with closing(sqlite3.connect(first, isolation_level=None)) as store:
        store.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -300000")
        store.execute("ATTACH ? AS newest", (str(newest),))
        for table in _ROWS:
            names = ", ".join(row[1] for row in store.execute(f"PRAGMA main.table_info({table})"))
            store.execute(f"INSERT INTO main.{table} ({names}) SELECT {names} FROM newest.{table}")


def read_digests(path: Path) -> dict[str, tuple[int, str]]:
    """Return the number of rows and a digest of what the first schema knew of each table."""
    found = {}
    with closing(sqlite3.connect(path)) as store:
        for table, question in _ROWS.items():
            names = "id, spider, started_at, ended_at, outcome, exit_code, counts" if table == "run" else "*"
            digest, count = sha256(), 0
            for row in store.execute(question.replace("*", names)):
                digest.update(repr(row).encode())
                count += 1
            found[table] = (count, digest.hexdigest())
    return found


def upgrade_with_kills(data: Path, moments: Sequence[float]) -> int:
    """Upgrade with `kill -9` after so many seconds of each start, then to the end; return the number of kills."""
    _, killed = run_with_kills([str(SCRAPY), "db", "upgrade", "-s", f"DATA_DIR={data}"], moments)
    return killed


if __name__ == "__main__":
    sys.exit(main())
