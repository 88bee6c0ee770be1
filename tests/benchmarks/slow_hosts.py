"""Ten papers of which one drips and one is silent: what that costs the eight that are well."""

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

WELL = 8


class Pace(NamedTuple):
    """Pages a second of the eight, from the first to the last page that they were asked for."""

    alone: float
    beside: float  # with the two slow ones in the same crawl
    exit_code: int

    @property
    def kept(self) -> float:
        return self.beside / self.alone


def slow_hosts(folder: Path, stories: int) -> Pace:
    """Crawls eight papers of that many stories, then the same with the two others."""
    alone, _ = _crawl(folder / "alone", stories, slow=False)
    beside, code = _crawl(folder / "beside", stories, slow=True)
    return Pace(alone, beside, code)


def _crawl(data: Path, stories: int, *, slow: bool) -> tuple[float, int]:
    with ExitStack() as stack:
        papers = stack.enter_context(press(WELL, stories))
        others: list[Slow] = []
        if slow:
            paths = story_paths(stories)
            others.append(stack.enter_context(Slow("127.0.2.1", paths, drips=True)))
            others.append(stack.enter_context(Slow("127.0.2.2", ["/robots.txt", "/", *paths], drips=False)))
        urls = " ".join(f"{server.url}/" for server in (*papers, *others))
        settings = [*FAST, "-s", "CLEANING_PROCESSES=2", "-s", "DOWNLOAD_TIMEOUT=10"]
        arguments = command("crawl", "articles", "-a", f"url={urls}", *settings, data=data)
        crawl = subprocess.Popen(
            arguments, cwd=ROOT, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        pages, first, last = 0, 0.0, 0.0
        while crawl.poll() is None:
            asked, moment = _asked(papers), time.monotonic()
            if asked > pages:
                first, last = first or moment, moment
                pages = asked
            time.sleep(0.05)
        return pages / max(last - first, 1e-9), crawl.returncode


def _asked(papers: Sequence[Paper]) -> int:
    return sum(len(paper.asked) for paper in papers)
