"""A database or a disk that fails during a crawl: the crawl waits and loses nothing; its exit code says why."""

from __future__ import annotations

import resource
import shutil
import signal
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from crawling import FAST, ROOT, Store, command, environment, locate_database, needs_sqlite_file
from prepared_scrapy import PreparedProcess, run_prepared
from servers.paper import Paper, prose
from servers.proxy import Proxy
from sqlalchemy import create_engine, select, text

from storage.database.engine import make_database_url, open_database, open_for_reading
from storage.models import Run, StoredArticle

PATHS = [f"/2025/10/{day:02}/story-number-{day}" for day in range(1, 10)]
TEXTS = {path: "\n".join(prose(path)) for path in PATHS}
FAULTY = ROOT / "tests" / "faulty"


class Crawl:
    """A crawl of the paper in a child process."""

    def __init__(self, paper: Paper, data: Path, *, patience: float = 30, url: str = "", **env: object) -> None:
        settings = (f"STORAGE_PATIENCE={patience}", "DISK_INTERVAL=0.2", "CRAWL_DELAY_MAX=1")
        more = {name: str(value) for name, value in env.items()}
        if more:
            more["PYTHONPATH"] = str(FAULTY)
        self._process = PreparedProcess(
            command(
                *("crawl", "articles", "-a", f"url={paper.url}/", *FAST),
                *(part for setting in settings for part in ("-s", setting)),
                data=data,
                own_database=bool(url),
            ),
            ROOT,
            environment(DATABASE_URL=url, **more),
        )
        self.pid = self._process.pid
        self.out = self.err = ""

    def stop(self) -> None:
        self._process.send_signal(signal.SIGTERM)

    def end(self, timeout: float = 60) -> int:
        """Wait for the end of the crawl, and return its exit code."""
        try:
            self.out, self.err = self._process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self.out, self.err = self._process.communicate()
            raise AssertionError(f"the crawl does not end:\n{self.err[-4000:]}") from None
        return self._process.wait()

    @property
    def tracebacks(self) -> int:
        return self.err.count("Traceback")


def last_run(data: Path, url: str = "") -> Any:
    """Return the newest row of the table of runs."""
    engine = open_database(make_database_url(data, url) if url else locate_database(data), create=False)
    with open_for_reading(engine) as connection:
        row = connection.execute(select(Run.__table__).order_by(Run.id.desc()).limit(1)).one()
    engine.dispose()
    return row


def load_article_urls(data: Path, url: str = "") -> list[str]:
    engine = open_database(make_database_url(data, url) if url else locate_database(data), create=False)
    with open_for_reading(engine) as connection:
        found = list(connection.execute(select(StoredArticle.url)).scalars())
    engine.dispose()
    return found


@pytest.fixture
def paper() -> Iterator[Paper]:
    """A paper whose pages take a moment, so that there is time for a fault."""
    with Paper() as paper:
        paper.publish(*PATHS)
        for path in PATHS:
            paper.routes[path].before = lambda: time.sleep(0.15)  # type: ignore[union-attr]
        yield paper


def wait_until_asked(paper: Paper, articles: int) -> None:
    deadline = time.monotonic() + 60
    while len(paper.asked_articles()) < articles:
        assert time.monotonic() < deadline, "the crawl never came that far"
        time.sleep(0.02)


@contextmanager
def lock_sqlite(data: Path) -> Iterator[None]:
    with closing(sqlite3.connect(data / "broadsheet.db", isolation_level=None, timeout=20)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


@contextmanager
def lock_postgres(url: str) -> Iterator[None]:
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("LOCK TABLE address"))
        yield
    engine.dispose()


@needs_sqlite_file
def test_a_database_that_is_locked_for_eight_seconds_costs_nothing(
    paper: Paper, data: Path, store: Store
) -> None:  # case 5 and 6 of SECURITY.md
    crawl = Crawl(paper, data)
    wait_until_asked(paper, 3)
    with lock_sqlite(data):
        time.sleep(2)
        asked = len(paper.asked)
        time.sleep(6)
        assert len(paper.asked) == asked  # no request for pages that could not be stored
    with closing(sqlite3.connect(data / "broadsheet.db", isolation_level=None, timeout=20)) as other:
        for _ in range(20):  # reads, then writes, as the crawl does at the same time
            other.execute("BEGIN IMMEDIATE")
            (tries,) = other.execute("SELECT max(tries) FROM address").fetchone()
            other.execute("UPDATE address SET tries = ?", (tries,))
            other.execute("COMMIT")
    assert crawl.end() == 0, crawl.err
    assert store.texts() == TEXTS
    assert len(paper.asked_articles()) == len(PATHS)
    assert crawl.tracebacks == 0
    assert crawl.err.count("the database is locked") <= 2
    assert last_run(data).counts[""] == {"storage/waited/locked": 1}


def test_a_server_that_is_locked_or_unreachable_for_a_while_costs_nothing(
    paper: Paper, data: Path, postgres_database: str
) -> None:  # case 5 and 7 of SECURITY.md
    with Proxy(postgres_database) as proxy:
        crawl = Crawl(paper, data, url=proxy.url)
        wait_until_asked(paper, 3)
        with lock_postgres(postgres_database):
            time.sleep(4)
        wait_until_asked(paper, 5)
        proxy.close()
        time.sleep(1.5)
        proxy.open()
        assert crawl.end() == 0, crawl.err
    assert Store(data, postgres_database).texts() == TEXTS
    assert len(paper.asked_articles()) == len(PATHS)
    assert crawl.tracebacks == 0, crawl.err
    counts = last_run(data, postgres_database).counts[""]
    assert counts == {"storage/waited/locked": 1, "storage/waited/unreachable": 1}
    assert "the claim on the database was lost with its connection, and has been acquired again" in crawl.err


def test_a_server_that_never_comes_back_ends_the_crawl_with_its_frontier_intact(
    paper: Paper, data: Path, postgres_database: str
) -> None:  # case 7 of SECURITY.md
    with Proxy(postgres_database) as proxy:
        crawl = Crawl(paper, data, url=proxy.url, patience=2)
        wait_until_asked(paper, 4)
        proxy.close()
        assert crawl.end(timeout=40) == 4, crawl.err
    assert "Results of this crawl" in crawl.out
    assert crawl.tracebacks == 0, crawl.err
    assert "the database is unreachable" in crawl.err
    assert "Spider closed (database_lost)" in crawl.err
    assert 1 <= len(load_article_urls(data, postgres_database)) < len(PATHS)
    assert {row.tries for row in Store(data, postgres_database).addresses().values()} == {0}
    again = Crawl(paper, data, url=postgres_database)
    assert again.end() == 0, again.err
    assert Store(data, postgres_database).texts() == TEXTS
    assert len(load_article_urls(data, postgres_database)) == len(PATHS)
    assert len(paper.asked_articles()) <= len(PATHS) + 2


@needs_sqlite_file
def test_a_database_that_stays_locked_ends_the_crawl_and_so_does_sigterm_meanwhile(
    paper: Paper, data: Path, store: Store
) -> None:  # case 5 of SECURITY.md
    crawl = Crawl(paper, data, patience=1)
    wait_until_asked(paper, 2)
    with lock_sqlite(data):
        assert crawl.end(timeout=40) == 4, crawl.err
        assert crawl.tracebacks == 0, crawl.err
        assert "Results of this crawl" in crawl.out
        crawl = Crawl(paper, data, patience=1)  # the database is locked when the crawl starts
        assert crawl.end(timeout=40) == 4, crawl.err
        assert crawl.err.splitlines()[-1].startswith("scrapy crawl: the database is locked")
        assert crawl.tracebacks == 0, crawl.err
    assert {row.tries for row in store.addresses().values()} == {0}
    crawl = Crawl(paper, data, patience=300)
    wait_until_asked(paper, 5)
    with lock_sqlite(data):
        time.sleep(1)
        crawl.stop()
        began = time.monotonic()
        assert crawl.end(timeout=40) == 130, crawl.err
        assert time.monotonic() - began < 15
    assert crawl.tracebacks == 0, crawl.err
    assert store.texts().items() <= TEXTS.items()


@needs_sqlite_file
def test_a_database_that_fails_while_the_texts_are_settled_is_one_line_and_its_exit_code(
    paper: Paper, data: Path, store: Store
) -> None:
    crawl = Crawl(paper, data, patience=1, READ_ONLY="UPDATE run ")
    assert crawl.end() == 4, crawl.err
    assert crawl.tracebacks == 0, crawl.err
    assert "the database is unwritable" in crawl.err
    assert "the next run of these sites settles their texts" in crawl.err
    assert "Results of this crawl" in crawl.out
    assert store.texts() == TEXTS


@needs_sqlite_file
def test_a_replay_of_the_archive_ends_when_the_database_is_lost(paper: Paper, data: Path, store: Store) -> None:
    assert Crawl(paper, data).end() == 0
    again = data.with_name("again")
    arguments = command("crawl", "archive", "-a", f"path={data / 'archive'}", *FAST, data=again)
    faulty = environment(PYTHONPATH=str(FAULTY), READ_ONLY="INSERT INTO article ")
    replay = run_prepared([*arguments, "-s", "STORAGE_PATIENCE=1"], ROOT, faulty, timeout=60)
    assert replay.returncode == 4, replay.stderr
    assert "Traceback" not in replay.stderr
    assert "Spider closed (database_lost)" in replay.stderr
    assert len(load_article_urls(again)) < len(PATHS)


@needs_sqlite_file
def test_a_full_database_ends_the_crawl_and_what_was_stored_is_readable(
    paper: Paper, data: Path, store: Store, tmp_path: Path
) -> None:  # case 8 of SECURITY.md
    pages = tmp_path / "pages"
    pages.write_text("")
    crawl = Crawl(paper, data, patience=2, MOST_PAGES=pages)
    wait_until_asked(paper, 4)
    pages.write_text("1")  # fewer than the database has: it cannot grow
    assert crawl.end(timeout=40) == 5, crawl.err
    assert crawl.tracebacks == 0, crawl.err
    assert "the database is full" in crawl.err
    assert "Spider closed (disk_low)" in crawl.err
    with closing(sqlite3.connect(data / "broadsheet.db")) as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    stored = store.texts()
    assert stored.items() <= TEXTS.items()
    assert len(stored) >= 1
    assert Crawl(paper, data).end() == 0
    assert store.texts() == TEXTS


def test_with_little_free_space_no_request_is_sent_until_there_is_space(
    paper: Paper, data: Path, store: Store, tmp_path: Path
) -> None:  # case 8 of SECURITY.md
    free = tmp_path / "free"
    free.write_text("1000")
    crawl = Crawl(paper, data, FREE_BYTES=free)
    assert crawl.end() == 5, crawl.err
    assert paper.asked == []
    assert crawl.tracebacks == 0, crawl.err
    assert crawl.err.count("has 1,000 bytes left") == 1
    assert (last_run(data).outcome, last_run(data).exit_code) == ("disk_low", 5)
    free.write_text(str(1 << 40))
    crawl = Crawl(paper, data, FREE_BYTES=free)
    wait_until_asked(paper, 3)
    free.write_text("1000")
    time.sleep(1)
    asked = len(paper.asked_articles())
    time.sleep(1)
    assert len(paper.asked_articles()) == asked < len(PATHS)
    free.write_text(str(1 << 40))
    assert crawl.end() == 0, crawl.err
    assert store.texts() == TEXTS
    assert last_run(data).counts[""] == {"disk/low": 1}


def test_a_disk_that_stays_full_ends_the_crawl(paper: Paper, data: Path, store: Store, tmp_path: Path) -> None:
    free = tmp_path / "free"  # case 8 of SECURITY.md
    free.write_text(str(1 << 40))
    crawl = Crawl(paper, data, patience=1, FREE_BYTES=free)
    wait_until_asked(paper, 3)
    free.write_text("1000")
    assert crawl.end() == 5, crawl.err
    assert "leased" not in {row.state for row in store.addresses().values()}
    assert (last_run(data).outcome, last_run(data).exit_code) == ("disk_low", 5)


def test_an_archive_that_cannot_be_written_is_waited_for(paper: Paper, data: Path, store: Store) -> None:
    data.mkdir()
    (data / "archive").write_text("a file where the folder should be")
    crawl = Crawl(paper, data)
    wait_until_asked(paper, 1)
    time.sleep(1)
    assert len(paper.asked_articles()) == 1  # the page waits in memory, and no other is requested
    (data / "archive").unlink()
    assert crawl.end() == 0, crawl.err
    assert store.texts() == TEXTS
    assert paper.asked.count(PATHS[-1]) == 1
    assert crawl.tracebacks == 0, crawl.err
    assert last_run(data).counts[""] == {"storage/waited/unwritable": 1}


def test_an_archive_without_space_ends_the_crawl_as_a_full_disk_does(
    paper: Paper, data: Path, postgres_database: str
) -> None:  # case 8 of SECURITY.md
    crawl = Crawl(paper, data, url=postgres_database, patience=1)
    wait_until_asked(paper, 4)
    size = sum(file.stat().st_size for file in (data / "archive").iterdir())
    resource.prlimit(crawl.pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))  # no file can grow further
    assert crawl.end() == 5, crawl.err
    assert crawl.tracebacks == 0, crawl.err
    store = Store(data, postgres_database)
    assert "leased" not in {row.state for row in store.addresses().values()}
    assert {row.tries for row in store.addresses().values()} == {0}
    run = last_run(data, postgres_database)
    assert (run.outcome, run.exit_code, run.counts[""]) == ("disk_low", 5, {"storage/waited/full": 1})


def test_a_kill_within_the_transaction_of_an_article_stores_all_of_it_or_nothing(
    paper: Paper, data: Path, store: Store
) -> None:  # case 2 of SECURITY.md; tests/crawler/crawls/test_store_kills.py kills at every statement
    for number in (3, 9):
        killed = Crawl(paper, data, KILL_AT=number)
        assert killed.end() == -signal.SIGKILL, killed.err
        done = {path for path, row in store.addresses().items() if row.state == "done" and path in PATHS}
        assert done == set(store.articles())
        newest = max((data / "archive").iterdir())
        with newest.open("ab") as file:  # like after a power cut
            file.write(b"\x1f\x8b\x08\x00 torn" + b"\0" * 4096)
    last = Crawl(paper, data)
    assert last.end() == 0, last.err
    assert "under way when the last crawl was killed" in last.err
    assert "ended with a torn record" in last.err
    assert last_run(data).counts[""] == {"archive/repaired": 1}
    assert store.texts() == TEXTS
    assert len(load_article_urls(data)) == len(PATHS)
    shutil.copytree(data / "archive", data.with_name("copy"))
    checked = subprocess.run(
        [Path(command("x", data=data)[0]).with_name("warcio"), "check", *data.with_name("copy").iterdir()], check=False
    )
    assert checked.returncode == 0
