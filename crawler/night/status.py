"""What the last nights did, step by step: `scrapy nightly --status`."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from sqlalchemy import Engine

from cleaning.records.times import format_iso
from crawler.night.desk import list_told_lines
from crawler.night.open_night import is_same_night
from crawler.night.tell import format_duration
from crawler.run.session import now
from crawler.terminal.output import write_output
from storage.database.engine import open_for_reading
from storage.nights.stored_nights import StoredNight, load_stored_nights


def print_desk_nights(engine: Engine, *, limit: int, as_json: bool) -> None:
    """Print the last nights, the newest first: when each began, how it ended, the lines of its steps."""
    with open_for_reading(engine) as connection:
        nights = load_stored_nights(connection, last=limit)
    if as_json:
        documents = (json.dumps(_to_document(night), ensure_ascii=False) for night in nights)
        write_output("".join(f"{document}\n" for document in documents), encoding="utf-8")
        return
    moment = now()
    lines = [line for night in nights for line in _describe(night, moment)]
    write_output("".join(f"{line}\n" for line in lines or ["no night of scrapy nightly yet"]))


def _describe(night: StoredNight, moment: datetime) -> list[str]:
    run = "" if night.run_id is None else f", run {night.run_id}"
    head = f"night {night.id}: {night.started_at:%Y-%m-%d %H:%M} UTC, {_describe_end(night, moment)}{run}"
    return [head, *(f"  {line}" for line in list_told_lines(night))]


def _describe_end(night: StoredNight, moment: datetime) -> str:
    if night.ended_at is not None and night.exit_status is not None:
        seconds = (night.ended_at - night.started_at).total_seconds()
        return f"done in {format_duration(seconds)}, exit status {night.exit_status}"
    where = f" at step {night.step}" if night.step else ""
    if night.ended_at is not None:
        return f"not finished{where}"
    if is_same_night(night, moment):
        return f"under way{where}, or it was stopped there: scrapy nightly goes on with it"
    return f"stopped{where}"


def _to_document(night: StoredNight) -> dict[str, Any]:
    times = {name: getattr(night, name) for name in ("started_at", "ends_at", "ended_at")}
    return {
        "night": night.id,
        **{name: None if time is None else format_iso(time) for name, time in times.items()},
        "run": night.run_id,
        "step": night.step,
        "exit_status": night.exit_status,
        "options": night.options,
        "steps": night.steps,
    }
