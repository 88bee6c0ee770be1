"""Measure what a page costs with 10,000, 100,000 and 1,000,000 stored articles, and how many bytes an article takes.

    python tests/benchmarks/scale.py
    python tests/benchmarks/scale.py --articles 10000,100000 --database postgresql --only lease,judge,store
    python tests/benchmarks/scale.py --articles 1000000 --only memory --store FOLDER

Makes a store of each size (tests/benchmarks/scale_store.py), with an address for each article, then leases, stores
and judges newcomers in transactions of 20, as a crawl does. Each line is the median of a few hundred operations, in
milliseconds of the processor and by the clock; on PostgreSQL, a server of its own, the mean of the server's time on the
processor is added. Then come the ratios of the largest store to the smallest. Targets: lease, judge and store take at
most 1.25 times the processor's time of the smallest; an article takes at most 3 times the bytes of its text, without
indexes. `memory` is the peak of a real crawl whose frontier has so many addresses. A store in --store is used again.
The exit status is 1 if a target is missed.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import date, timedelta
from pathlib import Path
from statistics import fmean, median
from typing import NamedTuple

import beside  # noqa: F401 (imported for its change of the path)
import psutil
from crawling import FAST, ROOT, command, environment
from gold import parse_count
from judging import NIGHT
from scale_bytes import measure_bytes
from scale_store import SITES, TextMaker, choose_copied, fill, find_site, settle_newcomer
from servers.postgres import run_postgres
from servers.press import press
from sqlalchemy import Connection, Engine, create_engine, func, select, text

from cleaning.records.article import Article
from crawler.storing.deduplicate import deduplicate
from crawler.storing.observations import store_page_observation
from crawler.storing.same_pages import learn_same_pages
from storage import runs
from storage.archive.location import ArchiveLocation
from storage.articles import saving
from storage.database.engine import make_database_url, open_database
from storage.export.rows.read import read_articles
from storage.export.selection.choose import choose_articles
from storage.export.selection.selection import Selection
from storage.frontier.addresses import AddressKind, Offer
from storage.frontier.leasing import lease
from storage.frontier.offering import offer
from storage.models import StoredArticle
from storage.search.index import index_backlog
from storage.search.search import search
from storage.site_memory.observations import load_observations, load_page_dependencies, sample_pages
from storage.site_memory.site_report import count_site, find_text_positions

SIZES = "10000,100000,1000000"
PAGES, WARM_UP = 300, 60  # the first are not counted: they fill the caches
GROUP = 20  # pages of a transaction
COPIES = 5  # one in so many newcomers is a copy
REPEATS = 5  # of what is asked for a whole site or the store
PER_PAGE = ("offer", "lease", "judge", "store", "settle", "commit")
PER_SITE = ("memory-queries", "report", "search", "export")
PARTS = (*PER_PAGE, *PER_SITE, "bytes", "memory")
BOUND = ("lease", "judge", "store")
MAX_RATIO, MAX_BYTES, MAX_MEMORY = 1.25, 3.0, 350
COMMON_WORDS = 3  # of a query


class Cost(NamedTuple):
    """Milliseconds of one operation: of the processor, and by the clock."""

    cpu: float
    wall: float


Costs = dict[str, Cost]


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", default=SIZES, metavar="N,N", help=f"sizes of the stores (default: {SIZES})")
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--only", metavar="A,B", help=f"of {', '.join(PARTS)}")
    parser.add_argument("--pages", type=parse_count, default=PAGES, metavar="N", help=f"measured (default: {PAGES})")
    parser.add_argument("--seed", type=int, default=17, metavar="N", help="of all texts")
    parser.add_argument("--store", type=Path, metavar="FOLDER", help="for the stores on SQLite, which stay there")
    options = parser.parse_args(arguments)
    only = options.only.split(",") if options.only else list(PARTS)
    if unknown := [part for part in only if part not in PARTS]:
        parser.error(f"no part {', '.join(unknown)}; choose from: {', '.join(PARTS)}")
    try:
        sizes = sorted({parse_count(size) for size in options.articles.split(",")})
    except argparse.ArgumentTypeError as error:
        parser.error(f"--articles: {error}")
    maker = TextMaker(options.seed)
    parts = [part for part in only if part in (*PER_PAGE, *PER_SITE)]
    is_reached = True
    with _open_stores(options.database, options.store, maker, sizes) as stores:
        benches = {size: _Bench(engine, maker, size, options.pages) for size, (engine, _) in stores.items()}
        if not set(PER_PAGE).isdisjoint(only):
            # In turn, so that what else the machine does weighs on all alike.
            for _ in zip(*(bench.store_newcomers() for bench in benches.values()), strict=True):
                pass
        for size, (engine, folder) in stores.items():
            benches[size].ask(only)
            if {"bytes", "memory"}.isdisjoint(only):
                continue
            print(f"\n{size:,} articles on {engine.dialect.name}", flush=True)
            if "bytes" in only:
                is_reached &= _print_bytes(engine)
            if "memory" in only and folder is not None:
                is_reached &= _print_memory(engine, folder)
        is_reached &= _print_costs({size: bench.costs for size, bench in benches.items()}, parts)
    return 0 if is_reached else 1


Stores = dict[int, tuple[Engine, Path | None]]  # by size: each with its data folder, if it has one


@contextmanager
def _open_stores(database: str, kept: Path | None, maker: TextMaker, sizes: Sequence[int]) -> Iterator[Stores]:
    """Open the stores, and make those that are missing."""
    stores: Stores = {}
    with ExitStack() as stack:
        if database == "postgresql":
            url = stack.enter_context(run_postgres())
            for size in sizes:
                maintenance = create_engine(url, isolation_level="AUTOCOMMIT")
                with maintenance.connect() as connection:
                    connection.execute(text(f"CREATE DATABASE scale_{size}"))
                maintenance.dispose()
                engine = open_database(url.set(database=f"scale_{size}"))
                stack.callback(engine.dispose)
                fill(engine, maker, size)
                stores[size] = (engine, None)
        else:
            home = kept or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="broadsheet-scale-")))
            for size in sizes:
                folder = home / str(size)
                if not (folder / "made").exists():
                    shutil.rmtree(folder, ignore_errors=True)
                    folder.mkdir(parents=True)
                    engine = open_database(make_database_url(folder, None))
                    fill(engine, maker, size)
                    engine.dispose()
                    (folder / "made").touch()
                engine = open_database(make_database_url(folder, None))
                stack.callback(engine.dispose)
                stores[size] = (engine, folder)
        yield stores


class _Bench:
    def __init__(self, engine: Engine, maker: TextMaker, size: int, pages: int) -> None:
        self._engine = engine
        self._maker = maker
        self._size = size
        self._pages = pages
        self._taken: defaultdict[str, list[Cost]] = defaultdict(list)
        self._served: defaultdict[str, list[float]] = defaultdict(list)  # milliseconds of the server
        self._server: psutil.Process | None = None
        self._is_counted = False

    @property
    def costs(self) -> Costs:
        return {
            part: Cost(
                median(cost.cpu for cost in taken) + fmean(self._served[part]), median(cost.wall for cost in taken)
            )
            for part, taken in self._taken.items()
        }

    @contextmanager
    def _clock(self, part: str, pages: int = 1) -> Iterator[None]:
        server = self._read_server()
        began, began_at = time.process_time(), time.perf_counter()
        yield
        cpu, wall = 1000 * (time.process_time() - began), 1000 * (time.perf_counter() - began_at)
        if self._is_counted:
            self._taken[part].append(Cost(cpu / pages, wall / pages))
            self._served[part].append((self._read_server() - server) / pages)

    def _read_server(self) -> float:
        """Return the milliseconds of the processor that the server's process of this connection has taken."""
        if self._server is None:
            return 0.0
        times = self._server.cpu_times()
        return 1000 * float(times.user + times.system)

    def store_newcomers(self) -> Iterator[int]:
        """Store the newcomers; yield after each transaction."""
        with self._engine.begin() as connection:
            run = runs.begin(connection, spider="articles", now=NIGHT)
            stored = connection.scalar(select(func.max(StoredArticle.run_id))) or 0
        first = self._size + 10_000 * max(run, stored)
        warm_up = min(WARM_UP, self._pages)
        numbers = range(first, first + warm_up + self._pages)
        for start in range(0, len(numbers), GROUP):
            self._is_counted = start >= warm_up
            with self._engine.connect() as connection:
                self._watch_server(connection)
                with connection.begin() as transaction:
                    for number in numbers[start : start + GROUP]:
                        copied = choose_copied(number, self._size) if number % COPIES == 0 else None
                        self._store(connection, self._maker.make_article(number, copied), run)
                    with self._clock("commit", GROUP):
                        transaction.commit()
            yield start

    def _watch_server(self, connection: Connection) -> None:
        if self._engine.dialect.name == "postgresql":
            self._server = psutil.Process(connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one())
            connection.rollback()

    def _store(self, connection: Connection, article: Article, run: int) -> None:
        """Do for one page what the scheduler and the store pipeline do."""
        site, name, now = find_site(article), saving.make_article_id(article.url), NIGHT + timedelta(minutes=run)
        with self._clock("offer"):
            offer(connection, site, [Offer(article.url, AddressKind.ARTICLE, source="feed")], run=run, now=now)
        with self._clock("lease"):
            (leased,) = lease(connection, site, limit=1, max_articles=1_000, since=None, run=run, now=now)
        with self._clock("store"):
            location = ArchiveLocation("20261122.warc.gz", 123_456)
            saving.save_article(connection, article, site=site, run=run, fetched_at=now, location=location)
            store_page_observation(connection, site, article, now)
        with self._clock("judge"):
            deduplicate(connection, name, article.sketch)
        with self._clock("settle"):
            learn_same_pages(connection, site, article, None, now)
            settle_newcomer(connection, leased.id, article, now)

    def ask(self, only: Sequence[str]) -> None:
        """Ask what is asked for a site, or for the store."""
        self._is_counted = True
        if "search" in only:
            index_backlog(self._engine)
        asked: dict[str, Callable[[Connection, int], object]] = {
            "memory-queries": self._ask_for_memory,
            "report": lambda connection, number: (
                count_site(connection, f"site{number % SITES}", ("repeated",)),
                find_text_positions(connection, f"site{number % SITES}", 200),
            ),
            "search": lambda connection, number: list(search(connection, self._make_query(number), limit=10)),
            "export": self._export,
        }
        for part, ask in asked.items():
            for number in range(REPEATS) if part in only else ():
                with self._engine.connect().execution_options(reading=True) as connection:
                    self._watch_server(connection)
                    with self._clock(part):
                        ask(connection, number)

    def _ask_for_memory(self, connection: Connection, number: int) -> None:
        site = f"site{number % SITES}"
        sample = sample_pages(connection, site, window=2_000, size=500)
        load_observations(connection, site, sample, "1")
        load_page_dependencies(connection, site, limit=200)

    def _make_query(self, number: int) -> str:
        return " ".join(sorted(self._maker.make_text(number).lines[0].rstrip(".").split(), key=len)[-COMMON_WORDS:])

    def _export(self, connection: Connection, number: int) -> None:
        """Read a release of one site and one month."""
        month = Selection(sites=(f"site{number % SITES}",), since=date(2025, 5, 1), until=date(2025, 5, 31))
        choose_articles(connection, month)
        for _ in read_articles(connection):
            pass


def _print_costs(costs: dict[int, Costs], parts: Sequence[str]) -> bool:
    sizes = list(costs)
    if not parts:
        return True
    print(f"\n{'ms':<16}" + "".join(f"{f'{size:,}':>11}{'clock':>9}" for size in sizes) + f"{'ratio':>9}{'clock':>9}")
    is_reached = True
    for part in parts:
        found = [costs[size][part] for size in sizes]
        ratio = found[-1].cpu / found[0].cpu if found[0].cpu else 1.0
        clock = found[-1].wall / found[0].wall
        is_missed = part in BOUND and ratio > MAX_RATIO
        is_reached &= not is_missed
        figures = "".join(f"{cost.cpu:>11.2f}{cost.wall:>9.2f}" for cost in found)
        print(f"{part:<16}{figures}{ratio:>9.2f}{clock:>9.2f}{' *' if is_missed else ''}")
    print(f"lease, judge and store are to take at most {MAX_RATIO} times the processor's time of the smallest store")
    return is_reached


def _print_bytes(engine: Engine) -> bool:
    found = measure_bytes(engine)
    print(f"{'bytes an article':<28}{'table':>10}{'indexes':>10}")
    for name, (table, indexes) in found.parts.items():
        if table + indexes >= 1:
            print(f"{name:<28}{table:>10,.0f}{indexes:>10,.0f}")
    ratio = found.of_article / found.of_text
    print(
        f"an article takes {found.of_article:,.0f} bytes without indexes and search, {ratio:.2f} times its text of "
        f"{found.of_text:,.0f} (wanted: <= {MAX_BYTES})"
    )
    return ratio <= MAX_BYTES


def _print_memory(engine: Engine, folder: Path) -> bool:
    """Crawl a paper of a few pages on this store; print the peak memory of the crawl's own process."""
    engine.dispose()
    with press(2, 20) as papers:
        urls = " ".join(f"{paper.url}/" for paper in papers)
        line = [*command("crawl", "articles", "-a", f"url={urls}", data=folder), *FAST]
        crawl = subprocess.Popen(
            line, cwd=ROOT, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        process, peak = psutil.Process(crawl.pid), 0
        while crawl.poll() is None:
            with_memory = process.is_running() and process.status() != psutil.STATUS_ZOMBIE
            peak = max(peak, process.memory_info().rss if with_memory else 0)
            time.sleep(0.1)
    megabytes = peak / 2**20
    print(f"a crawl takes {megabytes:,.0f} MB at its peak (wanted: <= {MAX_MEMORY})")
    return megabytes <= MAX_MEMORY


if __name__ == "__main__":
    sys.exit(main())
