"""Print how complete the last nights were: for a person, and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.text import Text

from cleaning.records.times import format_iso
from crawler.terminal.characters import escape_for_terminal
from crawler.terminal.console import make_report_console
from crawler.terminal.output import write_json, write_output
from crawler.terminal.tables import create_table, render_parts
from storage.completeness.measure import SiteNight
from storage.database.engine import open_for_reading
from storage.runs import load_last_runs

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Engine

_KINDS = ("waiting", "refused", "failed", "rejected")


def print_nights(engine: Engine, *, limit: int, as_json: bool) -> None:
    """Print the sites of the last `limit` runs that measured a night, the newest run first."""
    nights: list[tuple[int, datetime, SiteNight]] = []
    with open_for_reading(engine) as connection:
        for run in load_last_runs(connection, limit):
            for site, stats in sorted(run.counts.items()):
                if (night := SiteNight.from_counts(site, stats)) is not None:
                    nights.append((run.id, run.started_at, night))
    if as_json:
        write_json({"nights": [_describe(*one) for one in nights]})
        return
    table = create_table("night", "site", ">listed", ">stored", ">share", *(f">{kind}" for kind in _KINDS), ">estimate")
    for _, started_at, night in nights:
        numbers = [night.listed, night.stored, _format_share(night), *(night.count(kind) for kind in _KINDS)]
        table.add_row(
            f"{started_at:%Y-%m-%d %H:%M}",
            Text(escape_for_terminal(night.site)),
            *(str(number) for number in numbers),
            _format_estimate(night),
        )
    write_output(render_parts(make_report_console(), [table]))


def _format_share(night: SiteNight) -> str:
    return "" if night.share is None else f"{night.share:.0%}"


def _format_estimate(night: SiteNight) -> str:
    one = night.estimate
    return "" if one is None else f"{one.value:,} ({one.low:,} to {one.high:,})"


def _describe(run: int, started_at: datetime, night: SiteNight) -> dict[str, Any]:
    return {
        "run": run,
        "started_at": format_iso(started_at),
        "site": night.site,
        "listed": night.listed,
        "stored": night.stored,
        "share": None if night.share is None else round(night.share, 4),
        "outcomes": dict(sorted(night.outcomes.items())),
        "listed_by": dict(sorted(night.by_source.items())),
        "estimate": None if night.estimate is None else night.estimate._asdict(),
    }
