"""CPU seconds of a crawl by part, from samples of all of its processes (sampled/sitecustomize.py)."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

SAMPLED = Path(__file__).parent / "sampled"
IMPORT = "import"  # the place of what Python does while it loads a module
# A part of the crawl and the files where its work is done; the first that matches counts. A file of none (a
# transaction, a helper) counts for the one that called it.
PARTS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("start", (IMPORT,)),
    ("queue to the children", ("cleaning/workers.py", "cleaning/child.py")),
    ("discovery", ("crawler/discovery/", "crawler/spiders/list_parser.py", "crawler/pipelines/lists.py")),
    (
        "guard and manners",
        ("crawler/guard/", "crawler/middlewares/", "crawler/hosts/", "crawler/extensions/politeness"),
    ),
    ("archive", ("crawler/run/archive_writer.py", "storage/archive/", "crawler/pipelines/own_pages.py")),
    ("lease", ("crawler/frontier/", "storage/frontier/")),
    (
        "judge",
        (
            "crawler/storing/deduplicate.py",
            "cleaning/duplicates/",
            "storage/articles/clusters",
            "storage/articles/story_index",
        ),
    ),
    ("settle", ("crawler/recleaning/", "crawler/finishing/")),
    ("observe", ("cleaning/memory/observation", "crawler/storing/observations.py")),
    ("clean", ("cleaning/", "crawler/pipelines/clean.py")),
    ("store", ("storage/articles/", "crawler/pipelines/", "crawler/storing/", "crawler/walls/")),
    ("store", ("storage/", "crawler/run/")),
    ("report", ("crawler/terminal/", "crawler/views/", "crawler/feeds/")),
)
SETTLING = "crawler/recleaning/"
FORK_SERVER = "cleaning/fork_server.py"  # under all that a child does
CHILD = ("cleaning/workers.py", "cleaning/child.py")
QUEUES = ("/pebble", "/multiprocessing")
ELSEWHERE = "fetch (Scrapy, Twisted)"
ASIDE = ("storage/database/", "crawler/run/session.py", "storage/__init__.py")  # run what others ask for


def sum_parts(folder: Path) -> dict[tuple[str, str], float]:
    """Return CPU seconds by process and part. Samples of a folder are of one crawl.

    A process is "crawl" or "children", and "settling" what the children do after the crawl has begun to settle.
    """
    lines = {path.name: [json.loads(line) for line in path.read_text().splitlines()] for path in folder.iterdir()}
    parent = min(lines, key=lambda name: lines[name][0][0] if lines[name] else float("inf"))
    settles = min(
        (moment for moment, seconds in lines[parent] if any(SETTLING in place for place in seconds)),
        default=float("inf"),
    )
    total: Counter[tuple[str, str]] = Counter()
    for name, rows in lines.items():
        for moment, seconds in rows:
            for place, spent in seconds.items():
                process = "crawl" if name == parent else "settling" if moment > settles else "children"
                total[process, find_part(place)] += spent
    return dict(total)


def find_part(place: str) -> str:
    """Return the part that a place belongs to: a thread and the files of its stack, innermost first."""
    files = place.split("|")[1:]
    if IMPORT in files:
        return "start"
    if SETTLING in place:
        return "settle"
    if FORK_SERVER in files:
        # A child compares no articles: it hashes their texts while it cleans.
        files = [file for file in files if file != FORK_SERVER and not file.startswith("cleaning/duplicates/")]
        if not any(file.startswith(QUEUES) for file in files) and not any(file in CHILD for file in files):
            return "start"
    for file in (*(one for one in files if not one.startswith(ASIDE)), *files):
        for part, prefixes in PARTS:
            if file.startswith(prefixes):
                return part
    return "queue to the children" if any(file.startswith(QUEUES) for file in files) else ELSEWHERE


def format_parts(parts: Mapping[tuple[str, str], float], pages: int) -> list[str]:
    """Return lines with CPU milliseconds a page by part, the largest first."""
    return [
        f"  {process:<10}{part:<26}{1000 * spent / pages:>8.1f}"
        for (process, part), spent in sorted(parts.items(), key=lambda row: -row[1])
        if 1000 * spent / pages >= 0.05
    ]
