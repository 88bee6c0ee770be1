"""What it takes to ask a site's memory about an article: time by the clock, and memory of the process.

    python tests/benchmarks/memory.py
    python tests/benchmarks/memory.py --sites 10 --blocks 1000 --articles 200

Needs no data. A store on SQLite is filled in a temporary folder (`--folder` names another): by default 100 sites of
10,000 blocks each, which all repeat. Then, in a process of its own, articles of sites drawn by lot are looked up as a
cleaning does it: a transaction is opened, the site's memory is read, unpacked where the process does not hold it yet
(it holds those that it was asked for last, of 64 sites), and asked for the fingerprint of each of the article's blocks,
of which every other one repeats. That is measured warm, and cold, where nothing is held for any article. Wanted are at
most 2 ms at the median, warm, and less than 300 MB.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, NamedTuple

from gold import count
from sqlalchemy import URL

from cleaning.memory.fingerprint import number
from cleaning.memory.site_memory import AMONG, ELSEWHERE, RepeatedBlock, SiteMemory, cuts, recollected
from storage.database import open_database, reading
from storage.memory import memory_of, remember

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Engine

FIGURES = ("median", "95 %", "most")


class Size(NamedTuple):
    sites: int
    blocks: int  # of a site
    articles: int
    asked: int  # fingerprints of an article


class Measured(NamedTuple):
    """Seconds of each look-up, and megabytes of resident memory of the process that made them."""

    warm: list[float]
    cold: list[float]
    repeated: int  # blocks that were known, over all articles, warm
    before: float  # the first look-up
    peak: float


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sites", type=count, default=100, metavar="N")
    parser.add_argument("--blocks", type=count, default=10_000, metavar="N", help="that a site repeats")
    parser.add_argument("--articles", type=count, default=2_000, metavar="N", help="that are looked up")
    parser.add_argument("--asked", type=count, default=300, metavar="N", help="fingerprints of an article")
    parser.add_argument("--folder", type=Path, help="for the store, which is deleted; default: the system's for such")
    options = parser.parse_args(arguments)
    if options.folder and not options.folder.is_dir():
        parser.error(f"{options.folder} is no folder")
    size = Size(options.sites, options.blocks, options.articles, options.asked)
    with tempfile.TemporaryDirectory(prefix="broadsheet-memory-", dir=options.folder) as folder:
        path = Path(folder) / "store.db"
        began = time.perf_counter()
        fill(path, size)
        print(
            f"{size.sites * size.blocks} blocks of {size.sites} sites, {path.stat().st_size / 2**20:.0f} MB, "
            f"stored in {time.perf_counter() - began:.0f} s"
        )
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
            measured = process.submit(measure, path, size).result()
    print_measured(measured, size)
    return 0


def fill(path: Path, size: Size) -> None:
    """Stores a memory and its blocks for each site."""
    engine = open_database(_address(path))
    for site in range(size.sites):
        blocks = [
            RepeatedBlock(
                fingerprint=_fingerprint(site, block),
                articles=3 + block % 500,
                text=f"The line of number {block} that stands on many pages of site {site}",
                path="div.page > div.foot",
                first_seen="2026-01-01",
                last_seen="2026-11-22",
                needed=3,
            )
            for block in range(size.blocks)
        ]
        memory = SiteMemory(articles=500, repeated=cuts({block.fingerprint: AMONG | ELSEWHERE for block in blocks}))
        with engine.begin() as connection:
            remember(connection, _name(site), memory.digest, "1", memory.articles, memory.packed(), blocks)
    engine.dispose()


def measure(path: Path, size: Size) -> Measured:
    engine = open_database(_address(path), create=False)
    lot = random.Random(4)
    before = resident("VmRSS")
    warm, cold, repeated = [], [], 0
    for _ in range(size.articles):
        site, asked = _article(lot, size)
        seconds, known = look_up(engine, site, asked)
        warm.append(seconds)
        repeated += known
    for _ in range(size.articles):
        recollected.cache_clear()
        seconds, _known = look_up(engine, *_article(lot, size))
        cold.append(seconds)
    engine.dispose()
    return Measured(warm, cold, repeated, before, resident("VmHWM"))


def look_up(engine: Engine, site: int, asked: Sequence[int]) -> tuple[float, int]:
    """Seconds that it takes to ask a site's memory for so many fingerprints, and how many of them it knows."""
    began = time.perf_counter()
    with reading(engine) as connection:
        stored = memory_of(connection, _name(site))
    memory = recollected(stored.data) if stored else SiteMemory()
    known = sum(fingerprint in memory.repeated and memory.repeats(fingerprint, among=True) for fingerprint in asked)
    return time.perf_counter() - began, known


def print_measured(measured: Measured, size: Size) -> None:
    print(f"\n{f'ms an article of {size.asked}':<24}" + "".join(f"{figure:>10}" for figure in FIGURES))
    for name in ("warm", "cold"):
        seconds = sorted(getattr(measured, name))
        figures = (median(seconds), seconds[len(seconds) * 95 // 100], seconds[-1])
        print(f"{name:<24}" + "".join(f"{1000 * figure:>10.2f}" for figure in figures))
    print(f"\nknown to repeat: {measured.repeated} of {size.articles * size.asked}")
    print(f"peak memory: {measured.peak:.0f} MB, {measured.before:.0f} before the first look-up")


def resident(field: str) -> float:
    """Megabytes of resident memory of this process: VmRSS now, VmHWM at most."""
    # Not getrusage: its maximum is inherited from the parent.
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith(field))
    return int(line.split()[1]) / 1024


def _article(lot: random.Random, size: Size) -> tuple[int, list[int]]:
    """A site, and the fingerprints of an article of it; one in two repeats."""
    site = lot.randrange(size.sites)
    repeated = (lot.randrange(size.blocks) for _ in range(size.asked // 2))
    own = (size.blocks + at for at in range(size.asked - size.asked // 2))
    return site, [_fingerprint(site, block) for block in (*repeated, *own)]


def _fingerprint(site: int, block: int) -> int:
    return number(f"{site} {block}")


def _name(site: int) -> str:
    return f"site-{site}"


def _address(path: Path) -> URL:
    return URL.create("sqlite", database=str(path))


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
