"""The numbers of a site's night: read of a run, and put together of several runs or of several sites."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from functools import cache
from statistics import median

from sqlalchemy import Connection, select

from crawler.night_report.usual import is_share
from storage.models import Run, StoredSiteNight
from storage.nights.from_articles import measure_articles
from storage.nights.from_counts import count_site_numbers

Numbers = dict[str, float]
_LENGTH = "median_length"
# What is read of the numbers of a night; docs/health.md has them all.
_NAMES = frozenset(
    (
        *("found", "fetched", "stored", "updated", "unchanged", "duplicates", "rejected", "failed", "listed"),
        *("completeness", _LENGTH, "share_cut", "no_date", "no_author", "seconds", "bytes", "articles", "characters"),
    )
)
_AREAS = frozenset(("rejected", "failed", "share_cut", "language"))


def load_numbers(connection: Connection, run: int) -> dict[str, Numbers]:
    """Return the numbers of each site whose night this run was: none of a run that its arguments narrowed."""
    row = StoredSiteNight
    found = connection.execute(select(row.site, row.numbers).where(row.run_id == run))
    return {site: _choose(numbers) for site, numbers in found}


def measure_numbers(connection: Connection, run: int) -> dict[str, Numbers]:
    """Return the numbers of each site in a run of which no night is recorded."""
    counts = connection.scalar(select(Run.counts).where(Run.id == run)) or {}
    by_site = measure_articles(connection, run)
    return {
        site: _choose(count_site_numbers(site, stats, is_cut_off=False) | by_site.get(site, {}))
        for site, stats in sorted(counts.items())
        if site
    }


def merge_runs(rows: Sequence[Numbers]) -> Numbers:
    """Return the numbers of a site in one night from those of the runs of it, the oldest first."""
    if len(rows) == 1:
        return rows[0]
    merged = add_up_sites(rows)
    merged["seconds"] = sum(row.get("seconds", 0) for row in rows)
    for name in ("completeness", "listed"):  # of the articles of the last day: the last run knows what became of them
        if (value := next((row[name] for row in reversed(rows) if name in row), None)) is not None:
            merged[name] = value
    return merged


def add_up_sites(rows: Iterable[Numbers]) -> Numbers:
    """Return the numbers of all rows together: sums of counts, and the means of shares, weighted by what they are of.

    Completeness is of the articles that are listed, a share cut is of characters, the others are of articles and
    duplicates. The median length is the median of the rows' medians, weighted by their articles and duplicates.
    """
    sums: defaultdict[str, float] = defaultdict(float)
    shares: defaultdict[str, list[tuple[float, float]]] = defaultdict(list)  # name -> (weight, value)
    known = list(rows)
    for row in known:
        for name, value in row.items():
            if is_share(name) or name == _LENGTH:
                shares[name].append((_weigh(row, name), value))
            else:
                sums[name] += value
    total: Numbers = dict(sums)
    for name, weighted in shares.items():
        # A share that a row lacks is 0 there, if the row has articles: no text of it was cut by this rule.
        is_optional = "/" in name
        weight = sum(_weigh(row, name) for row in known) if is_optional else sum(one for one, _ in weighted)
        if name == _LENGTH:
            total[name] = _find_weighted_median(weighted)
        elif weight:
            total[name] = sum(one * value for one, value in weighted) / weight
    return total


def _weigh(row: Numbers, name: str) -> float:
    """Return how many things the row has of which this number is a share."""
    if name == "completeness":
        return row.get("listed", 0)
    # Both were measured: the store keeps a duplicate as a page of its own.
    pages = row.get("stored", 0) + row.get("duplicates", 0)
    if not name.startswith("share_cut"):
        return pages
    measured = row.get("articles", 0)  # of a large site these are some of its pages
    if measured and "characters" in row:
        return pages * row["characters"] / measured
    return pages * row.get(_LENGTH, 0) / max(1 - row.get("share_cut", 0), 0.01)  # a night before they were recorded


@cache
def _is_shown(name: str) -> bool:
    area, slash, _ = name.partition("/")
    return area in _AREAS if slash else name in _NAMES


def _choose(numbers: Numbers) -> Numbers:
    """Return the numbers that are shown, and `new`: the articles that were stored and are no new version of one."""
    shown = {name: value for name, value in numbers.items() if _is_shown(name)}
    return shown | {"new": max(numbers.get("stored", 0) - numbers.get("updated", 0), 0)}


def _find_weighted_median(weighted: Collection[tuple[float, float]]) -> float:
    half = sum(weight for weight, _ in weighted) / 2
    if not half:
        return median(value for _, value in weighted)
    reached = 0.0
    for weight, value in sorted(weighted, key=lambda one: one[1]):
        reached += weight
        if reached >= half:
            return value
    raise AssertionError("half of the weight is reached before the end")
