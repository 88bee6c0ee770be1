"""Test the faults of a night at full size: kills, 20,000 pages, slow hosts, the largest pages.

    python tests/benchmarks/faults.py                      all parts that need no data, about half an hour
    python tests/benchmarks/faults.py DATA                 the event loop under the largest pages of DATA, too
    python tests/benchmarks/faults.py --only kills --kills 20 --stories 600

kills   twenty kills -9 at random moments over a paper of 600 stories, then run to the end: the store must be that of an
        undisturbed crawl. Targets: 0 lost, 0 twice, 0 other, and no page requested again that was not under way.
soak    20,000 pages of eight papers. Targets: the memory of the second half within 5 % of the first half, the number of
        open files constant, the pace at least 90 %.
slow    ten papers, of which one drips and one is silent. Target: 80 % of the pace of the eight others alone.
robots  a robots.txt of 20,000 rules with wildcards. Target: the event loop is never blocked for more than 100 ms.
lag     the largest pages of DATA. Target: the same.

Nothing else should run on the machine. The exit status is 1 if a target is missed.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import beside  # noqa: F401 (imported for its change of the path)
from gold import find_data_sets, parse_count
from kills import crawl_with_kills
from lag import largest_pages, make_robots_txt, measure_lag
from servers.paper import prose
from slow_hosts import measure_slow_hosts
from soak import run_soak

PARTS = ("kills", "slow", "soak", "robots", "lag")


class Figure(NamedTuple):
    """A line of the printed table."""

    name: str
    target: str
    measured: str
    is_reached: bool


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, nargs="?", help="a folder of data sets, for the largest pages")
    parser.add_argument("--only", choices=PARTS, action="append", help="only this part; may be repeated")
    parser.add_argument("--kills", type=parse_count, default=20, metavar="N")
    parser.add_argument(
        "--stories", type=parse_count, default=600, metavar="N", help="stories of the paper that is crawled with kills"
    )
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="seed of the moments of the kills")
    parser.add_argument("--pages", type=parse_count, default=20_000, metavar="N", help="pages of the soak")
    parser.add_argument(
        "--well", type=parse_count, default=150, metavar="N", help="stories of each paper that is not slow"
    )
    parser.add_argument("--rules", type=parse_count, default=20_000, metavar="N", help="rules of the robots.txt")
    parser.add_argument("--largest", type=parse_count, default=60, metavar="N", help="pages of DATA")
    options = parser.parse_args(arguments)
    parts = options.only or [part for part in PARTS if part != "lag" or options.data]
    if "lag" in parts and not options.data:
        parser.error("--only lag needs DATA: name its folder")
    paths = list(find_data_sets(parser, options.data).values()) if options.data else []
    missed = 0
    print(f"{'':8}{'figure':34}{'target':>14}{'measured':>22}")
    with tempfile.TemporaryDirectory(prefix="broadsheet-faults-") as folder:
        for part in parts:
            for figure in _measure_part(part, options, paths, Path(folder)):
                missed += not figure.is_reached
                mark = "" if figure.is_reached else "  missed"
                print(f"{part:8}{figure.name:34}{figure.target:>14}{figure.measured:>22}{mark}", flush=True)
    return 1 if missed else 0


def _measure_part(part: str, options: argparse.Namespace, paths: list[Path], folder: Path) -> Iterator[Figure]:
    match part:
        case "kills":
            yield from _measure_kills(options, folder)
        case "soak":
            yield from _measure_soak(options, folder)
        case "slow":
            pace = measure_slow_hosts(folder, options.well)
            yield Figure("pages/s of eight, alone", "", f"{pace.alone:.1f}", is_reached=True)
            yield Figure("beside two slow ones", ">= 80 %", f"{pace.ratio:.0%}", pace.ratio >= 0.8)
        case "robots":
            stories = ["".join(f"<p>{text}</p>" for text in prose(f"robots {number}")) for number in range(30)]
            result = measure_lag(folder, stories, make_robots_txt(options.rules))
            yield Figure(
                f"{options.rules:,} rules: latest tick (ms)",
                "<= 100",
                f"{result.delays[-1]:.1f}",
                result.delays[-1] <= 100,
            )
        case _:
            result = measure_lag(folder, largest_pages(paths, options.largest))
            yield Figure("pages, longest (characters)", "", f"{result.pages}, {result.longest:,}", is_reached=True)
            yield Figure("99 % of ticks late by (ms)", "", f"{result.at(0.99):.1f}", is_reached=True)
            yield Figure("latest tick (ms)", "<= 100", f"{result.delays[-1]:.1f}", result.delays[-1] <= 100)


def _measure_kills(options: argparse.Namespace, folder: Path) -> Iterator[Figure]:
    found = crawl_with_kills(folder, options.stories, options.kills, options.seed)
    yield Figure(f"{found.kills} kills, {found.stories} stories: lost", "0", str(found.lost), not found.lost)
    yield Figure("twice", "0", str(found.twice), not found.twice)
    yield Figure("other text or verdict", "0", str(found.other), not found.other)
    yield Figure("wrong archive location", "0", str(found.unreadable), not found.unreadable)
    again = found.requested_again
    yield Figure("requested again", f"<= {found.leased}", str(again), again <= found.leased)


def _measure_soak(options: argparse.Namespace, folder: Path) -> Iterator[Figure]:
    found = run_soak(folder, options.pages)
    yield Figure("pages, exit status", "0", f"{found.pages}, {found.exit_code}", found.exit_code == 0)
    for name in ("parent", "children"):
        growth = found.growth(name)
        peak = max(getattr(snapshot, name) for snapshot in found.snapshots) >> 20
        yield Figure(f"memory of the {name}, peak MB", "", str(peak), is_reached=True)
        yield Figure("  second half against first", "<= +5 %", f"{growth:+.1%}", growth <= 0.05)
    first, second = found.files()
    yield Figure("open files, maximum by half", "constant", f"{first}, {second}", second <= first)
    yield Figure("pace, second half against first", ">= 90 %", f"{found.pace():.0%}", found.pace() >= 0.9)


if __name__ == "__main__":
    sys.exit(main())
