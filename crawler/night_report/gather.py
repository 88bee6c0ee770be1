"""Gather the report of a night from the store. It reads the nights of the report and the articles of one, by index."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from crawler.night_report.disk import measure_disk
from crawler.night_report.findings import load_findings_of
from crawler.night_report.measures import MEASURES
from crawler.night_report.newest import find_newest
from crawler.night_report.record import (
    Compared,
    DiskUse,
    HeldHost,
    NightReport,
    NightRun,
    RepeatedText,
    SiteChanges,
    SiteReport,
)
from crawler.night_report.series import Night, collect_series, find_untold_run, list_names, load_series
from crawler.night_report.usual import compare, is_share
from crawler.night_report.words import list_warnings
from storage.completeness.change_rates import load_change_rates
from storage.database.engine import open_for_reading
from storage.frontier.hosts import load_holds
from storage.site_memory.site_report import find_most_repeated

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Connection, Engine

    from storage.archive.place import ArchivePlace

NIGHTS = 30  # before the last one
SLOWEST = 10  # sites
REPEATED = 12  # blocks
_HOUR = timedelta(hours=1)
_LEAST_PAGES = 5  # of a site, before it is called slow
_SERIES = ("stored", "duplicates", "rejected", "failed", "no_date", "no_author", "bytes")


def gather_report(
    engine: Engine,
    data_dir: Path,
    *,
    nights: int = NIGHTS,
    until: int | date | None = None,
    archive: ArchivePlace | None = None,
) -> NightReport:
    """Return the report of the last night, or of the night `until` (a run of it, or its day), against those before.

    `archive` is by default the folder in the data folder. Without any night it holds nothing but the day. Raise
    BadArgument if there is no night `until`.
    """
    now = datetime.now(UTC)
    with open_for_reading(engine) as connection:
        known = load_series(connection, nights=nights, until=until)
        disk = measure_disk(engine, data_dir, known, archive)
        if not known:
            untold = find_untold_run(connection, None)
            warnings = tuple(list_warnings((), untold, is_same_night=False))
            return NightReport(night=now.date(), written_at=now, warnings=warnings, disk=disk)
        untold = find_untold_run(connection, known[-1]) if until is None else None
        return _gather(connection, known, disk, now, untold)


def _gather(
    connection: Connection, nights: list[Night], disk: DiskUse, now: datetime, untold: NightRun | None
) -> NightReport:
    last = nights[-1]
    findings = load_findings_of(connection, last)
    open_findings = Counter(finding.site for finding in (*findings.new, *findings.persisting))
    names = dict.fromkeys((*(measure.name for measure in MEASURES), *_SERIES))
    holds = sorted(load_holds(connection), key=lambda hold: hold.until, reverse=True)
    return NightReport(
        night=last.day,
        written_at=now,
        is_trial=last.is_trial,
        warnings=tuple(list_warnings(last.runs, untold, is_same_night=untold in last.runs)),
        runs=last.runs,
        nights=tuple(night.day for night in nights),
        findings=findings,
        measures={name: _compare(nights, None, name) for name in names},
        series={name: tuple(collect_series(nights, None, name)) for name in names} | {"archived": disk.archived},
        sites=tuple(sorted((_report_site(nights, site, open_findings[site]) for site in last.sites), key=_rank)),
        absent=_find_absent(nights),
        rejected=_compare_area(nights, "rejected/"),
        failed=_compare_area(nights, "failed/"),
        cut_rules=_compare_area(nights, "share_cut/"),
        repeated=tuple(
            RepeatedText(block.site, block.text, block.articles)
            for block in find_most_repeated(connection, REPEATED, of_a_site=2)
        ),
        languages=_compare_area(nights, "language/"),
        slow=_find_slow(nights),
        holds=tuple(HeldHost(hold.host, hold.reason, hold.until) for hold in holds if hold.until > now),
        disk=disk,
        changes=_load_changes(connection, nights),
        articles=find_newest(connection, [run.id for run in last.runs]),
    )


def _load_changes(connection: Connection, nights: Sequence[Night]) -> tuple[SiteChanges, ...]:
    """Return how many articles were found changed or gone in these nights: of all sites first, then by site."""
    rates = load_change_rates(connection, since=nights[0].runs[0].started_at)
    by_site = [
        SiteChanges(rate.site, round(rate.after / _HOUR), rate.checked, rate.changed, rate.gone) for rate in rates
    ]
    total = []
    for hours in sorted({one.hours for one in by_site}):
        same = [one for one in by_site if one.hours == hours]
        sums = (sum(getattr(one, name) for one in same) for name in ("checked", "changed", "gone"))
        total.append(SiteChanges("", hours, *sums))
    return (*total, *by_site)


def _compare(nights: Sequence[Night], site: str | None, name: str) -> Compared:
    return compare(collect_series(nights, site, name), is_share=is_share(name))


def _report_site(nights: Sequence[Night], site: str, findings: int) -> SiteReport:
    measures = {measure.name: _compare(nights, site, measure.name) for measure in MEASURES}
    return SiteReport(site, measures, tuple(collect_series(nights, site, "new")), findings)


def _rank(one: SiteReport) -> tuple[int, int, str]:
    """Order the sites: those with findings first, then those with unusual numbers, then by name."""
    return -one.findings, -sum(measure.direction != 0 for measure in one.measures.values()), one.site


def _find_absent(nights: Sequence[Night]) -> tuple[tuple[str, date], ...]:
    last_night = {site: night.day for night in nights for site in night.sites}
    return tuple((site, day) for site, day in sorted(last_night.items()) if day != nights[-1].day)


def _compare_area(nights: Sequence[Night], area: str) -> dict[str, Compared]:
    """Compare all numbers of an area, those that are largest now first. A night that lacks one has none of it."""
    found = {}
    for name in list_names((night.all for night in nights), area):
        series = [value or 0 for value in collect_series(nights, None, f"{area}{name}")]
        found[name] = compare(series, is_share=is_share(f"{area}{name}"))
    return dict(sorted(found.items(), key=lambda item: (-(item[1].value or 0), item[0])))


def _find_slow(nights: Sequence[Night]) -> tuple[tuple[str, Compared], ...]:
    """Return the seconds a page of the sites that took longest for one."""
    paces = ((site, compare([_find_pace(night.sites.get(site)) for night in nights])) for site in nights[-1].sites)
    known = [(site, pace) for site, pace in paces if pace.value is not None]
    return tuple(sorted(known, key=lambda one: -(one[1].value or 0))[:SLOWEST])


def _find_pace(numbers: dict[str, float] | None) -> float | None:
    """Return the seconds for each page that a site gave; None for a few pages, which say little."""
    pages = (numbers or {}).get("fetched", 0)
    return (numbers or {}).get("seconds", 0) / pages if pages >= _LEAST_PAGES else None
