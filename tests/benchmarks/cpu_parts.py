"""CPU seconds of a crawl by part, from samples of all of its processes (sampled/sitecustomize.py)."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

SAMPLED = Path(__file__).parent / "sampled"
# A part of the crawl and the files where its work is done; the first that matches counts. A file of none (a
# transaction, a helper) counts for the one that called it.
PARTS: tuple[tuple[str, tuple[str, ...]], ...] = (
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
    ("observe", ("cleaning/memory/observation.py", "crawler/storing/observations.py")),
    ("clean", ("cleaning/", "crawler/pipelines/clean.py")),
    ("store", ("storage/articles/", "crawler/pipelines/", "crawler/storing/", "crawler/walls/")),
    ("store", ("storage/", "crawler/run/")),
    ("report", ("crawler/terminal/", "crawler/views/", "crawler/feeds/")),
)
SETTLING = "crawler/recleaning/"
ELSEWHERE = "fetch (Scrapy, Twisted)"
ASIDE = ("storage/database/", "crawler/run/session.py", "storage/__init__.py")  # run what others ask for


def sum_parts(folder: Path) -> dict[tuple[str, str], float]:
    """Return CPU seconds by process ("crawl" or "children") and part. Samples of a folder are of one crawl.

    The children's work after the crawl has begun to settle is counted as settling.
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
                part = find_part(place)
                if name != parent and moment > settles and part in ("clean", "observe"):
                    part = "settle"
                total["crawl" if name == parent else "children", part] += spent
    return dict(total)


def find_part(place: str) -> str:
    """Return the part that a place belongs to: a thread and the files of its stack, innermost first."""
    files = place.split("|")[1:]
    if SETTLING in place:
        return "settle"
    for file in (*(one for one in files if not one.startswith(ASIDE)), *files):
        for part, prefixes in PARTS:
            if file.startswith(prefixes):
                return part
    library = files[0] if files else ""
    return "queue to the children" if library.startswith(("/pebble", "/multiprocessing")) else ELSEWHERE


def format_parts(parts: Mapping[tuple[str, str], float], pages: int) -> list[str]:
    """Return lines with CPU milliseconds a page by part, the largest first."""
    return [
        f"  {process:<10}{part:<26}{1000 * spent / pages:>8.1f}"
        for (process, part), spent in sorted(parts.items(), key=lambda row: -row[1])
        if 1000 * spent / pages >= 0.05
    ]
