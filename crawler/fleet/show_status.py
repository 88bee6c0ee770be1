"""Prints what the fleet does now, for `scrapy fleet status`."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from rich.console import Group, RenderableType
from rich.text import Text

from crawler.fleet.jobs import FAILED, SUCCEEDED, TODO, GroupTask
from crawler.fleet.status import FleetStatus, describe_state
from crawler.night.desk import list_told_lines
from crawler.night.tell import format_duration
from crawler.terminal.characters import escape_for_terminal
from crawler.terminal.console import make_report_console
from crawler.terminal.numbers import count_things, join_some
from crawler.terminal.tables import create_table

if TYPE_CHECKING:
    from rich.table import Table

_MOST_ROWS = 50  # of a table; the JSON has all


def print_status(status: FleetStatus, now: datetime) -> None:
    """Print the night, the workers, what they crawl, and what failed or waits for another try."""
    parts: list[RenderableType] = [Text(line) for line in _describe_night(status, now)]
    if status.workers:
        parts.append(_make_workers_table(status))
    if status.running:
        parts.append(_make_running_table(status, now))
    parts += [Text(f"failed: {_describe_group(group)}") for group in status.select(FAILED)]
    parts += [Text(f"again: {_describe_group(group)}") for group in status.select(TODO) if group.failures]
    parts += [Text(f"! {escape_for_terminal(problem)}") for problem in status.problems]
    make_report_console().print(Group(*parts), soft_wrap=True)


def _describe_night(status: FleetStatus, now: datetime) -> list[str]:
    night, plan = status.night, status.plan
    lines = []
    if night is None and not status.is_asked_for:
        lines.append("no night of a fleet yet; begin one: scrapy fleet schedule --now")
    if night is not None:
        how = "under way" if night.ended_at is None else f"done, exit status {night.exit_status}"
        step = f" at step {night.step}" if night.step else ""
        took = format_duration(((night.ended_at or now) - night.started_at).total_seconds())
        lines.append(
            f"night {night.id} of {night.started_at:%Y-%m-%d %H:%M} UTC: {how}{step}, {took}, run {night.run_id}"
        )
        numbers = (("waiting", TODO), ("done", SUCCEEDED), ("failed", FAILED))
        counts = {word: len(status.select(state)) for word, state in numbers}
        counts["running"] = len(status.running)
        words = ", ".join(f"{counts[word]:,} {word}" for word in ("waiting", "running", "done", "failed"))
        if status.unheard:
            words += f", {status.unheard:,} with no sign of life"
        lines.append(f"groups of sites: {words}; {count_things(status.all_pages, 'page')}")
        if night.ended_at is not None:
            told = list_told_lines(night, with_machines=True)
            lines += [f"  {escape_for_terminal(line)}" for line in told]
    if status.is_asked_for:
        when = "as soon as a worker is free" if status.is_alive else "with the first worker: scrapy fleet worker"
        lines.append(f"a night is asked for: it begins {when}")
    if plan is not None:
        lines.append(f"next night: {plan.next_at:%Y-%m-%d %H:%M} UTC ({plan.cron} {plan.zone})")
    return lines


def _make_workers_table(status: FleetStatus) -> Table:
    table = create_table("worker", "machine", "state", ">groups", ">pages", "since", "seen")
    for worker, is_alive in status.workers[:_MOST_ROWS]:
        own = [group for group in status.running if group.worker == worker.name]
        table.add_row(
            escape_for_terminal(worker.name),
            escape_for_terminal(worker.host),
            describe_state(worker, is_alive),
            f"{len(own)} of {worker.sites_at_once}",
            f"{sum(group.pages for group in own):,}",
            f"{worker.started_at:%m-%d %H:%M}",
            f"{format_duration((worker.asked_at - worker.seen_at).total_seconds())} ago",
        )
    return table


def _make_running_table(status: FleetStatus, now: datetime) -> Table:
    table = create_table("sites", "worker", ">for", ">pages")
    for group in status.running[:_MOST_ROWS]:
        table.add_row(
            escape_for_terminal(join_some(group.sites)),
            escape_for_terminal(group.worker),
            format_duration((now - group.since).total_seconds()),
            f"{group.pages:,}",
        )
    return table


def _describe_group(group: GroupTask) -> str:
    when = f", again at {group.scheduled_at:%H:%M:%S} UTC" if group.scheduled_at and group.status == TODO else ""
    reason = escape_for_terminal(group.reason or "its task was lost")
    return f"{escape_for_terminal(join_some(group.sites))}: {reason} ({count_things(group.failures, 'failure')}{when})"
