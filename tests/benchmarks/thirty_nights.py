"""Crawl ten papers for thirty nights, with something that happens to eight of them: is it told in time, by its name?

    python tests/benchmarks/thirty_nights.py
    python tests/benchmarks/thirty_nights.py --seed 3 --rhythm no-sunday --shuffle
    python tests/benchmarks/thirty_nights.py --seed 5 --draw
    python tests/benchmarks/thirty_nights.py --events abendpost:silent:404:9,bladet:feed:html:9:12 --nights 14

Each night is a real crawl of servers on loopback (tests/servers/night_press); then a day passes in the store. The
events are those of night_events.py: a fixed scenario, one drawn by the seed (--draw: other papers, nights and forms),
or those of --events (paper, event, form, first night, first night without it). The seed draws the stories, too.

Targets: each event is told in its night or the next (Sundays without news do not count), by one of its names and with
the right advice; at most two false findings; the exit status is 1 in the nights in which something new is told, and 0
in the others. With --shuffle all is crawled once more with the sites in another order, which must give a store with the
same digest. The exit status is 1 if a target is missed. --numbers PAPER,... prints the numbers of the nights of some
papers; --keep FOLDER keeps the data folder and the logs. A night takes about six seconds of one core.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import beside  # noqa: F401 (imported for its change of the path)
from gold import parse_count
from night_events import ISSUE, Judgement, draw_events, judge_findings, parse_events
from night_runs import Night, digest_store, load_numbers, run_nights
from servers.night_press.press import NightPress

MOST_FALSE = 2
LIST_OF_DIGESTS = ("articles", "revisions", "addresses", "findings")


def main(arguments: Sequence[str] | None = None) -> int:
    options = _parse(arguments)
    events = draw_events(options.seed) if options.draw else ISSUE
    if options.events:
        events = parse_events(options.events)
    with tempfile.TemporaryDirectory(prefix="broadsheet-nights-") as temporary:
        folder = options.keep or Path(temporary)
        with NightPress(options.seed, options.rhythm, events) as press:
            nights = run_nights(press, _make(folder / "first"), options.nights, report=print_night)
            is_met = _print_judgement(judge_findings(events, nights, options.rhythm))
            for paper in filter(None, options.numbers.split(",")):
                _print_numbers(folder / "first" / "data", paper)
            if options.shuffle:
                order = list(range(len(press.papers)))
                random.Random(options.seed).shuffle(order)
                run_nights(press, _make(folder / "second"), options.nights, order=order)
                is_met &= _compare(folder / "first" / "data", folder / "second" / "data")
    return 0 if is_met else 1


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=parse_count, default=1, metavar="N")
    parser.add_argument("--nights", type=parse_count, default=30, metavar="N")
    parser.add_argument("--rhythm", choices=["daily", "no-sunday"], default="daily")
    parser.add_argument("--draw", action="store_true", help="draw papers, nights and forms of the events")
    parser.add_argument("--events", metavar="PAPER:EVENT:FORM:NIGHT[:UNTIL],...", help="these events alone")
    parser.add_argument("--shuffle", action="store_true", help="compare with another order of sites.toml")
    parser.add_argument("--numbers", default="", metavar="PAPER,...", help="print the numbers of these papers")
    parser.add_argument("--keep", type=Path, metavar="FOLDER")
    return parser.parse_args(arguments)


def _make(folder: Path) -> Path:
    folder.mkdir(parents=True)
    return folder


def print_night(night: Night) -> None:
    wrong = "" if night.has_right_status else " (wrong)"
    print(
        f"night {night.number:2}  exit status {night.status}{wrong}  new {len(night.new)}, persisting "
        f"{len(night.persisting)}, healed {len(night.healed)}",
        flush=True,
    )
    for finding in night.new:
        print(f"    new     {finding.site}: {finding.name}: {finding.sentence} | {finding.advice}")
    for finding in night.healed:
        print(f"    healed  {finding.site}: {finding.name}", flush=True)


def _print_judgement(judgement: Judgement) -> bool:
    """Print what was told of each event, and what was told falsely; return whether the targets are met."""
    widths = (22, 10, 6, 6, 14, 11, 13, 0)
    heads = ("event", "paper", "night", "told", "named", "right name", "right advice", "healed")
    print("\n" + " ".join(f"{head:{width}}" for head, width in zip(heads, widths, strict=True)))
    for verdict in judgement.verdicts:
        event = verdict.event
        cells = (
            f"{event.name}: {event.form}",
            event.paper,
            event.night,
            verdict.told or "-",
            verdict.name,
            "yes" if verdict.has_right_name else "NO",
            "yes" if verdict.has_right_advice else "NO",
            "" if event.until is None else f"{verdict.healed or '-'} (over on {event.until})",
        )
        print(" ".join(f"{cell!s:{width}}" for cell, width in zip(cells, widths, strict=True)))
    print(f"false findings: {len(judgement.false)} (target: at most {MOST_FALSE})")
    for night, finding in judgement.false:
        print(f"    night {night}  {finding.site}: {finding.name}: {finding.sentence}")
    wrong = ", ".join(map(str, judgement.wrong_statuses)) or "none"
    print(f"nights with a wrong exit status: {wrong}")
    is_right = all(verdict.is_right for verdict in judgement.verdicts)
    return is_right and len(judgement.false) <= MOST_FALSE and not judgement.wrong_statuses


def _print_numbers(data: Path, paper: str) -> None:
    series = load_numbers(data, paper)
    names = sorted({name for _, numbers in series for name in numbers})
    print(paper)
    for name in names:
        print(f"{name:34}" + "".join(f"{numbers.get(name, ''):>8}"[:8] for _, numbers in series))


def _compare(first: Path, second: Path) -> bool:
    is_equal = True
    for name, one, other in zip(LIST_OF_DIGESTS, digest_store(first), digest_store(second), strict=True):
        print(f"digest of {name:10} {one[:16]} {'=' if one == other else 'differs from'} {other[:16]}")
        is_equal &= one == other
    return is_equal


if __name__ == "__main__":
    sys.exit(main())
