"""Crawl with repeated kills and compare the store with that of an undisturbed crawl."""

from __future__ import annotations

import random
import sqlite3
import subprocess
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from crawling import FAST, ROOT, command, environment
from prepared_scrapy import PreparedProcess
from servers.paper import Paper
from servers.press import publish

from cleaning.errors import RecordUnreadable
from crawler.run.exit_codes import FINISHED, INTERRUPTED
from storage.archive.location import ArchiveLocation
from storage.archive.read_back import ArchiveReader

MAX_RUNS = 10  # after the last kill, to finish the crawl
PATIENCE = 600  # seconds for a crawl that is not killed, on however busy a machine
START = 0.5  # seconds until a crawl asks for its first page
Story = tuple[Any, ...]


class KillOutcome(NamedTuple):
    """The outcome of a crawl with kills; all counts of faults are 0 if nothing is lost."""

    kills: int
    stories: int
    lost: int  # stories of the undisturbed store that this one lacks
    twice: int  # addresses that are in the store more than once
    other: int  # stories with another title, text or verdict than undisturbed
    unreadable: int  # rows whose archive location does not hold their page
    requested_again: int  # repeated requests for stories
    leased: int  # leases that were open at the kills: the most repeated requests allowed

    @property
    def is_sound(self) -> bool:
        return not (self.lost or self.twice or self.other or self.unreadable) and self.requested_again <= self.leased


def crawl_with_kills(
    folder: Path, stories: int, kills: int, seed: int = 1, moments: Sequence[float] = ()
) -> KillOutcome:
    """Crawl one paper undisturbed, then again into another data folder with kill -9 at random moments.

    `moments` are seconds after each start. By default they are drawn by `seed`, between the start of the process and
    the time in which it would have crawled a fifth of the stories.
    """
    chance = random.Random(seed)
    with Paper() as paper:
        publish(paper, stories)
        start = time.monotonic()
        undisturbed = _run_crawl(paper, folder / "undisturbed")
        took = time.monotonic() - start
        if undisturbed != FINISHED:
            raise AssertionError(f"the undisturbed crawl ended with {undisturbed}")
        expected = _read_stories(folder / "undisturbed")
        paper.asked.clear()
        data, leased = folder / "killed", 0
        for number in range(kills):
            # Not so late that the crawl is finished before the last kill.
            pause = moments[number] if moments else chance.uniform(0.1, START + took / 5)
            _run_crawl(paper, data, kill_after=pause)
            leased += _count_leased(data)
        for _ in range(MAX_RUNS):
            if _run_crawl(paper, data) == FINISHED and _count_pending(data) == 0:
                break
        asked = Counter(path for path in paper.asked if path in paper.routes and "/a-story-" in path)
        found = _read_stories(data)
        return KillOutcome(
            kills=kills,
            stories=len(expected),
            lost=len(expected.keys() - found.keys()),
            twice=_count_twice(data),
            other=sum(found[url] != story for url, story in expected.items() if url in found),
            unreadable=_count_unreadable(data),
            requested_again=sum(number - 1 for number in asked.values()),
            leased=leased,
        )


def _run_crawl(paper: Paper, data: Path, kill_after: float | None = None) -> int:
    arguments = command("crawl", "articles", "-a", f"url={paper.url}/", *FAST, data=data)
    crawl = PreparedProcess(arguments, ROOT, environment())
    try:
        return crawl.wait(PATIENCE if kill_after is None else kill_after)
    except subprocess.TimeoutExpired:
        crawl.kill()
        crawl.wait()
        return INTERRUPTED


def _query(data: Path, question: str) -> list[tuple[Any, ...]]:
    path = data / "broadsheet.db"
    if not path.exists():  # killed before the database existed
        return []
    connection = sqlite3.connect(path)
    try:
        return connection.execute(question).fetchall()
    except sqlite3.OperationalError:  # killed before the tables existed
        return []
    finally:
        connection.close()


def _read_stories(data: Path) -> dict[str, Story]:
    """Return by address all fields that readers see."""
    rows = _query(data, "SELECT url, title, text, rejected, duplicate_of, language, published_at FROM article")
    return {url: tuple(rest) for url, *rest in rows}


def _count_twice(data: Path) -> int:
    return sum(
        number
        for table in ("article", "address")
        for (number,) in _query(data, f"SELECT count(*) - 1 FROM {table} GROUP BY url HAVING count(*) > 1")
    )


def _count_leased(data: Path) -> int:
    return sum(number for (number,) in _query(data, "SELECT count(*) FROM address WHERE state = 'leased'"))


def _count_pending(data: Path) -> int:
    question = "SELECT count(*) FROM address WHERE kind = 'article' AND state IN ('leased', 'pending')"
    return sum(number for (number,) in _query(data, question))


def _count_unreadable(data: Path) -> int:
    wrong = 0
    with ArchiveReader(data / "archive", max_body=1 << 20) as archive:
        for url, file, offset in _query(data, "SELECT url, archive_file, archive_offset FROM article"):
            try:
                wrong += archive.read(ArchiveLocation(file, offset)).url != url
            except RecordUnreadable:
                wrong += 1
    return wrong
