"""Watch a long crawl from outside: its memory, open files and pace."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path
from statistics import fmean
from typing import NamedTuple

import psutil
from crawling import FAST, ROOT, command, environment
from servers.press import press

PAPERS = 8
PAUSE = 2.0  # seconds between two snapshots
WARM_UP = 0.1  # share of the pages after which everything that a crawl needs is loaded


class Snapshot(NamedTuple):
    """The state of the crawl at one moment."""

    pages: int  # requested so far
    seconds: float  # since the start
    parent: int  # bytes of resident memory, of the crawl's own process
    children: int  # the same of its cleaners
    files: int  # open in its own process


class Soak(NamedTuple):
    pages: int
    exit_code: int
    snapshots: list[Snapshot]

    def halves(self) -> tuple[list[Snapshot], list[Snapshot]]:
        """Return the snapshots of the first and second half of the pages, without the start and the end."""
        begin, end = self.pages * WARM_UP, self.pages * 0.98
        middle = (begin + end) / 2
        return (
            [snapshot for snapshot in self.snapshots if begin <= snapshot.pages < middle],
            [snapshot for snapshot in self.snapshots if middle <= snapshot.pages < end],
        )

    def growth(self, field: str) -> float:
        """Return the growth of a field from the first half to the second, as a share of the first."""
        first, second = (fmean(getattr(snapshot, field) for snapshot in half) for half in self.halves())
        return second / first - 1

    def files(self) -> tuple[int, int]:
        """Return the greatest number of open files in the first half, and in the second."""
        first, second = (max(snapshot.files for snapshot in half) for half in self.halves())
        return first, second

    def pace(self) -> float:
        """Return the pages per second of the second half, as a share of the first's."""
        first, second = (
            (half[-1].pages - half[0].pages) / (half[-1].seconds - half[0].seconds) for half in self.halves()
        )
        return second / first


def run_soak(folder: Path, pages: int) -> Soak:
    """Crawl that many pages of eight papers with two cleaners."""
    with press(PAPERS, pages // PAPERS) as papers:
        urls = " ".join(f"{paper.url}/" for paper in papers)
        settings = [*FAST, "-s", "CLEANING_PROCESSES=2", "-s", "LOG_LEVEL=WARNING"]
        arguments = command("crawl", "articles", "-a", f"url={urls}", *settings, data=folder / "soak")
        start, snapshots = time.monotonic(), []
        crawl = psutil.Popen(
            arguments, cwd=ROOT, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        while crawl.poll() is None:
            asked = sum(len(paper.asked) for paper in papers)
            if asked:
                snapshots.append(_take_snapshot(crawl, asked, time.monotonic() - start))
            time.sleep(PAUSE)
        return Soak(max((snapshot.pages for snapshot in snapshots), default=0), crawl.returncode, snapshots)


def _take_snapshot(crawl: psutil.Popen, pages: int, seconds: float) -> Snapshot:
    children = 0
    for child in crawl.children(recursive=True):
        try:
            children += child.memory_info().rss
        except psutil.NoSuchProcess:  # it was just replaced
            continue
    try:
        return Snapshot(pages, seconds, crawl.memory_info().rss, children, crawl.num_fds())
    except psutil.NoSuchProcess:
        return Snapshot(pages, seconds, 0, children, 0)
