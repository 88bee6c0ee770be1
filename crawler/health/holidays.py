"""The nights on which most sites have few articles: a holiday is no finding of each of them.

A site of which something was found before that night says nothing of it: several broken sites are no holiday. Where few
sites are left, all but one of them must be low.

Three nights in a row or more on which most sites have nearly none are no holiday: something is wrong with all of them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import groupby
from statistics import median

from crawler.health.look import find_weekday
from crawler.health.volume import count_new
from storage.nights.series import NightRow

_RUNS = 7  # the newest ones that are looked at
_SITES, _USUAL, _NIGHTS = 4, 3, 6  # least numbers: of sites, of the usual articles of each, of its nights
_FEW_SITES = 8  # of fewer the middle one may be low because some of them have broken just now
_LOW, _LEAST = 0.7, 0.02
_NEARLY_NONE, _TOO_LONG = 0.1, 3  # a share; so many nights in a row


def find_factors(
    sites: Iterable[Sequence[NightRow]], is_odd: Callable[[str, int], bool] = lambda _site, _run: False
) -> dict[int, float]:
    """Return the share of their usual new articles that the middle site had, for the last runs in which it was low.

    `sites` are the nights of each site; they are read once, those of one site after those of another. `is_odd` tells
    whether something is known to be wrong with a site in a run.
    """
    shares: defaultdict[int, list[float]] = defaultdict(list)
    for rows in sites:
        counts = [(row.run, find_weekday(row.started_at, rows[-1].started_at), count_new(row)) for row in rows[1:]]
        if len(counts) < _NIGHTS:
            continue
        for run, weekday, new in counts[-_RUNS:]:
            others = [one for one in counts if one[0] != run]
            alike = [one[2] for one in others if one[1] == weekday] or [one[2] for one in others]
            if (usual := median(alike)) >= _USUAL and not is_odd(rows[0].site, run):
                shares[run].append(new / usual)
    lows = {run: median(some) for run, some in shares.items() if len(some) >= _SITES}
    no_holidays = _find_long_stretches(lows)
    return {run: max(low, _LEAST) for run, low in lows.items() if _are_low(shares[run], low) and run not in no_holidays}


def _are_low(shares: Sequence[float], middle: float) -> bool:
    return (middle if len(shares) >= _FEW_SITES else sorted(shares)[-2]) < _LOW


def _find_long_stretches(lows: Mapping[int, float]) -> set[int]:
    found: set[int] = set()
    for is_empty, runs in groupby(sorted(lows), key=lambda run: lows[run] < _NEARLY_NONE):
        stretch = list(runs)
        if is_empty and len(stretch) >= _TOO_LONG:
            found.update(stretch)
    return found
