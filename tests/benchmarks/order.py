"""Clean the same pages in any order with any number of processes: `python -m cleaning --learn` must give equal texts.

    python tests/benchmarks/order.py DATA/big9.jsonl.xz
    python tests/benchmarks/order.py DATA/big9.jsonl.xz --shuffles 5 --jobs 1,4 --sites

DATA is one NAME.jsonl.xz, a page per line (tests/benchmarks/gold.py). Every shuffle is cleaned with each number of
processes; printed is the SHA-256 of the sorted texts of each run. The exit status is 1 if two differ. With --sites the
figures by a page's position within its site are printed, too: they show what memory does for the first two.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections import Counter, defaultdict
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

from gold import add_data_options, find_data_sets, load_pages, parse_count
from scoring import Answer, score

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gold import Page

ROOT = Path(__file__).parents[2]
SHUFFLES = 20
MIN_PAGES = 5  # of a group


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_data_options(parser)
    parser.add_argument("--shuffles", type=parse_count, default=SHUFFLES, metavar="N", help=f"(default: {SHUFFLES})")
    parser.add_argument("--jobs", default="1,4", metavar="N,N", help="numbers of processes (default: 1,4)")
    parser.add_argument("--sites", action="store_true", help="also print figures by a page's position within its site")
    options = parser.parse_args(arguments)
    jobs = [parse_count(text) for text in options.jobs.split(",")]
    digests = Counter[str]()
    for name, path in find_data_sets(parser, options.data, options.sets).items():
        pages = load_pages(path, options.sample)
        answers: dict[str, dict[str, Any]] = {}
        digests.clear()
        for shuffle in range(options.shuffles):
            shuffled = list(pages)
            Random(shuffle).shuffle(shuffled)
            for number in jobs:
                answers = clean_pages(shuffled, number)
                digest = sha256("\0".join(sorted(answer["text"] for answer in answers.values())).encode()).hexdigest()
                digests[digest] += 1
                print(f"{name:18} shuffle {shuffle:2}, {number} processes: {digest}", flush=True)
        print(f"{name:18} {sum(digests.values())} runs, {len(digests)} different outcomes")
        if options.sites:
            print_by_position(pages, answers)
        if len(digests) > 1:
            return 1
    return 0


def clean_pages(pages: Sequence[Page], jobs: int) -> dict[str, dict[str, Any]]:
    """Return the answers of `python -m cleaning --learn` to these pages, by page id."""
    lines = "".join(json.dumps({key: page[key] for key in ("id", "url", "html")}) + "\n" for page in pages)
    done = subprocess.run(
        [sys.executable, "-m", "cleaning", "--learn", "--jobs", str(jobs)],
        input=lines.encode(),
        stdout=subprocess.PIPE,
        cwd=ROOT,
        check=True,
    )
    return {answer["id"]: answer for answer in map(json.loads, done.stdout.splitlines())}


def print_by_position(pages: Sequence[Page], answers: dict[str, dict[str, Any]]) -> None:
    """Print f1 of the first two pages of each group, in this order, and of the others."""
    groups = defaultdict(list)
    for page in pages:
        groups[page.get("group", page["id"])].append(page)
    known = [group for group in groups.values() if len(group) >= MIN_PAGES]
    first = [page for group in known for page in group[:2] if page.get("text")]
    later = [page for group in known for page in group[2:] if page.get("text")]
    for title, some in (("pages 1-2", first), ("later pages", later)):
        found = [answers[page["id"]] for page in some]
        figures = score(some, [Answer(one["title"], one["text"], one["published_at"]) for one in found])
        print(f"{title:18} {len(some):5} f1={figures['f1']:.4f}")


if __name__ == "__main__":
    sys.exit(main())
