"""When a night ends, and how much of its time belongs to what follows the crawl.

The crawl has to end before the night does: its texts are settled, and health, report, release and retention follow. As
much time is left for them as they took in the longest of the last nights, and a quarter more.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cleaning.errors import BadArgument
from storage.nights.stored_nights import StoredNight

CRAWL = "crawl"
FINISHING = "finishing"  # seconds of the crawl's step after its last answer
_NIGHTS = 7  # former nights that are looked at
_MARGIN = 1.25
_FIRST_SHARE, _FIRST_MOST = 0.1, timedelta(minutes=10)  # of the budget, where no night has been measured
_MAX_SHARE = 0.5  # of the budget: the crawl has at least the other half
_UNTIL = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])(?: +(\S+))?")
_MAX_HOURS = 1000.0


class Moment(NamedTuple):
    """A time of the day; `zone` is None for the zone of this machine."""

    at: time
    zone: ZoneInfo | None


def parse_until(text: str) -> Moment:
    """Return the moment that `06:00` or `06:00 Europe/Berlin` names. Raise BadArgument for any other text."""
    if (match := _UNTIL.fullmatch(text)) is None:
        raise BadArgument(f"--until must be a time as 06:00 or '06:00 Europe/Berlin', got {text!r}")
    zone = None
    if match[3]:
        try:
            zone = ZoneInfo(match[3])
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise BadArgument(
                f"--until: there is no time zone {match[3]!r}; write it as Europe/Berlin or UTC"
            ) from None
    return Moment(time(int(match[1]), int(match[2])), zone)


def parse_hours(text: str) -> timedelta:
    """Return the span that a number of hours names, as 4 or 0.5. Raise BadArgument for any other text."""
    is_number = re.fullmatch(r"[0-9]{1,4}(?:\.[0-9]{1,4})?", text) is not None
    if not is_number or not 0 < float(text) <= _MAX_HOURS:
        raise BadArgument(f"--hours must be a number above 0, as 4 or 0.5, got {text!r}")
    return timedelta(hours=float(text))


def find_end(until: str, hours: str, now: datetime) -> datetime | None:
    """Return when a night that begins now ends: the next such time, after so many hours, or the earlier of the two."""
    ends = []
    if until:
        ends.append(_find_next(parse_until(until), now))
    if hours:
        ends.append(now + parse_hours(hours))
    return min(ends, default=None)


def _find_next(moment: Moment, now: datetime) -> datetime:
    day = now.astimezone(moment.zone).date()
    # Without a zone, `astimezone` takes the clock of this machine.
    today, tomorrow = (
        datetime.combine(date, moment.at, tzinfo=moment.zone).astimezone(UTC) for date in (day, day + timedelta(days=1))
    )
    return today if today > now else tomorrow


def find_crawl_end(began_at: datetime, ends_at: datetime | None, reserve: timedelta) -> datetime | None:
    """Return when the crawl of a night ends; None if the night has no end."""
    return None if ends_at is None else ends_at - min(reserve, (ends_at - began_at) * _MAX_SHARE)


def estimate_reserve(former: Sequence[StoredNight], budget: timedelta) -> timedelta:
    """Return how long what follows the crawl will take, by former nights."""
    whole = (night for night in former if night.ended_at is not None and FINISHING in night.steps.get(CRAWL, {}))
    measured = [_measure_rest(night) for night in whole]
    if not measured:
        return min(budget * _FIRST_SHARE, _FIRST_MOST)
    return timedelta(seconds=max(measured[:_NIGHTS]) * _MARGIN)


def _measure_rest(night: StoredNight) -> float:
    """Return the seconds of a night after the last answer of its crawl."""
    others = sum(float(step.get("seconds", 0)) for name, step in night.steps.items() if name != CRAWL)
    return others + float(night.steps[CRAWL][FINISHING])
