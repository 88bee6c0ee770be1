"""Copy a store with `scrapy db copy` from SQLite to PostgreSQL and back, and again with kills at random moments.

The digest of every table has to be that of the source, each time. The store is made by scale_store.py, and stays in the
folder of --store.
"""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import beside  # noqa: F401 (the path)
from crawling import ROOT, SCRAPY, environment
from prepared_scrapy import PreparedProcess
from scale_store import TextMaker, fill
from servers.postgres import run_postgres
from sqlalchemy import URL, create_engine, text

from storage.database.engine import make_database_url, open_database, open_for_reading
from storage.models import Base
from storage.upkeep.copy_rows import digest_table
from storage.upkeep.table_digest import TableDigest

Digests = dict[str, TableDigest]
PATIENCE = 86_400  # seconds for a command that is not killed


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, default=100_000, metavar="N")
    parser.add_argument("--kills", type=int, default=10, metavar="N", help="of each of the two copies (default: 10)")
    parser.add_argument("--seed", type=int, default=18, metavar="N", help="of the moments")
    parser.add_argument("--store", type=Path, metavar="FOLDER", help="for the stores on SQLite, which stay there")
    options = parser.parse_args(arguments)
    chance = random.Random(options.seed)
    with tempfile.TemporaryDirectory(prefix="broadsheet-copy-") as scratch, run_postgres() as server:
        source = make_store(options.store or Path(scratch), options.articles)
        wanted = read_digests(source)
        rows = sum(digest.rows for digest in wanted.values())
        print(f"{options.articles:,} articles, {rows:,} rows in {len(wanted)} tables", flush=True)
        is_reached = True
        took = [0.0, 0.0]  # seconds of the undisturbed copies, there and back
        for kills in (0, options.kills):
            name = f"copy_{kills}"
            maintenance = create_engine(server, isolation_level="AUTOCOMMIT")
            with maintenance.connect() as connection:
                connection.execute(text(f"CREATE DATABASE {name}"))
            maintenance.dispose()
            there, back = server.set(database=name), URL.create("sqlite", database=f"{scratch}/{name}.db")
            for way, (start, end) in enumerate(((source, there), (there, back))):
                moments = [chance.uniform(0, 2 * took[way] / (kills + 1)) for _ in range(kills)]
                began = time.perf_counter()
                status, killed = copy_with_kills(start, end, moments)
                seconds = time.perf_counter() - began
                if not kills:
                    took[way] = seconds
                is_equal = status == 0 and read_digests(end) == wanted
                is_reached &= is_equal
                print(
                    f"{start.get_backend_name():>10} to {end.get_backend_name():10} {killed:2} kills"
                    f" {seconds:6.0f} s  {'every digest equal' if is_equal else f'DIFFERENT (status {status})'}",
                    flush=True,
                )
        return 0 if is_reached else 1


def make_store(folder: Path, size: int) -> URL:
    """Return the address of a store of so many articles below the folder; make it if it is missing."""
    home = folder / str(size)
    url = make_database_url(home, None)
    if not (home / "made").exists():
        home.mkdir(parents=True, exist_ok=True)
        Path(url.database or "").unlink(missing_ok=True)
        engine = open_database(url)
        fill(engine, TextMaker(17), size)
        engine.dispose()
        (home / "made").touch()
    return url


def copy_with_kills(source: URL, target: URL, moments: Sequence[float]) -> tuple[int, int]:
    """Copy with `kill -9` after so many seconds of each start, then to the end; return its status, and the kills."""
    names = [url.render_as_string(hide_password=False) for url in (source, target)]
    return run_with_kills([str(SCRAPY), "db", "copy", *names], moments)


def run_with_kills(line: Sequence[str], moments: Sequence[float]) -> tuple[int, int]:
    """Run a command with `kill -9` after so many seconds of each start, then to the end.

    Return its exit status and the number of kills. What it says of an error is printed.
    """
    killed = 0
    for moment in (*moments, PATIENCE):
        process = PreparedProcess(line, ROOT, environment())
        try:
            status = process.wait(moment)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            killed += 1
        else:
            if status:
                print(process.errors.decode(), file=sys.stderr)
            return status, killed
    raise AssertionError(f"{line} did not end in {PATIENCE} seconds")


def read_digests(url: URL) -> Digests:
    """Return the digest of each table, as it is now in the database."""
    engine = open_database(url, create=False)
    with open_for_reading(engine) as connection:
        digests = {table.name: digest_table(connection, table, lambda _: None) for table in Base.metadata.sorted_tables}
    engine.dispose()
    return digests


if __name__ == "__main__":
    sys.exit(main())
