"""Crawl ten papers of which one drips and one is silent, and measure what that costs the other eight."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

from crawling import FAST, ROOT, command, environment
from servers.paper import Paper
from servers.press import press, story_paths
from servers.slow import Slow

NORMAL = 8


class Pace(NamedTuple):
    """Pages per second of the eight, from their first to their last request."""

    alone: float
    beside_slow: float  # with the two slow ones in the same crawl
    exit_code: int

    @property
    def ratio(self) -> float:
        return self.beside_slow / self.alone


def measure_slow_hosts(folder: Path, stories: int) -> Pace:
    """Crawl eight papers with that many stories each, then the same with two slow ones."""
    alone, _ = _crawl(folder / "alone", stories, slow=False)
    beside, code = _crawl(folder / "beside", stories, slow=True)
    return Pace(alone, beside, code)


def _crawl(data: Path, stories: int, *, slow: bool) -> tuple[float, int]:
    with ExitStack() as stack:
        papers = stack.enter_context(press(NORMAL, stories))
        others: list[Slow] = []
        if slow:
            paths = story_paths(stories)
            others.append(stack.enter_context(Slow("127.0.2.1", paths, drips=True)))
            others.append(stack.enter_context(Slow("127.0.2.2", ["/robots.txt", "/", *paths], drips=False)))
        urls = " ".join(f"{server.url}/" for server in (*papers, *others))
        settings = [*FAST, "-s", "CLEANING_PROCESSES=2", "-s", "DOWNLOAD_TIMEOUT=10", "-s", "RESPONSE_TIMEOUT=10"]
        arguments = command("crawl", "articles", "-a", f"url={urls}", *settings, data=data)
        crawl = subprocess.Popen(
            arguments, cwd=ROOT, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        pages, first, last = 0, 0.0, 0.0
        while crawl.poll() is None:
            asked, moment = _count_requests(papers), time.monotonic()
            if asked > pages:
                first, last = first or moment, moment
                pages = asked
            time.sleep(0.05)
        return pages / max(last - first, 1e-9), crawl.returncode


def _count_requests(papers: Sequence[Paper]) -> int:
    return sum(len(paper.asked) for paper in papers)
