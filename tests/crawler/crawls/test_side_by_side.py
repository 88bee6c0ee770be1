"""Several crawls on one PostgreSQL: of different sites side by side, and never two of one site."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from threading import Event
from typing import NamedTuple

import pytest
from crawling import FAST, ROOT, Store, command, environment
from prepared_scrapy import PreparedProcess
from servers.paper import Paper, prose
from servers.postgres import run_server
from sqlalchemy import Engine, make_url, select, text

from storage import runs
from storage.database import server_claim
from storage.database.engine import open_database, open_for_reading
from storage.database.locks import claim_database
from storage.models import StoredArticle

FAULTY = ROOT / "tests" / "faulty"
STORIES, COPIES = 8, 3


class Town(NamedTuple):
    """Two papers on hosts of their own, and the file that lists them; while the gate is closed no article is sent."""

    papers: dict[str, Paper]
    sites: Path
    gate: Event

    def wait_until_asked(self, name: str, articles: int) -> None:
        deadline = time.monotonic() + 60
        while len(self.papers[name].asked_articles()) < articles:
            assert time.monotonic() < deadline, "the crawl never came that far"
            time.sleep(0.02)


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    with Paper("127.0.0.2") as one, Paper("127.0.0.3") as two:
        papers, gate = {"one": one, "two": two}, Event()
        gate.set()

        def wait_for_gate() -> None:
            time.sleep(0.1)
            assert gate.wait(60)

        for paper in papers.values():
            paths = [f"/2025/10/{day:02}/story-number-{day}" for day in range(1, STORIES + 1)]
            paper.publish(*paths)
            for number, path in enumerate(paths):
                name = path if number < COPIES else f"{paper.url}{path}"  # the first stories stand in both papers
                paper.article(path, f"Headline of the {number}th story today", text=prose(name))
                paper.routes[path].before = wait_for_gate  # type: ignore[union-attr]
        sites = tmp_path / "sites.toml"
        tables = (f'[[site]]\nname = "{name}"\nurl = "{paper.url}/"\n' for name, paper in papers.items())
        sites.write_text("".join(tables), "utf-8")
        yield Town(papers, sites, gate)
        gate.set()


def start_crawl(town: Town, data: Path, url: str, *arguments: str, **env: str) -> PreparedProcess:
    more = {"PYTHONPATH": str(FAULTY), **env} if env else {}
    line = ("crawl", "articles", *arguments, *FAST, "-s", f"SITES_FILE={town.sites}", "-s", "LEASES_PER_SITE=1")
    return PreparedProcess(command(*line, data=data, own_database=True), ROOT, environment(DATABASE_URL=url, **more))


def end_crawl(crawl: PreparedProcess) -> tuple[int, str]:
    _, err = crawl.communicate(timeout=90)
    assert "Traceback" not in err, err
    return crawl.wait(), err


@pytest.fixture
def shared(postgres_database: str) -> Iterator[tuple[Engine, int]]:
    """Return the engine of a store, and a run in it that several crawls share."""
    engine = open_database(make_url(postgres_database))
    with engine.begin() as connection:
        run = runs.begin(connection, spider="articles", now=datetime.now(UTC))
    yield engine, run
    engine.dispose()


def test_crawls_of_two_sites_go_on_when_their_server_was_stopped_for_a_while(town: Town, tmp_path: Path) -> None:
    with run_server() as server:
        url = server.url.render_as_string(hide_password=False)
        town.gate.clear()
        crawls = {name: start_crawl(town, tmp_path / name, url, "-a", f"site={name}") for name in town.papers}
        for name in crawls:
            town.wait_until_asked(name, 1)
        third = start_crawl(town, tmp_path / "third", url, "-a", "site=two")
        status, err = end_crawl(third)
        assert (status, err.splitlines()[-1]) == (2, "scrapy crawl: another crawl is crawling two; wait for it")
        status, err = end_crawl(start_crawl(town, tmp_path / "third", url))
        assert (status, "another crawl is using this database" in err) == (2, True)
        server.stop()
        town.gate.set()
        time.sleep(3)
        server.start()
        for name, crawl in crawls.items():
            status, err = end_crawl(crawl)
            assert status == 0, err
            asked = town.papers[name].asked_articles()
            assert sorted(set(asked)) == sorted(asked)
            assert len(asked) == STORIES
            assert "has been acquired again" in err
        engine = open_database(server.url)
        with open_for_reading(engine) as connection:
            found = list(connection.scalars(select(StoredArticle.duplicate_of)))
        engine.dispose()
    assert len(found) == 2 * STORIES
    assert sum(name is not None for name in found) == COPIES


def test_a_crawl_that_stopped_and_lost_its_site_to_another_sends_nothing_more(
    town: Town, tmp_path: Path, postgres_database: str, shared: tuple[Engine, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    engine, run = shared
    joined = ("-a", "site=one", "-s", f"JOIN_RUN={run}")
    stopped = start_crawl(town, tmp_path / "stopped", postgres_database, *joined, CLAIM_SECONDS="2")
    town.wait_until_asked("one", 3)
    stopped.send_signal(signal.SIGSTOP)
    time.sleep(2.5)  # longer than a claim counts as fresh
    asked_before = len(town.papers["one"].asked)
    monkeypatch.setattr(server_claim, "CLAIM_STALE", 2.0)
    assert server_claim.end_stale_claims(engine, ["one", "two"]) == ["one"]
    status, err = end_crawl(start_crawl(town, tmp_path / "other", postgres_database, *joined))
    assert status == 0, err
    asked = len(town.papers["one"].asked)
    assert asked > asked_before
    stopped.send_signal(signal.SIGCONT)
    status, err = end_crawl(stopped)
    assert status == 4, err
    assert "another crawl has claimed this database" in err
    assert len(town.papers["one"].asked) == asked
    assert len(Store(tmp_path, postgres_database).texts()) == STORIES


def test_crawls_that_join_a_run_add_their_counts_to_it_and_leave_its_end_to_others(
    town: Town, tmp_path: Path, postgres_database: str, shared: tuple[Engine, int]
) -> None:
    engine, run = shared
    for name in town.papers:
        joined = ("-a", f"site={name}", "-s", f"JOIN_RUN={run}")
        status, err = end_crawl(start_crawl(town, tmp_path / name, postgres_database, *joined))
        assert status == 0, err
    with engine.begin() as connection:
        stored = runs.load_run(connection, run)
        assert stored is not None
        assert stored.ended_at is None
        assert {name: stats["page/fetched"] for name, stats in stored.counts.items() if name} == {
            "one": STORIES,
            "two": STORIES,
        }
        kept = sum(stats["article/stored"] for name, stats in stored.counts.items() if name)
        copies = sum(stats.get("article/duplicate", 0) for stats in stored.counts.values())
        assert kept + copies == 2 * STORIES
        assert connection.execute(text("SELECT count(*) FROM run")).scalar_one() == 1
        runs.end_shared(connection, run, outcome="finished", exit_code=0, now=datetime.now(UTC))
        ended = runs.load_run(connection, run)
        assert ended is not None
        assert ended.counts == stored.counts
    archives = [path.name for name in town.papers for path in (tmp_path / name / "archive").iterdir()]
    assert len(set(archives)) == len(archives) == 2
    status, err = end_crawl(
        start_crawl(town, tmp_path / "late", postgres_database, "-a", "site=one", "-s", f"JOIN_RUN={run}")
    )
    assert (status, err.splitlines()[-1]) == (2, f"scrapy crawl: JOIN_RUN={run} is no run that goes on")


@pytest.mark.parametrize("version", ["0001", "9999"])
def test_a_crawl_of_another_version_than_the_schema_refuses_while_others_crawl(
    town: Town, tmp_path: Path, postgres_database: str, shared: tuple[Engine, int], version: str
) -> None:
    engine, run = shared
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :version"), {"version": version})
    said = {
        "0001": "the database was made by an older version, and other crawls use it; upgrade it with scrapy db upgrade",
        "9999": "was made by a newer version of Broadsheet; update this one",
    }
    with claim_database(engine, ["two"]):
        status, err = end_crawl(start_crawl(town, tmp_path / "new", postgres_database, "-a", "site=one"))
        assert (status, said[version] in err.splitlines()[-1]) == (2, True), err
        joined = ("-a", "site=one", "-s", f"JOIN_RUN={run}")
        status, err = end_crawl(start_crawl(town, tmp_path / "new", postgres_database, *joined))
        assert status == 2, err
        assert len(err.splitlines()) == 1
        with engine.connect() as connection:
            assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one() == version
    assert all(paper.asked == [] for paper in town.papers.values())
