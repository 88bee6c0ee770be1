"""Measure the delays of a crawl's event loop under the largest pages of a data set or a robots.txt of many rules."""

from __future__ import annotations

import heapq
import json
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from crawling import FAST, ROOT, command, environment
from gold import load_pages
from servers.paper import Answer, Paper

from crawler import settings

EXTENSIONS = json.dumps(settings.EXTENSIONS | {"loop_lag.LoopLag": 600})


class Lag(NamedTuple):
    pages: int
    longest: int  # characters of the longest page
    exit_code: int
    delays: list[float]  # milliseconds by which ticks of the loop were late, ascending

    def at(self, share: float) -> float:
        """Return the delay in milliseconds that this share of the ticks does not exceed."""
        return self.delays[min(len(self.delays) - 1, int(share * len(self.delays)))]


def largest_pages(paths: Iterable[Path], count: int) -> list[str]:
    """Return the HTML of the largest pages of these data sets."""
    pages = (page["html"] for path in paths for page in load_pages(path))
    return heapq.nlargest(count, pages, key=len)


def make_robots_txt(rules: int) -> str:
    """Return a robots.txt of so many rules with wildcards, none of which forbids a story."""
    lines = (f"Disallow: /*/archive-{number}/*?page=*" for number in range(rules))
    return "User-agent: *\n" + "\n".join(lines) + "\n"


def measure_lag(folder: Path, pages: list[str], robots_txt: str = "") -> Lag:
    """Crawl the pages as stories of one paper with this robots.txt, and measure the delays."""
    with Paper() as paper:
        paper.routes["/robots.txt"] = Answer(robots_txt, headers={"Content-Type": "text/plain"})
        paths = [f"/2025/10/01/a-large-page-number-{number}" for number in range(len(pages))]
        for path, html in zip(paths, pages, strict=True):
            paper.routes[path] = Answer(html.encode("utf-8", "replace"))
        paper.front(*paths)
        file = folder / "lag.txt"
        own = ["-s", f"EXTENSIONS={EXTENSIONS}", "-s", f"LOOP_LAG_FILE={file}", "-s", "CLEANING_PROCESSES=2"]
        arguments = command("crawl", "articles", "-a", f"url={paper.url}/", *FAST, *own, data=folder / "lag")
        path = f"{ROOT / 'tests' / 'benchmarks'}"
        done = subprocess.run(
            arguments, cwd=ROOT, env=environment(PYTHONPATH=path), capture_output=True, text=True, check=False
        )
    delays = sorted(float(line) for line in file.read_text().split()) if file.exists() else []
    return Lag(len(pages), max(map(len, pages)), done.returncode, delays)
