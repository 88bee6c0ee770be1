"""A crawl that is killed again and again ends in the very store of one that was left alone."""

from __future__ import annotations

import random
import signal
import sqlite3
import subprocess
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from crawling import FAST, ROOT, command, environment
from servers.paper import Paper
from servers.press import publish

from cleaning.errors import RecordUnreadable
from crawler.outcome import FINISHED, INTERRUPTED
from storage.replay import ArchiveReader
from storage.warc import Place

MOST_RUNS = 10  # after the last kill, for a crawl that is not through
Story = tuple[Any, ...]


class Kills(NamedTuple):
    """What became of a crawl that was killed; all of it is 0 where nothing is lost."""

    kills: int
    stories: int
    lost: int  # stories of the undisturbed store that are not in this one
    twice: int  # addresses that stand in the store more than once
    other: int  # stories with another title, text or standing than undisturbed
    unreadable: int  # rows whose place in the archive does not hold their page
    asked_again: int  # requests for stories that had been asked for already
    leased: int  # of these, at most: leases that were open at the kills

    @property
    def sound(self) -> bool:
        return not (self.lost or self.twice or self.other or self.unreadable) and self.asked_again <= self.leased


def killed_crawl(folder: Path, stories: int, kills: int, seed: int = 1, moments: Sequence[float] = ()) -> Kills:
    """Crawls one paper undisturbed, then again into another data folder with kill -9 at random moments.

    `moments` are seconds after each start, for those who want them; drawn by `seed` otherwise: anywhere between the
    start of the process and the time in which it would have come through a fifth of the stories.
    """
    chance = random.Random(seed)
    with Paper() as paper:
        publish(paper, stories)
        began = time.monotonic()
        undisturbed = _run(paper, folder / "undisturbed")
        took = time.monotonic() - began
        if undisturbed != FINISHED:
            raise AssertionError(f"the undisturbed crawl ended with {undisturbed}")
        expected = _stories(folder / "undisturbed")
        paper.asked.clear()
        data, leased = folder / "killed", 0
        for number in range(kills):
            # Never so late that the store would be full before the last kill.
            pause = moments[number] if moments else chance.uniform(0.2, 2.0 + took / 5)
            _run(paper, data, kill_after=pause)
            leased += _leased(data)
        for _ in range(MOST_RUNS):
            if _run(paper, data) == FINISHED and _pending(data) == 0:
                break
        asked = Counter(path for path in paper.asked if path in paper.routes and "/a-story-" in path)
        found = _stories(data)
        return Kills(
            kills=kills,
            stories=len(expected),
            lost=len(expected.keys() - found.keys()),
            twice=_twice(data),
            other=sum(found[url] != story for url, story in expected.items() if url in found),
            unreadable=_unreadable(data),
            asked_again=sum(number - 1 for number in asked.values()),
            leased=leased,
        )


def _run(paper: Paper, data: Path, kill_after: float | None = None) -> int:
    arguments = command("crawl", "articles", "-a", f"url={paper.url}/", *FAST, data=data)
    crawl = subprocess.Popen(
        arguments, cwd=ROOT, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        return crawl.wait(timeout=kill_after)
    except subprocess.TimeoutExpired:
        crawl.send_signal(signal.SIGKILL)
        crawl.wait()
        return INTERRUPTED


def _rows(data: Path, question: str) -> list[tuple[Any, ...]]:
    path = data / "broadsheet.db"
    if not path.exists():  # killed before it was made
        return []
    connection = sqlite3.connect(path)
    try:
        return connection.execute(question).fetchall()
    except sqlite3.OperationalError:  # killed before there was a table
        return []
    finally:
        connection.close()


def _stories(data: Path) -> dict[str, Story]:
    """By address: all that a reader would be given."""
    rows = _rows(data, "SELECT url, title, text, rejected, duplicate_of, language, published_at FROM article")
    return {url: tuple(rest) for url, *rest in rows}


def _twice(data: Path) -> int:
    return sum(
        number
        for table in ("article", "address")
        for (number,) in _rows(data, f"SELECT count(*) - 1 FROM {table} GROUP BY url HAVING count(*) > 1")
    )


def _leased(data: Path) -> int:
    return sum(number for (number,) in _rows(data, "SELECT count(*) FROM address WHERE state = 'leased'"))


def _pending(data: Path) -> int:
    question = "SELECT count(*) FROM address WHERE kind = 'article' AND state IN ('leased', 'pending')"
    return sum(number for (number,) in _rows(data, question))


def _unreadable(data: Path) -> int:
    wrong = 0
    with ArchiveReader(data / "archive", most_body=1 << 20) as archive:
        for url, file, offset in _rows(data, "SELECT url, archive_file, archive_offset FROM article"):
            try:
                wrong += archive.read(Place(file, offset)).url != url
            except RecordUnreadable:
                wrong += 1
    return wrong
