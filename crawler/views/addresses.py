"""Print addresses with what became of them: a line each for a person, an object each as JSON."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

from cleaning.records.times import format_iso
from crawler.terminal.characters import escape_for_terminal
from crawler.terminal.output import write_output
from storage.database.engine import open_for_reading
from storage.frontier.outcomes import AddressFilter, AddressOutcome, FoundAddress, find_addresses

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Engine

_REASON_WIDTH, _SITE_WIDTH = 22, 16


def print_addresses(engine: Engine, wanted: AddressFilter, *, as_json: bool) -> None:
    """Print the addresses that match; without JSON, also how many there are of each reason."""
    reasons: Counter[str] = Counter()
    with open_for_reading(engine) as connection:
        for number, found in enumerate(find_addresses(connection, wanted)):
            if as_json:
                write_output(json.dumps(_describe_address(found), ensure_ascii=False) + "\n", encoding="utf-8")
                continue
            if not number:
                write_output(_format_columns("reason", "answer", "tried (UTC)", "next (UTC)", "site", "address"))
            reasons[_find_reason(found)] += 1
            write_output(_format_address(found))
    if not as_json:
        write_output(_format_summary(wanted.outcome, reasons))


def _format_address(found: FoundAddress) -> str:
    line = _format_columns(
        _find_reason(found),
        "" if found.status is None else str(found.status),
        _format_minute(found.tried_at),
        "" if found.tried_at is not None and found.due_at <= found.tried_at else _format_minute(found.due_at),
        escape_for_terminal(found.site),
        escape_for_terminal(found.url),
    )
    if found.title is None:
        return line
    place = f"  {found.archive_file}:{found.archive_offset}" if found.archive_file else ""
    return f"{line}    {escape_for_terminal(found.title) or '(no title)'}{place}\n"


def _format_columns(reason: str, answer: str, tried: str, due: str, site: str, url: str) -> str:
    return f"{reason:<{_REASON_WIDTH}} {answer:<6} {tried:<16} {due:<16} {site:<{_SITE_WIDTH}} {url}\n"


def _format_summary(outcome: AddressOutcome, reasons: Counter[str]) -> str:
    total = f"{reasons.total():,} {outcome}"
    named = ", ".join(f"{number:,} {reason}" for reason, number in reasons.most_common())
    return f"{total}: {named}\n" if named else f"{total}\n"


def _find_reason(found: FoundAddress) -> str:
    return found.reason or ("never asked" if found.tried_at is None else "due again")


def _format_minute(moment: datetime | None) -> str:
    return "" if moment is None else f"{moment:%Y-%m-%d %H:%M}"


def _describe_address(found: FoundAddress) -> dict[str, Any]:
    times = {
        "tried_at": None if found.tried_at is None else format_iso(found.tried_at),
        "due_at": format_iso(found.due_at),
    }
    return found._asdict() | times
