"""Begins a night, or goes on with the one that was killed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Engine

from crawler.night.budget import find_end
from crawler.night.options import NightOptions, make_options
from storage.database.engine import open_for_reading
from storage.nights.stored_nights import (
    StoredNight,
    begin_night,
    change_night,
    find_open_night,
    load_stored_nights,
)

# For how long after its end a night that was killed is still the same: what starts it again needs a moment.
_LATE = timedelta(hours=1)
_SAME_NIGHT = timedelta(hours=20)  # of one without an end: nights are a day apart
_FORMER = 30  # nights that are looked through for those that were measured


class OpenedNight(NamedTuple):
    """The night to be run, its options, the nights before it, and a line for each thing to tell of these."""

    night: StoredNight
    options: NightOptions
    former: list[StoredNight]
    notes: list[str]
    is_resumed: bool


def is_same_night(night: StoredNight, now: datetime) -> bool:
    """Return whether a night that was killed goes on now; else it is over, and a new one begins."""
    last = night.started_at + _SAME_NIGHT if night.ends_at is None else night.ends_at + _LATE
    return now < last


def find_night_to_resume(engine: Engine, now: datetime) -> StoredNight | None:
    """Return the night that was killed and goes on now; None if a new one begins."""
    with open_for_reading(engine) as connection:
        found = find_open_night(connection)
    return found if found is not None and is_same_night(found, now) else None


def open_night(
    engine: Engine, given: Mapping[str, str | None], defaults: Mapping[str, Any], now: datetime
) -> OpenedNight:
    """Return the night that was killed, if it still is that night; else close it as unfinished and begin a new one.

    A night that goes on has its own options, but for those that are `given`; a new one those, else the `defaults`.
    Raise BadArgument for a wrong option.
    """
    resumed = find_night_to_resume(engine, now)
    options = make_options(given, defaults if resumed is None else resumed.options)
    notes = []
    with engine.begin() as connection:
        if resumed is not None:
            is_new_end = (options.until, options.hours) != tuple(
                resumed.options.get(name, "") for name in ("until", "hours")
            )
            end = find_end(options.until, options.hours, now) if is_new_end else resumed.ends_at
            night = change_night(connection, resumed, ends_at=end, options=options.to_dict())
            where = f"step {night.step}" if night.step else "its beginning"
            notes.append(
                f"night {night.id} of {_format_moment(night.started_at)} was not finished; it goes on at {where}"
            )
        else:
            while (old := find_open_night(connection)) is not None:
                change_night(connection, old, ended_at=now)
                where = f" at step {old.step}" if old.step else ""
                notes.append(f"night {old.id} of {_format_moment(old.started_at)} was not finished{where}, and is over")
            night = begin_night(
                connection,
                options=options.to_dict(),
                ends_at=find_end(options.until, options.hours, now),
                now=now,
            )
        former = [one for one in load_stored_nights(connection, last=_FORMER) if one.id != night.id]
    return OpenedNight(night, options, former, notes, is_resumed=resumed is not None)


def _format_moment(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"
