"""Simulate the nights of many sites: how often does each test of health find something where nothing is wrong, and how
many nights does it take where something is?

    python tests/benchmarks/false_alarms.py
    python tests/benchmarks/false_alarms.py --sites 500 --nights 365 --jobs 2

No site is crawled: the series are drawn (tests/simulated_nights.py), with small and large sites, weekly rhythms,
bursts, growth and holidays. Then a change is made in the middle of other series. Target: at most one false finding in
2,000 nights of a site. That is one in six runs of ten sites for thirty nights.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial

import beside  # noqa: F401 (imported for its change of the path)
from gold import parse_count
from simulated_changes import CHANGES
from simulated_nights import draw_site, follow_nights

from crawler.health.holidays import find_factors

MOST_FALSE = 1 / 2000  # a night of a site
_EVENT_NIGHT = 40
_GROUP = 10  # sites of one crawl


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sites", type=parse_count, default=60, metavar="N")
    parser.add_argument("--nights", type=parse_count, default=120, metavar="N")
    parser.add_argument("--changed", type=parse_count, default=30, metavar="N", help="sites with each change")
    parser.add_argument("--jobs", type=parse_count, default=1, metavar="N")
    parser.add_argument("--show", action="store_true", help="print each false finding")
    options = parser.parse_args(arguments)
    with ProcessPoolExecutor(options.jobs) as pool:
        groups = range(0, options.sites, _GROUP)
        found = [one for some in pool.map(partial(find_false, nights=options.nights), groups) for one in some]
        told = {
            name: list(pool.map(partial(find_delay, name=name), range(options.changed), chunksize=4))
            for name in CHANGES
        }
    nights = len(groups) * _GROUP * options.nights
    false = Counter(name for _, _, name, _ in found)
    print(
        f"{false.total()} false findings in {nights:,} nights of a site: one in {nights / max(false.total(), 1):,.0f}"
    )
    for name, number in false.most_common():
        print(f"    {name:14} {number:5}  one in {nights / number:,.0f}")
    if options.show:
        for site, night, name, sentence in found:
            print(f"    {site} night {night}: {name}: {sentence}")
    print(f"\n{'change':14} {'told':>6} {'the same night':>15} {'or the next':>12}  other names")
    for name, delays in told.items():
        right = [delay for delay, _ in delays if delay is not None]
        others = Counter(other for _, names in delays for other in names)
        rest = ", ".join(f"{other} {number}" for other, number in others.most_common(4))
        soon = [sum(delay <= most for delay in right) / len(delays) for most in (0, 1)]
        print(f"{name:14} {len(right) / len(delays):6.0%} {soon[0]:15.0%} {soon[1]:12.0%}  {rest}")
    return 0 if false.total() <= nights * MOST_FALSE else 1


def find_false(first: int, nights: int) -> list[tuple[str, int, str, str]]:
    """Return what is found of some sites where nothing is wrong: the site, the night, the name, the sentence."""
    by_site = {f"site {seed}": list(draw_site(seed).nights(nights)) for seed in range(first, first + _GROUP)}
    factors: dict[int, float] = {}
    for number in range(1, nights + 1):
        factors |= find_factors(series[:number] for series in by_site.values())
    return [
        (site, night.run, reading.name, reading.sentence)
        for site, series in by_site.items()
        for night, course in follow_nights(series, factors)
        for reading in course.opened
    ]


def find_delay(seed: int, name: str) -> tuple[int | None, list[str]]:
    """Return the nights from a change until it is told by its name, None if it is not; and what else is told of it."""
    change = CHANGES[name]
    site = draw_site(seed + 10_000, since=_EVENT_NIGHT, change=change.apply, **change.site)
    series = list(site.nights(_EVENT_NIGHT + 10))
    told = [
        (night.run - 1 - _EVENT_NIGHT, reading.name)
        for night, course in follow_nights(series, {})
        for reading in course.opened
        if night.run > _EVENT_NIGHT
    ]
    right = [delay for delay, one in told if one == name]
    return min(right, default=None), [one for _, one in told if one != name]


if __name__ == "__main__":
    sys.exit(main())
