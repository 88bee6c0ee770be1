"""A long crawl, watched from outside: its memory, its open files, its pace."""

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
PAUSE = 2.0  # seconds between two looks
WARM = 0.1  # share of the pages in which everything that a crawl needs has been loaded once


class Look(NamedTuple):
    """The crawl at one moment."""

    pages: int  # asked for by then
    seconds: float  # since the start
    parent: int  # bytes of resident memory, of the crawl's own process
    children: int  # and of its cleaners
    files: int  # that its own process has open


class Soak(NamedTuple):
    pages: int
    exit_code: int
    looks: list[Look]

    def halves(self) -> tuple[list[Look], list[Look]]:
        """The looks of the first and of the second half of the pages, without the start and what comes after."""
        begin, end = self.pages * WARM, self.pages * 0.98
        middle = (begin + end) / 2
        return (
            [look for look in self.looks if begin <= look.pages < middle],
            [look for look in self.looks if middle <= look.pages < end],
        )

    def growth(self, field: str) -> float:
        """How much more of it the second half has than the first, as a share of the first."""
        first, second = (fmean(getattr(look, field) for look in half) for half in self.halves())
        return second / first - 1

    def files(self) -> tuple[int, int]:
        """The most files that were open in the first half, and in the second."""
        first, second = (max(look.files for look in half) for half in self.halves())
        return first, second

    def pace(self) -> float:
        """Pages a second of the second half, as a share of the first's."""
        first, second = (
            (half[-1].pages - half[0].pages) / (half[-1].seconds - half[0].seconds) for half in self.halves()
        )
        return second / first


def soak(folder: Path, pages: int) -> Soak:
    """Crawls that many pages of eight papers, two cleaners at work."""
    with press(PAPERS, pages // PAPERS) as papers:
        urls = " ".join(f"{paper.url}/" for paper in papers)
        settings = [*FAST, "-s", "CLEANING_PROCESSES=2", "-s", "LOG_LEVEL=WARNING"]
        arguments = command("crawl", "articles", "-a", f"url={urls}", *settings, data=folder / "soak")
        began, looks = time.monotonic(), []
        crawl = psutil.Popen(
            arguments, cwd=ROOT, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        while crawl.poll() is None:
            asked = sum(len(paper.asked) for paper in papers)
            if asked:
                looks.append(_look(crawl, asked, time.monotonic() - began))
            time.sleep(PAUSE)
        return Soak(max((look.pages for look in looks), default=0), crawl.returncode, looks)


def _look(crawl: psutil.Popen, pages: int, seconds: float) -> Look:
    children = 0
    for child in crawl.children():
        try:
            children += child.memory_info().rss
        except psutil.NoSuchProcess:  # one that was just replaced
            continue
    try:
        return Look(pages, seconds, crawl.memory_info().rss, children, crawl.num_fds())
    except psutil.NoSuchProcess:
        return Look(pages, seconds, 0, children, 0)
