"""Let several processes store articles into one PostgreSQL, and compare the stories with those of one process.

    python tests/benchmarks/writers.py                          eight processes, 10,000 articles, 20 % copies
    python tests/benchmarks/writers.py --writers 4 --articles 2000 --seed 3
    python tests/benchmarks/writers.py --lease --addresses 1000000 --writers 4

Each process crawls sites of its own, as the workers of a fleet do: it claims them, offers and leases addresses, stores
articles with the writer of a crawl, and judges walls and duplicates. One article in five is a copy: of another site's
text, word for word or edited, or a link of a chain in which only neighbours match; some sites show one wall at several
addresses. Articles of one story are stored at about the same moment by different processes. The digest over articles,
verdicts, matches, index and addresses has to be that of one process; no transaction may end in a deadlock.

--lease times the lease of an address in a store of so many, median and 99th percentile, beside other processes that
lease too. The server keeps its files in the temporary folder; --fsync has it wait for the disk, as in production.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from hashlib import sha256
from multiprocessing.connection import Connection as PipeConnection
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

import beside  # noqa: F401 (the path)
from prepared_scrapy import prepare_context
from servers.postgres import run_postgres
from sqlalchemy import URL, Connection, Engine, create_engine, event, func, make_url, select, text
from wordy import make_text

from cleaning.duplicates.article_sketch import seal_sketch
from cleaning.records.article import Article
from cleaning.records.block import Block
from crawler.storing.deduplicate import DeduplicationResult, deduplicate
from crawler.storing.observations import store_page_observation
from crawler.walls.find_walls import WallFinder
from crawler.walls.judge import judge_page
from crawler.walls.shown_page import ShownPage
from storage import runs
from storage.articles import saving
from storage.database.engine import open_database, open_for_reading
from storage.database.locks import claim_database
from storage.database.retry import StorageRetry
from storage.database.writer import Late, Writer
from storage.frontier import offering, settling
from storage.frontier.addresses import AddressKind, AddressState, Headline, Lease, Offer
from storage.frontier.leasing import lease
from storage.models import Address, SketchKey, StoredArticle, StoredMatch
from storage.run_parts import merge_counts

NIGHT = datetime(2026, 11, 30, 2, tzinfo=UTC)
SITES = 40
COPIES = 0.2
LINES, WORDS = 12, 20  # of a text
CHAIN, STEPS = 6, (1, 3)  # articles of a chain, and by how many lines one is further than the one before
WALL_PAGES = 4
AT_ONCE = 24  # operations of a process that wait for their COMMIT
BUSY_TIMEOUT = 2.0  # as in a crawl
MAX_LEASE = 5.0  # milliseconds, at the median
Work = Callable[[argparse.Namespace, PipeConnection], None]


class Plan(NamedTuple):
    """One article to store: what its site shows at an address."""

    number: int
    site: str
    story: int
    lines: tuple[str, ...]
    is_wall: bool


def plan_articles(count: int, seed: int) -> list[Plan]:
    """Return the articles in the order in which they are found: those of one story stand together, on other sites."""
    rng = random.Random(seed)
    plans: list[Plan] = []
    story = 0

    def add(lines: Sequence[str], site: int | None = None, *, is_wall: bool = False) -> None:
        name = f"site{rng.randrange(SITES) if site is None else site:02}"
        plans.append(Plan(len(plans), name, story, tuple(lines), is_wall))

    while len(plans) < count:
        story += 1
        pool = make_text(f"{seed} {story}", paragraphs=LINES + CHAIN * max(STEPS), words=WORDS).split("\n")
        kind = rng.random()
        if kind >= COPIES / 2:  # half as many stories as articles that are copies: each has two of them, or more
            add(pool[:LINES])
        elif kind < 0.01:
            site = rng.randrange(SITES)
            for _ in range(WALL_PAGES):
                add(pool[:LINES], site, is_wall=True)
        elif kind < 0.035:
            step = rng.choice(STEPS)
            for link in rng.sample(range(CHAIN), CHAIN):
                add(pool[link * step : link * step + LINES])
        elif kind < 0.07:
            for _ in range(3):
                add(pool[:LINES])
        else:
            add(pool[:LINES])
            edited = [line if rng.random() > 0.15 else f"Edited {line.lower()}" for line in pool[:LINES]]
            add([*edited, *pool[LINES : LINES + rng.randrange(3)]])
    return plans[:count]


def make_article(plan: Plan, seed: int) -> tuple[Article, str]:
    """Return the article as cleaning would, and the headline that its source gave."""
    rng = random.Random(f"{seed} {plan.number}")
    announced = make_text(f"headline {seed} {plan.number}", paragraphs=1, words=7).rstrip(".")
    title = "Before you go on to the paper" if plan.is_wall else announced
    url = f"https://www.{plan.site}.example/news/{announced.lower().replace(' ', '-')}"
    is_dated = not plan.is_wall and rng.random() < 0.9
    joined = "\n".join(plan.lines)
    article = Article(
        url=url,
        title=title,
        blocks=tuple(Block(line, path="body > main > article > p") for line in plan.lines),
        canonical_url=url,
        published_at=NIGHT - timedelta(minutes=rng.randrange(3_000)) if is_dated else None,
        sources={"published_at": "JSON-LD"} if is_dated else {},
        language="en",
        headline_key=title.lower(),
        observation=b"observed",
        memory_fingerprint=f"{plan.number:016x}",
        sketch=seal_sketch(joined),
        cleaner_version="1",
    )
    return article, announced.lower()


class SiteWriter:
    """Stores the pages of some sites as the store pipeline of their crawl does."""

    def __init__(self, engine: Engine, run: int) -> None:
        self.faults = Counter[str]()
        self.commits = 0
        self._run = run
        self._finder = WallFinder()
        retry = StorageRetry("the database", on_wait=lambda fault: self.faults.update([str(fault)]))
        self._writer = Writer(engine, retry=retry)
        event.listen(engine, "commit", self._count_commit)

    def _count_commit(self, _connection: Connection) -> None:
        self.commits += 1

    async def store_all(self, found: Sequence[tuple[Article, str, str, int]]) -> None:
        """Store these pages: the article, its site, the headline of its source, its number."""
        waiting = asyncio.Semaphore(AT_ONCE)
        busy: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)  # a site has one page under way

        async def store(article: Article, site: str, headline: str, number: int) -> None:
            async with busy[site], waiting:
                moment = NIGHT + timedelta(seconds=number)
                leased = await self._writer.run(partial(self._lease, article.url, site, headline, moment))
                page = ShownPage.from_article(leased, article, 200, moment)
                suspicion = self._finder.suspect(page, None)
                verdict = await self._writer.run(partial(self._store, article, page, suspicion, moment), can_wait=True)
                if verdict and suspicion:
                    self._finder.confirm(suspicion)

        await asyncio.gather(*(store(*one) for one in found))
        await self._writer.close()

    def _lease(self, url: str, site: str, headline: str, moment: datetime, connection: Connection) -> Lease:
        offer = Offer(url, AddressKind.ARTICLE, source="feed", headline=Headline(headline, "feed"))
        offering.offer(connection, site, [offer], run=self._run, now=moment)
        (leased,) = lease(connection, site, limit=1, max_articles=None, since=None, run=self._run, now=moment)
        return leased

    def _store(
        self, article: Article, page: ShownPage, suspicion: Any, moment: datetime, connection: Connection
    ) -> Late[bool]:
        verdict = judge_page(connection, article, page, suspicion, moment)
        article = verdict.article
        saving.save_article(connection, article, site=page.lease.site, run=self._run, fetched_at=moment, location=None)
        store_page_observation(connection, page.lease.site, article, moment)
        settling.settle(connection, page.lease.id, AddressState.DONE, status=200, reason=article.rejected, now=moment)

        def judge(connection: Connection) -> bool:
            found: DeduplicationResult = deduplicate(connection, saving.make_article_id(article.url), article.sketch)
            return verdict.is_wall and not found.is_duplicate

        return Late(judge)


def write(options: argparse.Namespace, command: PipeConnection) -> None:
    """Be one of the processes: store the articles of every so many sites, and send what it took."""
    sites = [f"site{number:02}" for number in range(SITES) if number % options.writers == options.worker]
    plans = [plan for plan in plan_articles(options.articles, options.seed) if plan.site in sites]
    found = [(*make_article(plan, options.seed), plan) for plan in plans]
    engine = open_database(make_url(options.url), upgrade=False, lock_timeout=BUSY_TIMEOUT)
    with claim_database(engine, sites):
        writer = SiteWriter(engine, options.run)
        command.send("ready")
        command.recv()
        cpu = time.process_time()
        asyncio.run(writer.store_all([(one, plan.site, headline, plan.number) for one, headline, plan in found]))
        counts = {site: {"page/fetched": sum(plan.site == site for plan in plans)} for site in sites}
        with engine.begin() as connection:
            merge_counts(connection, options.run, counts)
    command.send({"commits": writer.commits, "cpu": time.process_time() - cpu, "faults": dict(writer.faults)})
    engine.dispose()


class Outcome(NamedTuple):
    """What several processes did."""

    digest: str
    seconds: float
    took: list[dict[str, Any]]
    connections: int  # the most at once, with one of the observer

    @property
    def faults(self) -> Counter[str]:
        found = Counter[str]()
        for one in self.took:
            found.update(one["faults"])
        return found


def run_writers(url: URL, writers: int, articles: int, seed: int) -> Outcome:
    """Have so many processes store the articles into an empty database; return what they did."""
    engine = open_database(url)
    with engine.begin() as connection:
        run = runs.begin(connection, spider="articles", now=NIGHT)
    given = {"articles": articles, "seed": seed, "run": run, "url": url.render_as_string(hide_password=False)}
    with start_workers(write, given, writers) as workers:
        began, connections = time.perf_counter(), 0
        for worker in workers:
            worker.release()
        while any(worker.is_running() for worker in workers):
            connections = max(connections, count_connections(engine))
            time.sleep(0.05)
        seconds = time.perf_counter() - began
        took = [worker.receive() for worker in workers]
        for worker in workers:
            worker.end()
    with engine.begin() as connection:
        runs.end_shared(connection, run, outcome="finished", exit_code=0, now=NIGHT)
        stored = runs.load_run(connection, run)
        assert stored is not None
        assert sum(stats["page/fetched"] for stats in stored.counts.values()) == articles
    outcome = Outcome(digest_store(engine), seconds, took, connections)
    engine.dispose()
    return outcome


class Worker:
    """One of the processes. `work` takes its options and a connection, by which it says that it is ready, and waits."""

    def __init__(self, work: Work, options: argparse.Namespace) -> None:
        context = prepare_context()
        self._connection, theirs = context.Pipe()
        self._process = context.Process(target=work, args=(options, theirs))
        self._process.start()
        theirs.close()

    def is_running(self) -> bool:
        return self._process.is_alive() and not self._connection.poll()

    def receive(self) -> Any:
        """Return what it sends next. Raise EOFError if it has ended without."""
        return self._connection.recv()

    def release(self) -> None:
        self._connection.send("go")

    def end(self) -> None:
        """Wait until it has ended."""
        self._process.join()
        assert self._process.exitcode == 0, "a process failed"

    def kill(self) -> None:
        self._process.kill()
        self._process.join()
        self._connection.close()


@contextmanager
def start_workers(work: Work, given: dict[str, Any], number: int) -> Iterator[list[Worker]]:
    """Start the processes; yield them when all are ready to be released."""
    with ExitStack() as stack:
        workers = []
        for place in range(number):
            worker = Worker(work, argparse.Namespace(worker=place, writers=number, **given))
            stack.callback(worker.kill)
            workers.append(worker)
        for worker in workers:
            assert worker.receive() == "ready", "a process did not start"
        yield workers


def count_connections(engine: Engine) -> int:
    with open_for_reading(engine) as connection:
        query = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
        return int(connection.execute(text(query)).scalar_one())


def digest_store(engine: Engine) -> str:
    """Return the SHA-256 over articles, verdicts, matches, index and addresses; it depends on no order of arrival."""
    row, match, address = StoredArticle, StoredMatch.__table__, Address
    likeness = func.round(row.duplicate_likeness * 1_000_000)
    questions = (
        select(
            *(row.id, row.rejected, row.sketch, row.story_key, row.duplicate_of, row.duplicate_rule),
            *(row.duplicate_kind, row.duplicate_via, likeness),
        ).order_by(row.id),
        select(match).order_by(match.c.one, match.c.other),
        select(SketchKey.key).order_by(SketchKey.key),
        select(address.url, address.state, address.reason, address.vain).order_by(address.url),
        text("SELECT article_id, state FROM search_entry ORDER BY article_id"),
    )
    digest = sha256()
    with open_for_reading(engine) as connection:
        for question in questions:
            for found in connection.execute(question):  # type: ignore[call-overload]
                digest.update(repr(tuple(found)).encode())
    return digest.hexdigest()


def count_verdicts(engine: Engine) -> Counter[str]:
    row = StoredArticle
    with open_for_reading(engine) as connection:
        found = connection.execute(select(row.rejected, row.duplicate_of, row.duplicate_via)).all()
    return Counter(
        "wall"
        if one.rejected
        else "article"
        if one.duplicate_of is None
        else "by chain"
        if one.duplicate_via
        else "copy"
        for one in found
    )


def time_leases(options: argparse.Namespace, command: PipeConnection) -> None:
    """Be one of the processes that lease: send the milliseconds of each lease, and of each transaction."""
    engine = open_database(make_url(options.url), upgrade=False, lock_timeout=BUSY_TIMEOUT)
    sites = [f"site{number:02}" for number in range(SITES) if number % options.writers == options.worker]
    leases, transactions = [], []
    with claim_database(engine, sites):
        command.send("ready")
        command.recv()
        for number in range(options.leases):
            began = time.perf_counter()
            with engine.begin() as connection:
                asked = time.perf_counter()
                (leased,) = lease(
                    connection, sites[number % len(sites)], limit=1, max_articles=1_000, since=None, run=1, now=NIGHT
                )
                leases.append(1000 * (time.perf_counter() - asked))
                settling.settle(connection, leased.id, AddressState.DONE, status=200, now=NIGHT)
            transactions.append(1000 * (time.perf_counter() - began))
    command.send((leases, transactions))
    engine.dispose()


def measure_leases(url: URL, options: argparse.Namespace) -> int:
    engine = open_database(url)
    fill_frontier(engine, options.addresses)
    given = {"leases": options.leases, "url": url.render_as_string(hide_password=False)}
    began = time.perf_counter()
    with start_workers(time_leases, given, options.writers) as workers:
        began = time.perf_counter()
        for worker in workers:
            worker.release()
        found = [worker.receive() for worker in workers]
        seconds = time.perf_counter() - began
        for worker in workers:
            worker.end()
    engine.dispose()
    ours = [one for leases, _ in found for one in leases]
    for name, values in (("lease", ours), ("transaction", [one for _, some in found for one in some])):
        print(f"{name:<12} median {median(values):6.2f} ms, 99 % {sorted(values)[len(values) * 99 // 100]:6.2f} ms")
    print(f"{options.addresses:,} addresses, {options.writers} processes: {len(ours) / seconds:,.0f} leases a second")
    return 0 if median(ours) <= MAX_LEASE else 1


def fill_frontier(engine: Engine, addresses: int) -> None:
    """Fill a frontier: of every site one address in twenty waits, the others are done."""
    with engine.begin() as connection:
        runs.begin(connection, spider="articles", now=NIGHT)
        connection.execute(
            text("""
                INSERT INTO address (url, host, site, kind, state, source, depth, rank, offered_at, first_run, last_run,
                    due_at, tries)
                SELECT 'https://www.site' || lpad((n % :sites)::text, 2, '0') || '.example/news/the-story-' || n,
                    'www.site' || lpad((n % :sites)::text, 2, '0') || '.example',
                    'site' || lpad((n % :sites)::text, 2, '0'),
                    'article', CASE WHEN n / :sites % 20 = 0 THEN 'pending' ELSE 'done' END, 'feed', 1, -n, :now, 1, 1,
                    :now, 0
                FROM generate_series(1, :addresses) AS n
            """),
            {"sites": SITES, "addresses": addresses, "now": NIGHT - timedelta(days=1)},
        )
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))


def compare(server: URL, options: argparse.Namespace) -> int:
    outcomes = {}
    for writers in (1, options.writers):
        url = make_database(server, f"writers_{writers}")
        outcome = outcomes[writers] = run_writers(url, writers, options.articles, options.seed)
        commits = sum(one["commits"] for one in outcome.took)
        print(
            f"{writers} processes: {outcome.seconds:.1f} s, {options.articles / outcome.seconds:,.0f} articles and"
            f" {commits / outcome.seconds:,.0f} commits a second, {outcome.connections - 1} connections,"
            f" {sum(one['cpu'] for one in outcome.took):.1f} s of the processor in the processes,"
            f" retried: {dict(outcome.faults) or 'nothing'}",
            flush=True,
        )
        print(f"  {outcome.digest}", flush=True)
    engine = open_database(url)
    print(", ".join(f"{number} {name}" for name, number in sorted(count_verdicts(engine).items())))
    engine.dispose()
    is_same = len({outcome.digest for outcome in outcomes.values()}) == 1
    deadlocks = outcomes[options.writers].faults["conflict"]
    print(f"{'the same stories' if is_same else 'OTHER STORIES'}, {deadlocks} deadlocks")
    return 0 if is_same and not deadlocks else 1


def make_database(server: URL, name: str) -> URL:
    maintenance = create_engine(server, isolation_level="AUTOCOMMIT")
    with maintenance.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    maintenance.dispose()
    return server.set(database=name)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--writers", type=int, default=8, metavar="N")
    parser.add_argument("--articles", type=int, default=10_000, metavar="N")
    parser.add_argument("--seed", type=int, default=19, metavar="N")
    parser.add_argument("--lease", action="store_true", help="time leases instead")
    parser.add_argument("--addresses", type=int, default=1_000_000, metavar="N")
    parser.add_argument("--leases", type=int, default=500, metavar="N", help="of each process (default: 500)")
    parser.add_argument("--fsync", action="store_true", help="have the server wait for the disk")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="broadsheet-writers-") as scratch, run_postgres() as server:
        Path(scratch).chmod(0o755)
        if options.fsync:
            maintenance = create_engine(server, isolation_level="AUTOCOMMIT")
            with maintenance.connect() as connection:
                connection.execute(text("ALTER SYSTEM SET fsync = on"))
                connection.execute(text("SELECT pg_reload_conf()"))
            maintenance.dispose()
        if options.lease:
            return measure_leases(make_database(server, "leases"), options)
        return compare(server, options)


if __name__ == "__main__":
    sys.exit(main())
