"""The event loop of a crawl while it downloads, archives and has cleaned the largest pages of a benchmark."""

from __future__ import annotations

import heapq
import json
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from crawling import FAST, ROOT, command, environment
from gold import load
from servers.paper import Answer, Paper

from crawler import settings

EXTENSIONS = json.dumps(settings.EXTENSIONS | {"loop_lag.LoopLag": 600})


class Lag(NamedTuple):
    pages: int
    longest: int  # characters of the longest page
    exit_code: int
    delays: list[float]  # milliseconds by which ticks of the loop were late, least first

    def at(self, share: float) -> float:
        """The delay that this share of the ticks stayed below, in milliseconds."""
        return self.delays[min(len(self.delays) - 1, int(share * len(self.delays)))]


def largest_pages(paths: Iterable[Path], most: int) -> list[str]:
    """The HTML of the largest pages of these data sets."""
    pages = (page["html"] for path in paths for page in load(path))
    return heapq.nlargest(most, pages, key=len)


def lag(folder: Path, pages: list[str]) -> Lag:
    """Crawls the pages as stories of one paper."""
    with Paper() as paper:
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
