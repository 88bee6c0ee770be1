"""Load the nights of a report: the runs of each day, and the numbers of each site in them.

A night is what the runs that began on one day (UTC) did. Mostly that is one run; one that was stopped and started again
is two, and so is a run by hand of a single site. Where every run was narrowed by its arguments, as the first try of an
operator is, the last of them is a trial: it is reported, and compared with nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Select, select

from cleaning.errors import BadArgument
from crawler.night_report.record import NightRun
from crawler.night_report.site_numbers import Numbers, add_up_sites, load_numbers, measure_numbers, merge_runs
from storage.models import Run

_BATCH = 64  # runs a query


@dataclass(frozen=True, slots=True)
class Night:
    """One night: its runs and the numbers of each site that they crawled, and those of all sites together."""

    day: date
    runs: tuple[NightRun, ...]
    sites: dict[str, Numbers]
    all: Numbers
    is_trial: bool = False


def load_series(connection: Connection, *, nights: int, until: int | date | None = None) -> list[Night]:
    """Return the last night and so many before it, the oldest first; none if no site was ever crawled.

    `until` names another night as the last: a run of it, or its day. Raise BadArgument if there is no such night.
    """
    last = _find_run(connection, until) if isinstance(until, int) else None
    until = last.started_at.date() if last else until
    found: list[Night] = []
    for day, runs in groupby(_iter_runs(connection), lambda run: run.started_at.date()):
        if isinstance(until, date) and day > until:
            continue
        if not found and isinstance(until, date) and day < until:
            break
        night = _load_night(connection, tuple(runs))
        if night.sites:
            found.append(night)
        if len(found) > nights:
            break
    if not found and last is not None and last.ended_at is None:
        raise BadArgument(
            f"--night: run {last.id} did not end (it was killed, or still runs) and recorded no night; see scrapy runs"
        )
    if not found and until is not None:
        raise BadArgument(f"--night: no night of {until} is stored; scrapy runs lists the runs")
    return found[::-1] or _load_trial(connection)


def find_untold_run(connection: Connection, last: Night | None) -> NightRun | None:
    """Return the newest run if it is not in the numbers of the last night because it did not end, or failed."""
    newest = connection.execute(_ask().order_by(Run.id.desc()).limit(1)).one_or_none()
    run = None if newest is None else NightRun(*newest)
    if run is None or (run.ended_at is not None and not run.exit_code):
        return None
    told = () if last is None else (one.id for one in last.runs if one.ended_at is not None)
    return run if run.id > max(told, default=0) else None


def collect_series(nights: Sequence[Night], site: str | None, name: str) -> list[float | None]:
    """Return one number of each night: of a site, or of all sites together."""
    return [(night.all if site is None else night.sites.get(site, {})).get(name) for night in nights]


def list_names(numbers: Iterable[Numbers], area: str) -> list[str]:
    """Return the rest of all names that begin with the area, sorted."""
    return sorted({name.removeprefix(area) for one in numbers for name in one if name.startswith(area)})


def _find_run(connection: Connection, number: int) -> NightRun:
    run = connection.execute(_ask().where(Run.id == number)).one_or_none()
    if run is None:
        raise BadArgument(
            f"--night: run {number} is no night: there is none, or its arguments narrowed it; see scrapy runs"
        )
    return NightRun(*run)


def _iter_runs(connection: Connection) -> Iterator[NightRun]:
    """Yield the runs of the spider `articles`, the newest first."""
    below: int | None = None
    while True:
        question = _ask() if below is None else _ask().where(Run.id < below)
        rows = [NightRun(*row) for row in connection.execute(question.order_by(Run.id.desc()).limit(_BATCH))]
        yield from rows
        if len(rows) < _BATCH:
            return
        below = rows[-1].id


def _ask(*, whole: bool = True) -> Select[Any]:
    """Return the query for runs of `articles`: those that may be whole nights, or those that were narrowed."""
    # One that was killed does not say whether it was narrowed.
    columns = (getattr(Run, name) for name in NightRun._fields)
    is_wanted = Run.is_night.is_not(False) if whole else Run.is_night.is_(False)
    return select(*columns).where(Run.spider == "articles", is_wanted)


def _load_night(connection: Connection, runs: tuple[NightRun, ...]) -> Night:
    by_site: defaultdict[str, list[Numbers]] = defaultdict(list)
    for run in reversed(runs):
        for site, numbers in load_numbers(connection, run.id).items():
            by_site[site].append(numbers)
    return _make_night(runs[::-1], {site: merge_runs(rows) for site, rows in sorted(by_site.items())})


def _load_trial(connection: Connection) -> list[Night]:
    """Return the last run that was narrowed and has ended, as the only night."""
    question = _ask(whole=False).where(Run.ended_at.is_not(None)).order_by(Run.id.desc()).limit(1)
    row = connection.execute(question).one_or_none()
    if row is None:
        return []
    run = NightRun(*row)
    night = _make_night((run,), measure_numbers(connection, run.id), is_trial=True)
    return [night] if night.sites else []


def _make_night(runs: tuple[NightRun, ...], sites: dict[str, Numbers], *, is_trial: bool = False) -> Night:
    total = add_up_sites(sites.values())
    spans = [(run.ended_at - run.started_at).total_seconds() for run in runs if run.ended_at is not None]
    if spans:
        total["seconds"] = sum(spans)
    return Night(runs[-1].started_at.date(), runs, sites, total, is_trial)
