"""Words for days and runs, as every form of the report writes them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING

from crawler.terminal.characters import escape_for_terminal

if TYPE_CHECKING:
    from crawler.night_report.record import NightRun

MOST_RUNS = 6  # of a night that are described
TRIAL = "A trial: its arguments narrowed the run, so no other night is compared with it."
_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November"),
    "December",
)
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_ENDS = {"shutdown": "interrupted", "closespider_timeout": "timed out"}  # for a finish_reason


def format_day(day: date) -> str:
    """Write a day in English, whatever the locale: Wednesday, 2 December 2026."""
    return f"{_WEEKDAYS[day.weekday()]}, {day.day} {_MONTHS[day.month - 1]} {day.year}"


def list_warnings(runs: Sequence[NightRun], newer: NightRun | None, *, is_same_night: bool) -> Iterator[str]:
    """Yield what must be known before the numbers are read, each in a sentence.

    `runs` are those of the night, `newer` is the newest run of all if it is behind them and is not told by their
    numbers; `is_same_night` says that it began on their day.
    """
    if newer is not None:
        start = newer.started_at
        began = f"Run {newer.id} began {start.day} {_MONTHS[start.month - 1]} {start:%H:%M} UTC"
        end = "did not end" if newer.ended_at is None else f"ended with exit status {newer.exit_code}"
        this = "; this is the night before" if runs and not is_same_night else ""
        yield f"{began} and {end} (scrapy runs){this}."
    elif runs and runs[-1].exit_code:
        last = runs[-1]
        yield f"Run {last.id} ended with exit status {last.exit_code}: {_describe_outcome(last)} (scrapy runs)."


def _describe_outcome(run: NightRun) -> str:
    outcome = run.outcome or "stopped at once"
    return escape_for_terminal(_ENDS.get(outcome, outcome.replace("_", " ")))


def describe_run(run: NightRun) -> str:
    """Describe when a run was and how it ended, in one line."""
    began = f"Run {run.id}, {run.started_at:%H:%M}"
    if run.ended_at is None:
        return f"{began} UTC, no end: it runs, or was killed"
    seconds = round((run.ended_at - run.started_at).total_seconds())
    took = f"{seconds} s" if seconds < 120 else f"{seconds // 60} min"
    if seconds >= 7200:
        took = f"{seconds // 3600} h {seconds % 3600 // 60} min"
    status = "" if run.exit_code is None else f", exit status {run.exit_code}"
    return f"{began} to {run.ended_at:%H:%M} UTC, {took}, {_describe_outcome(run)}{status}"
