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
from datetime import timedelta
from pathlib import Path
from queue import Queue
from urllib.parse import urlencode
from urllib.request import urlopen

import beside  # noqa: F401 (imported for its change of the path)
from search import FIRST_NIGHT, SITES, TextMaker, fill_searched, make_queries
from sqlalchemy import Engine, select, update

from cleaning.records.block import Block
from crawler.reading_room.room import ReadingRoom
from crawler.reading_room.serve import RoomServer
from storage.archive.open_place import open_place
from storage.database.engine import make_database_url, open_database
from storage.models import StoredArticle
from storage.models.packed_blocks import pack_blocks

TARGETS = {"front": 300, "search": 300, "article": 100}  # milliseconds at the median
REPEATS = 3
ARTICLES = 50  # that are read


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
        read = random.Random(20).sample(range(options.articles), min(options.articles, ARTICLES))
        articles = [f"{number:016x}" for number in read]
        _give_blocks(engine, articles)
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
        missed = _measure(told.get(timeout=60), maker, articles)
        server.should_exit = True
        thread.join()
        engine.dispose()
    return 1 if missed else 0


def _give_blocks(engine: Engine, articles: Sequence[str]) -> None:
    """Give the articles that are read as many blocks as a page has: 20 that are kept, and 40 that are cut."""
    row = StoredArticle.__table__.c
    with engine.begin() as connection:
        for name, text in connection.execute(select(row.id, row.text).where(row.id.in_(articles))).all():
            words = text.split()
            size = max(1, len(words) // 20)
            kept = [Block(" ".join(words[at : at + size])) for at in range(0, len(words), size)]
            cut = [Block(f"Repeated block {number}", rule="repeated_block") for number in range(40)]
            values = {"blocks": pack_blocks([*cut[:20], *kept, *cut[20:]], text)}
            connection.execute(update(StoredArticle).where(row.id == name).values(values))


def _measure(address: str, maker: TextMaker, articles: Sequence[str]) -> list[str]:
    """Print the times of each kind of page; return the kinds that miss their target."""
    searches = [
        {"q": words, "order": order, "site": "".join(wanted.sites)}
        for _, words, wanted in make_queries(maker)
        for order in ("best", "newest")
    ]
    month = f"{FIRST_NIGHT + timedelta(days=20):%Y-%m}"
    lists = [{"month": month}, {"site": "site7"}, {"month": month, "site": "site7"}, {"language": "de"}]
    misspelt = [{"q": f"{_misspell(word)} {maker.words['en'][300]}"} for word in _choose_long(maker)]
    pages = {
        "front": ["/"] * 20,
        "search": [f"/search?{urlencode(one)}" for one in searches],
        "list": [f"/search?{urlencode(one)}" for one in lists],  # without words
        "misspelt": [f"/search?{urlencode(one)}" for one in misspelt],  # nothing is found, others are named
        "article": [f"/article/{name}" for name in articles],
        "site": [f"/site/site{number}" for number in range(min(SITES, 5))],
    }
    missed = []
    for kind, paths in pages.items():
        times = [_time(address + path) for path in paths for _ in range(REPEATS)]
        median, last = statistics.median(times), statistics.quantiles(times, n=20)[-1]
        target = TARGETS.get(kind)
        asked = "" if target is None else f" (asked: {target})"
        print(f"{kind:9} {len(times):4} pages: median {median:6.0f} ms{asked}, 95 % {last:6.0f} ms", flush=True)
        if target is not None and median > target:
            missed.append(kind)
    return missed


def _choose_long(maker: TextMaker) -> list[str]:
    """Return a common, a frequent and a rare word that has letters enough for a mistake."""
    words = maker.words["en"]
    return [next(word for word in words[rank:] if len(word) > 6) for rank in (10, 300, 20_000)]


def _misspell(word: str) -> str:
    """Return the word with its fifth and sixth letters in the other order."""
    return f"{word[:4]}{word[5]}{word[4]}{word[6:]}"


def _time(address: str) -> float:
    began = time.perf_counter()
    with urlopen(address, timeout=120) as answer:
        answer.read()
    return (time.perf_counter() - began) * 1000


if __name__ == "__main__":
    sys.exit(main())
