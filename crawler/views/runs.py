"""Print past runs: a line each, or the table of one as it stood at its end."""

from __future__ import annotations

import json
from itertools import islice
from typing import TYPE_CHECKING, Any

from rich.text import Text

from cleaning.errors import BadArgument
from cleaning.records.times import format_iso
from crawler.run.report import build_final_table, describe_rest, sum_up_run
from crawler.sites.site import match_name
from crawler.terminal.characters import escape_for_terminal
from crawler.terminal.console import make_report_console
from crawler.terminal.output import write_json, write_output
from crawler.terminal.tables import create_result_table, render_parts
from storage.database.engine import open_for_reading
from storage.runs import StoredRun, load_runs

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from rich.console import RenderableType
    from sqlalchemy import Connection, Engine

_NUMBERS = ("found", "fetched", "articles", "duplicates", "rejected", "failed", "waiting")
_WORDS = {
    "shutdown": "interrupted",
    "closespider_timeout": "timed out",
    "time_over": "time over",
}  # for a finish_reason


def print_runs(engine: Engine, *, limit: int, since: date | None, site: str | None, as_json: bool) -> None:
    """Print the last runs, the newest first; with `site`, those that counted anything of it, and its numbers alone."""
    table = create_result_table("Past runs")
    for heading in ("run", "spider", "began (UTC)", "took", "ended", *_NUMBERS):
        is_number = heading in ("run", *_NUMBERS)
        table.add_column(heading, justify="right" if is_number else "left", no_wrap=heading != "ended")
    with open_for_reading(engine) as connection:
        if site is not None:
            names = sorted({name for run in load_runs(connection) for name in run.counts if name})
            site = match_name(names, site, where="in the runs")
        for run in islice(_select_runs(connection, since, site), limit):
            if as_json:
                write_output(json.dumps(_describe_run(run), ensure_ascii=False) + "\n", encoding="utf-8")
            else:
                table.add_row(*_format_run(run))
    if not as_json:
        write_output(render_parts(make_report_console(), [table]) if table.row_count else "no run\n")


def print_run(engine: Engine, number: int | None, *, site: str | None, as_json: bool) -> None:
    """Print one run, the last one without a number. BadArgument if there is none."""
    with open_for_reading(engine) as connection:
        runs = load_runs(connection)
        run = next((one for one in runs if number in (None, one.id)), None)
    if run is None:
        raise BadArgument(f"there is no run {number or 'yet'}; scrapy runs lists them")
    if site is not None:
        name = match_name(list(run.counts), site, where=f"in run {run.id}")
        run = run._replace(counts={name: run.counts[name]})
    if as_json:
        write_json(_describe_run(run) | {"counts": run.counts})
        return
    began = f"run {run.id}: {run.spider}, {run.started_at:%Y-%m-%d %H:%M} UTC, {_name_end(run)}"
    status = "" if run.exit_code is None else f", exit status {run.exit_code}"
    counts = _drop_siteless(run)
    parts: list[RenderableType] = [Text(f"{began}, {_format_duration(run)}{status}"), build_final_table(counts)]
    lines = [f"{line}\n" for line in describe_rest(counts, run.outcome)]
    write_output(render_parts(make_report_console(), parts) + "".join(lines))


def _select_runs(connection: Connection, since: date | None, site: str | None) -> Iterator[StoredRun]:
    for run in load_runs(connection):
        if since is not None and run.started_at.date() < since:
            return
        if site is None:
            yield run
        elif site in run.counts:
            yield run._replace(counts={site: run.counts[site]})


def _format_run(run: StoredRun) -> tuple[str | Text, ...]:
    account = sum_up_run(_drop_siteless(run))
    numbers = (account.found, account.fetched, account.articles, account.duplicates)
    sums = (sum(by_reason.values()) for by_reason in (account.rejected, account.failed, account.waiting))
    return (
        str(run.id),
        Text(escape_for_terminal(run.spider)),
        f"{run.started_at:%Y-%m-%d %H:%M}",
        _format_duration(run),
        Text(_name_end(run) + ("" if run.exit_code is None else f" ({run.exit_code})")),
        *(str(number) for number in (*numbers, *sums)),
    )


def _describe_run(run: StoredRun) -> dict[str, Any]:
    counts = _drop_siteless(run)
    return {
        "run": run.id,
        "spider": run.spider,
        "started_at": format_iso(run.started_at),
        "ended_at": None if run.ended_at is None else format_iso(run.ended_at),
        "outcome": run.outcome,
        "exit_code": run.exit_code,
        "all": sum_up_run(counts).to_dict(),
        "sites": {site: sum_up_run({site: stats}).to_dict() for site, stats in sorted(counts.items())},
    }


def _drop_siteless(run: StoredRun) -> dict[str, dict[str, int]]:
    """Return the counts of the run by site, without those that belong to none."""
    return {site: stats for site, stats in run.counts.items() if site}


def _name_end(run: StoredRun) -> str:
    if run.outcome is not None:
        return escape_for_terminal(_WORDS.get(run.outcome, run.outcome.replace("_", " ")))
    return "stopped at once" if run.ended_at is not None else "no end"


def _format_duration(run: StoredRun) -> str:
    if run.ended_at is None:
        return ""
    seconds = round((run.ended_at - run.started_at).total_seconds())
    if seconds < 120:
        return f"{seconds} s"
    return f"{seconds // 60} min" if seconds < 7200 else f"{seconds // 3600} h {seconds % 3600 // 60} min"
