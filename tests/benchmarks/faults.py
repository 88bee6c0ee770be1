"""What a night may bring, at full size: kills, 20,000 pages, slow hosts, the largest pages.

    python tests/benchmarks/faults.py                      all that needs no data, about half an hour
    python tests/benchmarks/faults.py DATA                 the event loop under the largest pages of DATA, too
    python tests/benchmarks/faults.py --only kills --kills 20 --stories 600

kills   twenty kills -9 at random moments over a paper of 600 stories, then run to the end: the store is that of a crawl
        that was left alone. Wanted: 0 lost, 0 twice, 0 other, and no page asked for again that was not under way.
soak    20,000 pages of eight papers. Wanted: the memory of the second half within 5 % of the first half, the number of
        open files constant, the pace at least 90 %.
slow    ten papers, of which one drips and one is silent. Wanted: 80 % of the pace of the eight others alone.
lag     the largest pages of DATA. Wanted: the event loop never held up for more than 100 ms.

Nothing else should run on the machine. Ends with status 1 where a figure is missed.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import beside  # noqa: F401 (what it does to the path is wanted)
from gold import count, data_sets
from kills import killed_crawl
from lag import lag, largest_pages
from slow_hosts import slow_hosts
from soak import soak

PARTS = ("kills", "slow", "soak", "lag")


class Figure(NamedTuple):
    """A line of the table."""

    name: str
    wanted: str
    measured: str
    is_reached: bool


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, nargs="?", help="a folder of data sets, for the largest pages")
    parser.add_argument("--only", choices=PARTS, action="append", help="this part; several with --only for each")
    parser.add_argument("--kills", type=count, default=20, metavar="N")
    parser.add_argument("--stories", type=count, default=600, metavar="N", help="of the paper that is killed")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="of the moments of the kills")
    parser.add_argument("--pages", type=count, default=20_000, metavar="N", help="of the soak")
    parser.add_argument("--well", type=count, default=150, metavar="N", help="stories of each paper that is well")
    parser.add_argument("--largest", type=count, default=60, metavar="N", help="pages of DATA")
    options = parser.parse_args(arguments)
    parts = options.only or [part for part in PARTS if part != "lag" or options.data]
    if "lag" in parts and not options.data:
        parser.error("the largest pages are those of DATA: name its folder")
    paths = list(data_sets(parser, options.data).values()) if options.data else []
    missed = 0
    print(f"{'':8}{'figure':34}{'wanted':>14}{'measured':>22}")
    with tempfile.TemporaryDirectory(prefix="broadsheet-faults-") as folder:
        for part in parts:
            for figure in _figures(part, options, paths, Path(folder)):
                missed += not figure.is_reached
                mark = "" if figure.is_reached else "  missed"
                print(f"{part:8}{figure.name:34}{figure.wanted:>14}{figure.measured:>22}{mark}", flush=True)
    return 1 if missed else 0


def _figures(part: str, options: argparse.Namespace, paths: list[Path], folder: Path) -> Iterator[Figure]:
    match part:
        case "kills":
            yield from _kills(options, folder)
        case "soak":
            yield from _soak(options, folder)
        case "slow":
            pace = slow_hosts(folder, options.well)
            yield Figure("pages/s of eight, alone", "", f"{pace.alone:.1f}", is_reached=True)
            yield Figure("beside two slow ones", ">= 80 %", f"{pace.kept:.0%}", pace.kept >= 0.8)
        case _:
            late = lag(folder, largest_pages(paths, options.largest))
            yield Figure("pages, longest (characters)", "", f"{late.pages}, {late.longest:,}", is_reached=True)
            yield Figure("99 % of ticks late by (ms)", "", f"{late.at(0.99):.1f}", is_reached=True)
            yield Figure("latest tick (ms)", "<= 100", f"{late.delays[-1]:.1f}", late.delays[-1] <= 100)


def _kills(options: argparse.Namespace, folder: Path) -> Iterator[Figure]:
    found = killed_crawl(folder, options.stories, options.kills, options.seed)
    yield Figure(f"{found.kills} kills, {found.stories} stories: lost", "0", str(found.lost), not found.lost)
    yield Figure("twice", "0", str(found.twice), not found.twice)
    yield Figure("other text or standing", "0", str(found.other), not found.other)
    yield Figure("place in the archive wrong", "0", str(found.unreadable), not found.unreadable)
    again = found.asked_again
    yield Figure("asked for again", f"<= {found.leased}", str(again), again <= found.leased)


def _soak(options: argparse.Namespace, folder: Path) -> Iterator[Figure]:
    found = soak(folder, options.pages)
    yield Figure("pages, exit status", "0", f"{found.pages}, {found.exit_code}", found.exit_code == 0)
    for name in ("parent", "children"):
        growth = found.growth(name)
        most = max(getattr(look, name) for look in found.looks) >> 20
        yield Figure(f"memory of the {name}, most MB", "", str(most), is_reached=True)
        yield Figure("  second half against first", "<= +5 %", f"{growth:+.1%}", growth <= 0.05)
    first, second = found.files()
    yield Figure("open files, most by half", "constant", f"{first}, {second}", second <= first)
    yield Figure("pace, second half against first", ">= 90 %", f"{found.pace():.0%}", found.pace() >= 0.9)


if __name__ == "__main__":
    sys.exit(main())
