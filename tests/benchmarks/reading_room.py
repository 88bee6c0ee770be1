"""Measure how fast the pages of the reading room come: front, search, article, site.

    python tests/benchmarks/reading_room.py 1000000 --data FOLDER

Makes a store of so many articles as tests/benchmarks/search.py does, and leaves it in a folder (--data) to be used
again. To reach, at the median: front and search 300 ms, article 100 ms. The exit status is 1 if that is missed.
"""

from __future__ import annotations

import argparse
import random
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from queue import Queue
from urllib.parse import urlencode
from urllib.request import urlopen

import beside  # noqa: F401 (imported for its change of the path)
from search import SITES, TextMaker, fill_searched, make_queries

from crawler.reading_room.room import ReadingRoom
from crawler.reading_room.serve import RoomServer
from storage.archive.open_place import open_place
from storage.database.engine import make_database_url, open_database

TARGETS = {"front": 300, "search": 300, "article": 100}  # milliseconds at the median
REPEATS = 3


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("articles", type=int)
    parser.add_argument("--data", type=Path, help="folder of the store (default: a temporary one)")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="broadsheet-room-") as temporary:
        folder = options.data or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        engine = open_database(make_database_url(folder, None))
        maker = TextMaker()
        fill_searched(engine, maker, options.articles)
        archive = open_place(folder)
        assert archive is not None
        room = ReadingRoom(engine, archive)
        began = time.perf_counter()
        room.overview.get()
        print(f"the room opens after {time.perf_counter() - began:.1f} s")
        told: Queue[str] = Queue()
        server = RoomServer(room, 0, told.put)
        thread = threading.Thread(target=server.serve_room, daemon=True)
        thread.start()
        missed = _measure(told.get(timeout=60), maker, options.articles)
        server.should_exit = True
        thread.join()
        engine.dispose()
    return 1 if missed else 0


def _measure(address: str, maker: TextMaker, size: int) -> list[str]:
    """Print the times of each kind of page; return the kinds that miss their target."""
    chance = random.Random(20)
    searches = [
        {"q": words, "order": order, "site": "".join(wanted.sites)}
        for _, words, wanted in make_queries(maker)
        for order in ("best", "newest")
    ]
    pages = {
        "front": ["/"] * 20,
        "search": [f"/search?{urlencode(one)}" for one in searches],
        "article": [f"/article/{number:016x}" for number in chance.sample(range(size), min(size, 50))],
        "site": [f"/site/site{number}" for number in range(min(SITES, 5))],
    }
    missed = []
    for kind, paths in pages.items():
        times = [_time(address + path) for path in paths for _ in range(REPEATS)]
        median, last = statistics.median(times), statistics.quantiles(times, n=20)[-1]
        target = TARGETS.get(kind)
        asked = "" if target is None else f" (asked: {target})"
        print(f"{kind:8} {len(times):4} pages: median {median:6.0f} ms{asked}, 95 % {last:6.0f} ms", flush=True)
        if target is not None and median > target:
            missed.append(kind)
    return missed


def _time(address: str) -> float:
    began = time.perf_counter()
    with urlopen(address, timeout=120) as answer:
        answer.read()
    return (time.perf_counter() - began) * 1000


if __name__ == "__main__":
    sys.exit(main())
