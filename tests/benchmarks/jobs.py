"""Measure `python -m cleaning` with several child processes against one.

    python tests/benchmarks/jobs.py DATA
    python tests/benchmarks/jobs.py DATA --sample 10 --jobs 2 --rounds 5

DATA is a folder of NAME.jsonl.xz or one of them, a page per line (tests/benchmarks/gold.py). The program runs as users
run it, from a file into a file, with one child and with several in turn. Of each the fastest round counts, start and
end included; the machine must be quiet, and have a processor for each child. The answers must be the same to the byte.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from gold import add_data_options, find_data_sets, load_pages, parse_count

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

ROUNDS = 3


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_data_options(parser)
    parser.add_argument("--jobs", type=parse_count, default=2, metavar="N", help="children, against one (default: 2)")
    parser.add_argument("--rounds", type=parse_count, default=ROUNDS, metavar="N", help=f"of each (default: {ROUNDS})")
    options = parser.parse_args(arguments)
    files = find_data_sets(parser, options.data, options.sets)
    with TemporaryDirectory() as folder:
        lines = Path(folder, "pages.jsonl")
        count = write_lines(files.values(), options.sample, lines)
        seconds: dict[int, list[float]] = {1: [], options.jobs: []}
        answers: set[bytes] = set()
        for _ in range(options.rounds):
            for jobs, of_jobs in seconds.items():
                took, written = run(lines, Path(folder, "answers.jsonl"), jobs)
                of_jobs.append(took)
                answers.add(written)
    print(f"{'jobs':<6}{'pages':>7}{'seconds':>10}{'pages a second':>16}")
    for jobs, of_jobs in seconds.items():
        print(f"{jobs:<6}{count:>7}{min(of_jobs):>10.2f}{count / min(of_jobs):>16.1f}")
    print(f"{options.jobs} jobs are {min(seconds[1]) / min(seconds[options.jobs]):.2f} times as fast as one")
    if len(answers) > 1:
        print("the answers differ")
        return 1
    return 0


def write_lines(files: Iterable[Path], sample: int, target: Path) -> int:
    """Write the pages as the program reads them; return how many there are."""
    count = 0
    with target.open("w", encoding="utf-8") as out:
        for path in files:
            for page in load_pages(path, sample):
                out.write(json.dumps({"id": page["id"], "url": page["url"], "html": page["html"] or ""}) + "\n")
                count += 1
    return count


def run(lines: Path, answers: Path, jobs: int) -> tuple[float, bytes]:
    """Return the seconds by the clock that the program takes, and what it writes."""
    with lines.open("rb") as pages, answers.open("wb") as out:
        start = time.perf_counter()
        subprocess.run([sys.executable, "-m", "cleaning", "--jobs", str(jobs)], stdin=pages, stdout=out, check=True)
        took = time.perf_counter() - start
    return took, answers.read_bytes()


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
