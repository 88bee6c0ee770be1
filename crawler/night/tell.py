"""The line of a step: numbers, durations, what waits."""

from __future__ import annotations

from datetime import datetime

from crawler.run.counts import Counts
from crawler.run.report import sum_up_run
from crawler.terminal.numbers import count_things, join_some
from storage.nights.account import ON_HOLD

_WAITING_DUE = "address/waiting/due"


def format_duration(seconds: float) -> str:
    """Return the span as a person says it: 8 s, 12 min, 1 h 12 min."""
    whole = round(seconds)
    if whole < 120:
        return f"{whole} s"
    minutes = round(whole / 60)
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h {minutes % 60} min"


def format_clock(moment: datetime) -> str:
    """Return the moment by the clock of this machine."""
    return f"{moment.astimezone():%H:%M}"


def describe_counts(counts: Counts) -> str:
    """Return what a crawl brought, over all its sites: "10 sites, 812 articles, 12 duplicates, 3 failed"."""
    total = sum_up_run(counts)
    parts = [count_things(len(counts), "site"), count_things(total.articles, "article")]
    for number, one, several in (
        (total.duplicates, "duplicate", None),
        (total.unchanged, "unchanged", "unchanged"),
        (sum(total.rejected.values()), "rejected", "rejected"),
        (sum(total.failed.values()), "failed", "failed"),
    ):
        if number:
            parts.append(count_things(number, one, several))
    return ", ".join(parts)


def describe_unread(counts: Counts) -> str:
    """Return which sites have lists that were not read, though their hosts are not on hold; "" if none has."""
    sites = sorted(site for site, stats in counts.items() if stats.get("discovery/waiting") and not _is_on_hold(stats))
    return f"not all lists were read of {count_things(len(sites), 'site')} ({join_some(sites)})" if sites else ""


def _is_on_hold(stats: dict[str, int]) -> bool:
    return any(stat.startswith(ON_HOLD) for stat in stats)


def describe_waiting(counts: Counts) -> str:
    """Return which sites have articles left for the next night, those with most of them first; "" if none has."""
    waiting = {site: stats[_WAITING_DUE] for site, stats in counts.items() if stats.get(_WAITING_DUE)}
    if not waiting:
        return ""
    ranked = sorted(waiting, key=lambda site: (-waiting[site], site))
    total = sum(waiting.values())
    named = join_some((f"{site} {waiting[site]:,}" for site in ranked), "sites more")
    return f"{total:,} {'waits' if total == 1 else 'wait'} for the next night ({named})"
