"""Writes METRICS_FILE: the numbers of the last runs, in the text format of Prometheus.

node_exporter's textfile collector reads it. All are gauges: they tell of the last run, and the next one sets them anew.
"""

from __future__ import annotations

import logging
import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import Engine

from cleaning.errors import BadArgument, LibraryMissing, tell_install
from storage.database.engine import open_for_reading
from storage.nights.findings import Finding, load_findings
from storage.nights.from_counts import count_site_numbers
from storage.nights.series import SPIDER, NightRow, load_newest_nights
from storage.nights.stored_nights import StoredNight, load_stored_nights
from storage.runs import StoredRun, load_newest_runs

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry
    from scrapy.settings import BaseSettings

logger = logging.getLogger(__name__)

MAX_SITES = 500  # of a spider; those that found less are added up, so that the number of series has a bound
MAX_REASONS = 20  # of a site; the rarer ones are added up
MAX_FINDINGS = 2_000
OTHER_SITES, OTHER_REASONS = "(others)", "(others)"
_OLDEST_NIGHT = timedelta(days=7)  # a site that was taken out of sites.toml is told for so long
_LAST_DESK_NIGHTS = 10  # among which one that has ended is looked for

# name of the metric -> name of the number of a night, and what it is
_BY_SITE = {
    "addresses_found": ("found", "Articles that the run had to fetch."),
    "pages_fetched": ("fetched", "Article pages that were fetched and judged."),
    "articles_stored": ("stored", "Articles that the corpus gained."),
    "articles_updated": ("updated", "Pages whose address was stored with another text."),
    "articles_unchanged": ("unchanged", "Pages that the store had already."),
    "articles_duplicate": ("duplicates", "Articles that repeat another."),
    "addresses_waiting": ("waiting", "Articles that are left for another run."),
    "lists_failed": ("lists_failed", "Feeds, sitemaps and sections that could not be had."),
    "hosts_held": ("held", "Hosts that were put on hold."),
    "response_bytes": ("bytes", "Bytes of the bodies of responses."),
    "site_duration_seconds": ("seconds", "Seconds between the first and the last event of the site."),
}
_BY_REASON = {
    "pages_rejected": ("rejected/", "Pages that are no article."),
    "addresses_failed": ("failed/", "Addresses that gave no page."),
}


class _SiteNumbers(NamedTuple):
    """The numbers of one site in the last run of a spider. `runs` are those of several sites together."""

    spider: str
    site: str
    started_at: datetime
    numbers: Mapping[str, float]


def check_metrics(settings: BaseSettings) -> None:
    """Raise a UsageError if METRICS_FILE is set and cannot be written, for want of a folder or of a package."""
    if not settings["METRICS_FILE"]:
        return
    if find_spec("prometheus_client") is None:
        raise LibraryMissing(f"METRICS_FILE needs more packages; run: {tell_install('nightly')}")
    path = Path(settings["METRICS_FILE"])
    if not path.parent.is_dir() or path.is_dir():
        raise BadArgument(f"METRICS_FILE must be a file in a folder that exists, got {settings['METRICS_FILE']!r}")


def write_metrics(settings: BaseSettings, engine: Engine) -> Path | None:
    """Write METRICS_FILE and return its path; None if it is not set or cannot be written, which the log tells.

    The file is there whole, or as it was. Blocking.
    """
    if not settings["METRICS_FILE"]:
        return None
    path = Path(settings["METRICS_FILE"])
    try:
        check_metrics(settings)
        from prometheus_client import write_to_textfile  # noqa: PLC0415 (of the extra nightly)

        with open_for_reading(engine) as connection:
            runs = load_newest_runs(connection)
            nights = load_newest_nights(connection, since=datetime.now(UTC) - _OLDEST_NIGHT)
            findings = load_findings(connection)
            desk_nights = load_stored_nights(connection, last=_LAST_DESK_NIGHTS)
        free = shutil.disk_usage(settings["DATA_DIR"]).free
        registry = make_registry(runs, nights, findings, desk_nights=desk_nights, disk_free=free)
        write_to_textfile(str(path), registry)
    except Exception as error:  # noqa: BLE001 (no fault of it may cost the run its end; the old file stays)
        logger.warning("the metrics were not written to %s: %s", path, error)
        return None
    return path


def make_registry(
    runs: Iterable[StoredRun],
    nights: Iterable[NightRow],
    findings: Iterable[Finding],
    *,
    desk_nights: Iterable[StoredNight] = (),
    disk_free: int,
) -> CollectorRegistry:
    """Return the metrics of the newest runs, of the newest night of each site and of `scrapy nightly`."""
    from prometheus_client import CollectorRegistry, Gauge  # noqa: PLC0415 (of the extra nightly)

    registry = CollectorRegistry()
    runs = list(runs)

    def make_gauge(name: str, told: str, *labels: str) -> Any:
        return Gauge(f"broadsheet_{name}", told, labels, registry=registry)

    def set_by_spider(name: str, told: str, get: Callable[[StoredRun], float | None]) -> None:
        gauge = make_gauge(name, told, "spider")
        for run in runs:
            if (value := get(run)) is not None:
                gauge.labels(run.spider).set(value)

    set_by_spider("run_number", "The id of the last run, as scrapy runs lists it.", lambda run: run.id)
    set_by_spider("run_start_timestamp_seconds", "When it began.", lambda run: run.started_at.timestamp())
    set_by_spider(
        "run_end_timestamp_seconds", "When it ended.", lambda run: run.ended_at.timestamp() if run.ended_at else None
    )
    set_by_spider("run_exit_status", "Its exit status.", lambda run: run.exit_code)
    make_gauge("disk_free_bytes", "Free bytes on the disk of DATA_DIR.").set(disk_free)
    ended = next((night for night in desk_nights if night.ended_at is not None), None)  # the newest comes first
    if ended is not None and ended.ended_at is not None:
        make_gauge("nightly_end_timestamp_seconds", "When scrapy nightly ended.").set(ended.ended_at.timestamp())
        make_gauge("nightly_exit_status", "Its exit status.").set(ended.exit_status or 0)
    _set_by_site(make_gauge, _list_sites(runs, nights))
    gauge = make_gauge("finding_open", "Findings that are open and not muted.", "site", "name")
    today = datetime.now(UTC).date()
    for finding in [finding for finding in findings if not finding.is_muted(today)][:MAX_FINDINGS]:
        gauge.labels(finding.site, finding.name).set(1)
    return registry


def _set_by_site(make_gauge: Callable[..., Any], sites: list[_SiteNumbers]) -> None:
    labels = ("spider", "site")
    told = make_gauge("site_timestamp_seconds", "When the last run of the site began.", *labels)
    share = make_gauge(
        "completeness_ratio", "Share of the articles listed as of the last day that are stored.", *labels
    )
    for one in sites:
        told.labels(one.spider, one.site).set(one.started_at.timestamp())
        if "completeness" in one.numbers:
            share.labels(one.spider, one.site).set(one.numbers["completeness"])
    for name, (number, what) in _BY_SITE.items():
        gauge = make_gauge(name, what, *labels)
        for one in sites:
            gauge.labels(one.spider, one.site).set(one.numbers.get(number, 0))
    for name, (area, what) in _BY_REASON.items():
        gauge = make_gauge(name, what, *labels, "reason")
        for one in sites:
            for reason, count in _select_reasons(one.numbers, area):
                gauge.labels(one.spider, one.site, reason).set(count)


def _list_sites(runs: Iterable[StoredRun], nights: Iterable[NightRow]) -> list[_SiteNumbers]:
    """Return the sites of the nights, and those of the last runs of other spiders; at most MAX_SITES of each."""
    by_spider = {SPIDER: [_SiteNumbers(SPIDER, night.site, night.started_at, night.numbers) for night in nights]}
    for run in runs:
        if run.spider != SPIDER:
            by_spider[run.spider] = [
                _SiteNumbers(run.spider, site, run.started_at, count_site_numbers(site, stats, is_cut_off=False))
                for site, stats in run.counts.items()
                if site
            ]
    return [one for sites in by_spider.values() for one in _bound(sites)]


def _bound(sites: list[_SiteNumbers]) -> list[_SiteNumbers]:
    """Return the sites that found most, and the sum of the others."""
    ranked = sorted(sites, key=lambda one: (-one.numbers.get("found", 0), one.site))
    kept, others = ranked[:MAX_SITES], ranked[MAX_SITES:]
    if others:
        total = Counter[str]()
        for one in others:
            total.update({name: int(number) for name, number in one.numbers.items() if name != "completeness"})
        newest = max(one.started_at for one in others)
        kept.append(_SiteNumbers(others[0].spider, OTHER_SITES, newest, total))
    return kept


def _select_reasons(numbers: Mapping[str, float], area: str) -> list[tuple[str, float]]:
    """Return the most frequent reasons with their numbers, and the sum of the others."""
    reasons = [(name.removeprefix(area), number) for name, number in numbers.items() if name.startswith(area)]
    ranked = sorted(reasons, key=lambda reason: (-reason[1], reason[0]))
    rest = sum(number for _, number in ranked[MAX_REASONS:])
    return [*ranked[:MAX_REASONS], *([(OTHER_REASONS, rest)] if rest else [])]
