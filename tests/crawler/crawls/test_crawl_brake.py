"""A part of the crawl that is slow: the others wait for it within bounds, and the log names it."""

from __future__ import annotations

import os
import re
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from crawling import FAST, ROOT, Store, command, environment, wait_until
from prepared_scrapy import PreparedProcess
from servers.paper import Answer, Paper, prose

PATHS = [f"/2025/10/01/story-number-{number}" for number in range(1, 31)]
FILLER = f"<!-- {'x' * 100_000} -->"  # bytes that a page takes until it is cleaned
LEASES = 8
SETTINGS = (
    "SCRAPER_SLOT_MAX_ACTIVE_SIZE=250000",
    "CONCURRENT_REQUESTS_PER_DOMAIN=4",
    f"LEASES_PER_SITE={LEASES}",
    "PROGRESS_INTERVAL=1",
)


@pytest.fixture
def paper() -> Iterator[Paper]:
    with Paper() as paper:
        paper.publish(*PATHS)
        for path in PATHS:
            paper.article(path, f"Headline of {path}", head=FILLER)
        yield paper


class Crawl:
    def __init__(self, paper: Paper, data: Path) -> None:
        more = [part for setting in SETTINGS for part in ("-s", setting)]
        arguments = command("crawl", "articles", "-a", f"url={paper.url}/", *FAST, *more, data=data)
        self._process = PreparedProcess(arguments, ROOT, environment())

    @property
    def brakes(self) -> set[str]:
        """The parts that the progress lines have named until now."""
        return set(re.findall(r"brake: (\w+)", self._process.errors.decode()))

    def find_cleaner(self) -> psutil.Process:
        """Return the child process that cleans: it is no child of the crawl itself."""
        found = psutil.Process(self._process.pid).children(recursive=True)
        (child,) = [one for one in found if one.ppid() != self._process.pid]
        return child

    def end(self) -> int:
        status = self._process.wait()
        assert "Traceback" not in self._process.errors.decode()
        return status


def test_pages_that_wait_for_cleaning_are_few_and_the_log_names_the_brake(paper: Paper, data: Path) -> None:
    crawl = Crawl(paper, data)
    asked = threading.Event()
    stopped: list[psutil.Process] = []
    stopping = threading.Lock()

    def stop_cleaner() -> None:
        with stopping:  # no page is answered before the cleaner stands still
            if not stopped:
                stopped.append(crawl.find_cleaner())
                stopped[0].suspend()
                asked.set()

    for path in PATHS:
        answer = paper.routes[path]
        assert isinstance(answer, Answer)
        answer.before = stop_cleaner
    try:
        assert asked.wait(60)
        wait_until(lambda: "cleaning" in crawl.brakes)
        assert len(paper.asked_articles()) <= LEASES + 1  # one beside those that are asked for at once may be unstored
    finally:
        os.kill(stopped[0].pid, signal.SIGCONT)
    assert crawl.end() == 0
    assert Store(data).texts() == {path: "\n".join(prose(path)) for path in PATHS}


def test_a_slow_server_is_named_as_the_brake(paper: Paper, data: Path) -> None:
    for path in PATHS[:4]:
        answer = paper.routes[path]
        assert isinstance(answer, Answer)
        answer.before = lambda: time.sleep(3)
    paper.front(*PATHS[:4])
    crawl = Crawl(paper, data)
    assert crawl.end() == 0
    assert "fetching" in crawl.brakes
