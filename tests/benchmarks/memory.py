"""Measure the look-up of an article in a site's memory: wall time, and memory of the process.

    python tests/benchmarks/memory.py
    python tests/benchmarks/memory.py --sites 10 --blocks 1000 --articles 200

Needs no data. A SQLite store is filled in a temporary folder (`--folder` names another): by default 100 sites of 10,000
blocks each, which all repeat. Then, in a process of its own, articles of random sites are looked up as cleaning does:
open a transaction, read the site's memory, unpack it unless the process has it cached (it caches the last 64), and
look up the fingerprint of each of the article's blocks, of which every other one repeats. This is measured warm, and
cold, with an empty cache for each article. Targets: at most 2 ms at the median, warm, and less than 300 MB.
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

from gold import parse_count
from sqlalchemy import URL

from cleaning.duplicates.fingerprint import hash_to_int
from cleaning.memory.site_memory import (
    AMONG_KEPT,
    ELSEWHERE,
    RepeatedBlock,
    SiteMemory,
    build_cut_table,
    load_site_memory,
)
from storage.database.engine import open_database, open_for_reading
from storage.site_memory.memories import load_memory, save_memory

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Engine

FIGURES = ("median", "95 %", "maximum")


class Size(NamedTuple):
    sites: int
    blocks: int  # per site
    articles: int
    blocks_per_article: int


class Measurement(NamedTuple):
    """Seconds of each look-up, and megabytes of resident memory of the process."""

    warm: list[float]
    cold: list[float]
    repeated: int  # blocks found, over all articles, warm
    before: float  # before the first look-up
    peak: float


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sites", type=parse_count, default=100, metavar="N")
    parser.add_argument("--blocks", type=parse_count, default=10_000, metavar="N", help="repeated blocks per site")
    parser.add_argument("--articles", type=parse_count, default=2_000, metavar="N", help="articles that are looked up")
    parser.add_argument("--asked", type=parse_count, default=300, metavar="N", help="blocks per article")
    parser.add_argument(
        "--folder", type=Path, help="folder of the store, which is deleted (default: the temporary folder)"
    )
    options = parser.parse_args(arguments)
    if options.folder and not options.folder.is_dir():
        parser.error(f"{options.folder} is not a folder")
    size = Size(options.sites, options.blocks, options.articles, options.asked)
    with tempfile.TemporaryDirectory(prefix="broadsheet-memory-", dir=options.folder) as folder:
        path = Path(folder) / "store.db"
        start = time.perf_counter()
        fill_store(path, size)
        print(
            f"{size.sites * size.blocks} blocks of {size.sites} sites, {path.stat().st_size / 2**20:.0f} MB, "
            f"stored in {time.perf_counter() - start:.0f} s"
        )
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
            measured = process.submit(measure, path, size).result()
    print_measured(measured, size)
    return 0


def fill_store(path: Path, size: Size) -> None:
    """Store a memory and its blocks for each site."""
    engine = open_database(_make_url(path))
    for site in range(size.sites):
        blocks = [
            RepeatedBlock(
                fingerprint=_make_fingerprint(site, block),
                articles=3 + block % 500,
                text=f"The line of number {block} that stands on many pages of site {site}",
                path="div.page > div.foot",
                first_seen="2026-01-01",
                last_seen="2026-11-22",
                needed=3,
            )
            for block in range(size.blocks)
        ]
        memory = SiteMemory(
            articles=500, repeated=build_cut_table({block.fingerprint: AMONG_KEPT | ELSEWHERE for block in blocks})
        )
        with engine.begin() as connection:
            save_memory(connection, _name_site(site), memory.digest, "1", memory.articles, memory.to_bytes(), blocks)
    engine.dispose()


def measure(path: Path, size: Size) -> Measurement:
    engine = open_database(_make_url(path), create=False)
    rng = random.Random(4)
    before = read_memory("VmRSS")
    warm, cold, repeated = [], [], 0
    for _ in range(size.articles):
        site, fingerprints = _draw_article(rng, size)
        seconds, known = look_up(engine, site, fingerprints)
        warm.append(seconds)
        repeated += known
    for _ in range(size.articles):
        load_site_memory.cache_clear()
        seconds, _known = look_up(engine, *_draw_article(rng, size))
        cold.append(seconds)
    engine.dispose()
    return Measurement(warm, cold, repeated, before, read_memory("VmHWM"))


def look_up(engine: Engine, site: int, fingerprints: Sequence[int]) -> tuple[float, int]:
    """Look up fingerprints in a site's memory; return the seconds, and how many were found."""
    start = time.perf_counter()
    with open_for_reading(engine) as connection:
        stored = load_memory(connection, _name_site(site))
    memory = load_site_memory(stored.data) if stored else SiteMemory()
    known = sum(
        fingerprint in memory.repeated and memory.is_repeated(fingerprint, among_kept=True)
        for fingerprint in fingerprints
    )
    return time.perf_counter() - start, known


def print_measured(measured: Measurement, size: Size) -> None:
    print(f"\n{f'ms an article of {size.blocks_per_article}':<24}" + "".join(f"{figure:>10}" for figure in FIGURES))
    for name in ("warm", "cold"):
        seconds = sorted(getattr(measured, name))
        figures = (median(seconds), seconds[len(seconds) * 95 // 100], seconds[-1])
        print(f"{name:<24}" + "".join(f"{1000 * figure:>10.2f}" for figure in figures))
    print(f"\nknown to repeat: {measured.repeated} of {size.articles * size.blocks_per_article}")
    print(f"peak memory: {measured.peak:.0f} MB, {measured.before:.0f} before the first look-up")


def read_memory(field: str) -> float:
    """Return megabytes of resident memory of this process: VmRSS now, VmHWM at its peak."""
    # getrusage would include the maximum of the parent.
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith(field))
    return int(line.split()[1]) / 1024


def _draw_article(rng: random.Random, size: Size) -> tuple[int, list[int]]:
    """Draw a site and an article of it; return its fingerprints, of which every other one repeats."""
    site = rng.randrange(size.sites)
    repeated = (rng.randrange(size.blocks) for _ in range(size.blocks_per_article // 2))
    own = (size.blocks + at for at in range(size.blocks_per_article - size.blocks_per_article // 2))
    return site, [_make_fingerprint(site, block) for block in (*repeated, *own)]


def _make_fingerprint(site: int, block: int) -> int:
    return hash_to_int(f"{site} {block}")


def _name_site(site: int) -> str:
    return f"site-{site}"


def _make_url(path: Path) -> URL:
    return URL.create("sqlite", database=str(path))


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
