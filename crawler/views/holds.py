"""Print the hosts on hold, and which were released."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from rich.text import Text

from cleaning.records.times import format_iso
from crawler.terminal.characters import escape_for_terminal
from crawler.terminal.console import make_report_console
from crawler.terminal.numbers import count_things
from crawler.terminal.output import write_output
from crawler.terminal.tables import create_table, render_parts
from storage.database.engine import open_for_reading
from storage.frontier.hosts import count_waiting_for, load_holds

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import timedelta

    from sqlalchemy import Engine


def print_holds(engine: Engine, *, as_json: bool) -> None:
    """Print the holds that last, the first to end first, with how many addresses wait for each."""
    now = datetime.now(UTC)
    with open_for_reading(engine) as connection:
        held = sorted((hold for hold in load_holds(connection) if hold.until > now), key=lambda one: one.until)
        waiting = count_waiting_for(connection, [hold.host for hold in held])
    if as_json:
        for hold in held:
            document = hold.to_dict() | {"until": format_iso(hold.until), "waiting": waiting.get(hold.host, 0)}
            write_output(json.dumps(document, ensure_ascii=False) + "\n", encoding="utf-8")
        return
    if not held:
        write_output("no host is on hold\n")
        return
    table = create_table("host", "until (UTC)", "in", "why", ">breaker opened", ">waiting")
    for hold in held:
        table.add_row(
            Text(escape_for_terminal(hold.host)),
            f"{hold.until:%Y-%m-%d %H:%M}",
            _format_span(hold.until - now),
            hold.reason,
            f"{count_things(hold.opened, 'time')} in a row" if hold.opened else "",
            str(waiting.get(hold.host, 0)),
        )
    write_output(render_parts(make_report_console(), [table]))


def describe_released(due: Mapping[str, int]) -> str:
    """Return a line for each host, with how many addresses are due again."""
    if not due:
        return "no host is on hold\n"
    return "".join(
        f"released {escape_for_terminal(host)}: {count_things(number, 'address is', 'addresses are')} due\n"
        for host, number in sorted(due.items())
    )


def _format_span(span: timedelta) -> str:
    minutes = int(span.total_seconds() // 60)
    if minutes < 60:
        return f"{minutes} min"
    return f"{minutes // 60} h {minutes % 60} min" if minutes < 48 * 60 else f"{minutes // 1440} days"
