"""How fast the commands start, and how large the environment is.

    python tests/benchmarks/startup.py
    python tests/benchmarks/startup.py --runs 20

Runs `scrapy --help` in the project and in an empty folder, in turn, and prints the median of each, their ratio, and the
median of each command's `--help`; then the size of the environment that this Python runs in (`make crawl` makes one
with what a crawl needs).
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from gold import parse_count

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT = Path(__file__).parents[2]
SCRAPY = Path(sys.executable).with_name("scrapy")
MEGABYTE = 1 << 20


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=parse_count, default=10, metavar="N", help="runs of each command (default: 10)")
    runs: int = parser.parse_args(arguments).runs
    with TemporaryDirectory() as outside:
        time_command(Path(outside), "--help"), time_command(ROOT, "--help")  # the first ones fill the disk cache
        pairs = [(time_command(Path(outside), "--help"), time_command(ROOT, "--help")) for _ in range(runs)]
    print(f"scrapy --help outside of a project  {median(one for one, _ in pairs):6.2f} s")
    print(f"scrapy --help in the project        {median(two for _, two in pairs):6.2f} s")
    print(f"ratio, pair by pair                 {median(two / one for one, two in pairs):6.2f}")
    for command in sorted(path.stem for path in (ROOT / "crawler" / "commands").glob("[a-z]*.py")):
        seconds = median(time_command(ROOT, command, "--help") for _ in range(runs))
        print(f"{f'scrapy {command} --help':36}{seconds:6.2f} s")
    print(f"environment                         {folder_size(Path(sys.prefix)) / MEGABYTE:6.0f} MB")
    return 0


def time_command(folder: Path, *arguments: str) -> float:
    """Return the seconds that `scrapy ARGUMENTS` takes in this folder."""
    began = time.perf_counter()
    subprocess.run([SCRAPY, *arguments], cwd=folder, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - began


def folder_size(folder: Path) -> int:
    """Return the bytes that the files below a folder take on the disk."""
    return sum(path.lstat().st_blocks * 512 for path in folder.rglob("*") if not path.is_symlink())


if __name__ == "__main__":
    sys.exit(main())
