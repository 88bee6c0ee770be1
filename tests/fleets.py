"""Runs fleets as operators do: real workers in separate processes, on one real PostgreSQL, over papers on loopback."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

from crawling import FAST, ROOT, SCRAPY, environment
from prepared_scrapy import PreparedProcess, run_prepared
from servers.paper import Answer, Paper, Visit, prose
from servers.press import publish
from sqlalchemy import create_engine, text
from sqlalchemy.exc import SQLAlchemyError

FETCHED_AT = "2026-01-02 03:04:05+00"


class FleetPress:
    """Papers, each on a host of its own, but for two editions on one host; some of their stories are copies."""

    def __init__(self, papers: Sequence[Paper], stories: int, teasers: int = 0) -> None:
        self.papers = list(papers)
        for number, paper in enumerate(papers):
            publish(paper, stories, teasers)
            if number % 4 == 1:  # it prints stories of the paper before it
                for copied in list(paper.routes)[:3]:
                    if "/a-story-" in copied:
                        paper.routes[copied] = partial(_copy, papers[number - 1], copied)
        _add_edition(papers[0], stories)

    def write_sites(self, path: Path) -> Path:
        tables = [
            f'[[site]]\nname = "paper-{number:02}"\nurl = "{paper.url}/"\n' for number, paper in enumerate(self.papers)
        ]
        tables.append(f'[[site]]\nname = "edition"\nurl = "{self.papers[0].url}/en/"\ninclude = ["/en/*"]\n')
        path.write_text("\n".join(tables), "utf-8")
        return path

    def count_visits(self) -> int:
        return sum(len(paper.visits) for paper in self.papers)

    def wait_for_visits(self, number: int, timeout: float = 300.0) -> None:
        """Wait until so many requests were answered."""
        until = time.monotonic() + timeout
        while self.count_visits() < number:
            if time.monotonic() > until:
                raise AssertionError(f"{self.count_visits()} requests in {timeout} seconds, not {number}")
            time.sleep(0.05)

    def forget(self) -> None:
        for paper in self.papers:
            paper.asked.clear()
            paper.visits.clear()


@contextmanager
def open_press(papers: int, stories: int, teasers: int = 0) -> Iterator[FleetPress]:
    """Serve so many papers of so many stories, each on another address of loopback, with teasers beside each story."""
    with ExitStack() as stack:
        opened = [stack.enter_context(Paper(f"127.0.2.{number}")) for number in range(1, papers + 1)]
        yield FleetPress(opened, stories, teasers)


def find_meetings(papers: Sequence[Paper]) -> list[tuple[Visit, Visit]]:
    """Return the pairs of requests by two workers that one host answered at once."""
    meetings = []
    for paper in papers:
        visits = sorted(paper.visits, key=lambda visit: visit.began)
        meetings += [(one, two) for one, two in pairwise(visits) if one.client != two.client and two.began < one.ended]
    return meetings


class Fleet:
    """A fleet on one database, with one data folder for all workers: its processes, and what it says of itself."""

    def __init__(self, url: str, folder: Path, sites: Path, *words: str, **env: str) -> None:
        self._env = env
        self.url, self.data = url, folder / "data"
        self._words = ("-s", f"DATA_DIR={self.data}", "-s", f"SITES_FILE={sites}", *FAST, *words)
        self.workers: list[PreparedProcess] = []
        self._started: list[PreparedProcess] = []

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a command on the fleet's store to its end."""
        line = [str(SCRAPY), *arguments, *self._words, "-s", "LOG_LEVEL=WARNING"]
        return run_prepared(line, ROOT, self._environment, timeout=300)

    def start_worker(self, *options: str) -> PreparedProcess:
        """Start a worker, whose requests come from an address of its own."""
        line = [str(SCRAPY), "fleet", "worker", *options, *self._words]
        line += ["-s", f"DOWNLOAD_BIND_ADDRESS=127.0.9.{len(self._started) % 250 + 2}"]
        worker = PreparedProcess(line, ROOT, self._environment)
        self.workers.append(worker)
        self._started.append(worker)
        return worker

    def kill(self, worker: PreparedProcess) -> None:
        worker.kill()
        worker.wait()
        self.workers.remove(worker)

    def end_workers(self, timeout: float = 60.0) -> list[int]:
        """Let all workers drain, and return their exit statuses."""
        for worker in self.workers:
            worker.send_signal(signal.SIGTERM)
        return [worker.wait(timeout) for worker in self.workers]

    def status(self) -> dict[str, Any]:
        done = self.run("fleet", "status", "--json")
        assert done.stdout, done.stderr
        found: dict[str, Any] = json.loads(done.stdout)
        return found

    def wait_for_night(self, timeout: float, number: int = 1) -> int:
        """Wait until a night has ended; return its exit status."""
        engine = create_engine(self.url.replace("postgresql://", "postgresql+psycopg://"))
        question = text("SELECT exit_status FROM night WHERE id = :number AND ended_at IS NOT NULL")
        until = time.monotonic() + timeout
        try:
            while time.monotonic() < until:
                try:
                    with engine.connect() as connection:
                        if (row := connection.execute(question, {"number": number}).one_or_none()) is not None:
                            return int(row[0])
                except SQLAlchemyError:  # the server is down for a moment
                    engine.dispose()
                time.sleep(0.5)
        finally:
            engine.dispose()
        raise AssertionError(f"the night did not end in {timeout} seconds:\n{self.read_log()[-8000:]}")

    def wait_for_idle_workers(self, timeout: float = 60.0) -> dict[str, Any]:
        """Wait until all workers have told that they crawl nothing, and return the status; they tell it each BEAT."""
        until = time.monotonic() + timeout
        while True:
            status = self.status()
            if {worker["state"] for worker in status["workers"]} == {"idle"}:
                return status
            if time.monotonic() > until:
                raise AssertionError(f"the workers are not idle: {status['workers']}")
            time.sleep(0.2)

    def wait_for_log(self, told: str, timeout: float = 60.0) -> None:
        """Wait until a worker has logged this."""
        until = time.monotonic() + timeout
        while told not in self.read_log():
            if time.monotonic() > until:
                raise AssertionError(f"{told!r} is not in the log:\n{self.read_log()[-8000:]}")
            time.sleep(0.1)

    def read_log(self) -> str:
        """Return what all workers have printed, one after the other."""
        return "".join(f"{worker.output.decode()}\n{worker.errors.decode()}\n" for worker in self._started)

    @property
    def _environment(self) -> dict[str, str]:
        return environment(DATABASE_URL=self.url, **self._env)


def fix_fetch_times(url: str) -> None:
    """Set every time of a fetch to one: a release says when its pages were fetched."""
    engine = create_engine(url)
    is_server = engine.dialect.name == "postgresql"
    schema = (
        "SELECT table_name FROM information_schema.columns WHERE column_name = 'fetched_at' AND table_schema = 'public'"
        if is_server
        else "SELECT m.name FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table'"
        " AND c.name = 'fetched_at'"
    )
    value = FETCHED_AT if is_server else "2026-01-02 03:04:05.000000"
    with engine.begin() as connection:
        for table in connection.execute(text(schema)).scalars().all():
            if table != "revision":  # it is known by the time of its fetch
                statement = f'UPDATE "{table}" SET fetched_at = :value WHERE fetched_at IS NOT NULL'
                connection.execute(text(statement), {"value": value})
    engine.dispose()


def read_release_id(release: Path) -> str:
    manifest: dict[str, Any] = json.loads((release / "manifest.json").read_text("utf-8"))
    return str(manifest["release_id"] if "release_id" in manifest else manifest["id"])


def _copy(paper: Paper, path: str) -> Answer:
    answer = paper.routes[path]
    return answer() if callable(answer) else answer


def _add_edition(paper: Paper, stories: int) -> None:
    """Serve an edition below /en/ of the same host."""
    paths = [f"/en/2025/03/0{number % 8 + 1}/an-edition-story-number-{number}" for number in range(stories)]
    for number, path in enumerate(paths):
        paper.article(path, f"The edition tells story {number} of the day", text=prose(f"edition {number}"))
    links = "".join(f'<li><a href="{path}">A link to {path}</a></li>' for path in paths)
    paper.routes["/en/"] = Answer(
        f"<!doctype html><html><head><title>Edition</title></head><body><ul>{links}</ul></body></html>"
    )
