"""Faults of a crawl: it is killed, stopped, started twice."""

from __future__ import annotations

import os
import signal
import sqlite3
import time
from contextlib import closing
from pathlib import Path

from crawling import FAST, ROOT, Scrapy, Store, command, environment, needs_sqlite_file
from manners import load_rows
from prepared_scrapy import PreparedProcess
from servers.paper import Answer, Paper, prose

from storage.models import Run

PATHS = [f"/2025/10/{day:02}/story-number-{number}" for day in range(1, 11) for number in range(4)]


def publish_slowly(paper: Paper, pause: float = 0.05) -> None:
    for path in PATHS:
        paper.article(path, f"Headline of {path}")
        answer = paper.routes[path]
        assert isinstance(answer, Answer)
        answer.before = lambda: time.sleep(pause)
    paper.front(*PATHS)


def start(paper: Paper, data: Path, **env: str) -> PreparedProcess:
    arguments = command(
        "crawl", "articles", "-a", f"url={paper.url}/", *FAST, data=data, own_database="DATABASE_URL" in env
    )
    return PreparedProcess(arguments, ROOT, environment(**env))


def wait_until_asked(paper: Paper, articles: int) -> None:
    deadline = time.monotonic() + 60
    while len(paper.asked_articles()) < articles:
        assert time.monotonic() < deadline, "the crawl never came that far"
        time.sleep(0.02)


def test_the_next_crawl_continues_a_killed_one(paper: Paper, scrapy: Scrapy, data: Path, store: Store) -> None:
    publish_slowly(paper)
    unsettled = 0  # requested and not yet stored when the crawl was killed
    for fill in (5, 15, 25):
        before = len(paper.asked_articles())
        crawl = start(paper, data)
        wait_until_asked(paper, fill)
        crawl.send_signal(signal.SIGKILL)
        crawl.communicate()
        done = {path for path, row in store.addresses().items() if row.state == "done"}
        unsettled += len(set(paper.asked_articles()[before:]) - done)
    last = scrapy("crawl", "articles", "-a", f"url={paper.url}/")
    assert last.returncode == 0, last.stderr
    assert "under way when the last crawl was killed" in last.stderr
    assert store.texts() == {path: "\n".join(prose(path)) for path in PATHS}
    assert {row.state for path, row in store.addresses().items() if path in PATHS} == {"done"}
    # Only pages that were under way when the crawl was killed are fetched twice.
    assert len(paper.asked_articles()) <= len(PATHS) + unsettled


def test_a_crawl_that_times_out_says_so_and_the_next_one_continues_it(
    paper: Paper, scrapy: Scrapy, data: Path, store: Store
) -> None:
    publish_slowly(paper, pause=0.2)
    first = scrapy("crawl", "articles", "-a", f"url={paper.url}/", "-s", "CLOSESPIDER_TIMEOUT=3")
    assert first.returncode == 130, first.stderr
    assert 0 < len(store.texts()) < len(PATHS)
    publish_slowly(paper, pause=0)
    assert scrapy("crawl", "articles", "-a", f"url={paper.url}/").returncode == 0
    assert set(store.texts()) == set(PATHS)
    assert len(paper.asked_articles()) == len(PATHS)


def test_a_stopped_crawl_says_so_and_releases_its_leases(
    paper: Paper, scrapy: Scrapy, data: Path, store: Store
) -> None:
    publish_slowly(paper)
    crawl = start(paper, data)
    wait_until_asked(paper, 8)
    crawl.send_signal(signal.SIGTERM)
    out, err = crawl.communicate(timeout=30)
    assert crawl.returncode == 130, err
    assert "Results of this crawl" in out
    states = [row.state for row in store.addresses().values()]
    assert "leased" not in states
    assert states.count("done") >= 8
    assert scrapy("crawl", "articles", "-a", f"url={paper.url}/").returncode == 0
    assert set(store.texts()) == set(PATHS)
    assert len(paper.asked_articles()) == len(PATHS)


def test_a_stopped_crawl_does_not_wait_for_a_pause(paper: Paper, scrapy: Scrapy, data: Path, store: Store) -> None:
    paper.publish(*PATHS[:4])
    paper.routes["/robots.txt"] = Answer("User-agent: *\nCrawl-delay: 60\n", headers={"Content-Type": "text/plain"})
    crawl = start(paper, data)
    deadline = time.monotonic() + 60
    while "/robots.txt" not in paper.asked:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    time.sleep(1)  # the next request waits for its pause by now
    crawl.send_signal(signal.SIGTERM)
    began = time.monotonic()
    _, err = crawl.communicate(timeout=60)
    assert time.monotonic() - began < 10
    assert crawl.returncode == 130, err
    assert {(row.state, row.tries) for row in store.addresses().values()} == {("pending", 0)}


def test_a_crawl_that_is_stopped_twice_stops_at_once(paper: Paper, data: Path, store: Store) -> None:
    publish_slowly(paper, pause=3)
    crawl = start(paper, data)
    wait_until_asked(paper, 1)
    crawl.send_signal(signal.SIGINT)
    time.sleep(0.5)
    crawl.send_signal(signal.SIGINT)
    began = time.monotonic()
    _, err = crawl.communicate(timeout=30)
    assert time.monotonic() - began < 5
    assert crawl.returncode == 130, err
    assert store.addresses()[PATHS[0]].state in {"leased", "pending"}
    assert [(run.outcome, run.exit_code) for run in load_rows(data, Run)] == [(None, 130)]


def test_a_second_crawl_of_one_data_folder_is_refused(paper: Paper, scrapy: Scrapy, data: Path) -> None:
    publish_slowly(paper)
    crawl = start(paper, data)
    wait_until_asked(paper, 1)
    second = scrapy("crawl", "articles", "-a", f"url={paper.url}/")
    assert second.returncode == 2
    assert second.stderr.count("\n") == 1
    assert "another crawl is using the data folder" in second.stderr
    crawl.send_signal(signal.SIGKILL)
    crawl.communicate()


def test_a_second_crawl_of_one_database_is_refused(
    paper: Paper, scrapy: Scrapy, data: Path, postgres_database: str, tmp_path: Path
) -> None:
    publish_slowly(paper)
    for url in (postgres_database, f"sqlite:///{tmp_path}/shared.db"):
        paper.asked.clear()
        crawl = start(paper, tmp_path / "first", DATABASE_URL=url)
        wait_until_asked(paper, 1)
        second = scrapy("crawl", "articles", "-a", f"url={paper.url}/", DATABASE_URL=url)
        crawl.send_signal(signal.SIGKILL)
        crawl.wait()
        assert second.returncode == 2
        assert "another crawl is using this database" in second.stderr


def test_an_archive_that_cannot_be_written_ends_the_crawl_and_costs_no_try(
    paper: Paper, scrapy: Scrapy, data: Path, store: Store
) -> None:
    publish_slowly(paper, pause=0)
    data.mkdir()
    (data / "archive").write_text("a file where the folder should be")
    done = scrapy("crawl", "articles", "-a", f"url={paper.url}/", "-s", "STORAGE_PATIENCE=1")
    assert done.returncode == 4, done.stderr
    assert "the archive is unwritable" in done.stderr
    assert "Traceback" not in done.stderr
    assert len(paper.asked_articles()) < 5
    assert {row.tries for row in store.addresses().values()} == {0}
    (data / "archive").unlink()
    assert scrapy("crawl", "articles", "-a", f"url={paper.url}/").returncode == 0
    assert set(store.texts()) == set(PATHS)


@needs_sqlite_file
def test_a_page_that_the_database_refuses_is_counted_and_costs_only_itself(
    paper: Paper, scrapy: Scrapy, data: Path, store: Store
) -> None:
    paper.publish(PATHS[0])
    scrapy("crawl", "articles", "-a", f"url={paper.url}/")
    with closing(sqlite3.connect(data / "broadsheet.db")) as database:
        database.execute(
            "CREATE TRIGGER refuse BEFORE INSERT ON article WHEN NEW.url LIKE '%number-1' "
            "BEGIN SELECT RAISE(ABORT, 'no'); END"
        )
    paper.publish(*PATHS[:4])
    done = scrapy("crawl", "articles", "-a", f"url={paper.url}/")
    assert done.returncode == 1, done.stderr
    assert set(store.texts()) == {PATHS[0], PATHS[2], PATHS[3]}
    assert paper.asked.count(PATHS[1]) == 1
    assert store.addresses()[PATHS[1]].reason == "not-storable"


def test_an_error_in_a_callback_is_a_failed_try_and_the_crawl_waits_for_its_recording(
    paper: Paper, scrapy: Scrapy, data: Path, store: Store, tmp_path: Path
) -> None:
    paper.publish(PATHS[0])
    (tmp_path / "sitecustomize.py").write_text(BREAKS_ONCE)
    path = os.pathsep.join([str(tmp_path), str(ROOT)])
    done = scrapy("crawl", "articles", "-a", f"url={paper.url}/", PYTHONPATH=path)
    assert done.returncode == 0, done.stderr
    assert set(store.texts()) == {PATHS[0]}
    (counted,) = (run.counts[paper.name] for run in load_rows(data, Run))
    assert counted["address/retried/runtime"] == 1
    assert "address/unexplained" not in counted


# Reading the first list raises an error in the callback, and recording this failure takes a while.
BREAKS_ONCE = """
import asyncio, sys
if "crawl" in sys.argv:
    from crawler.frontier.record_failure import FailureRecorder
    from crawler.spiders import list_parser
    discover, record = list_parser.discover, FailureRecorder.record
    def breaks(*arguments, **named):
        list_parser.discover = discover
        raise RuntimeError("broken")
    async def records(*arguments):
        await asyncio.sleep(0.5)
        await record(*arguments)
    list_parser.discover, FailureRecorder.record = breaks, records
"""
