"""Find the zone of the clock by which a time was written.

Many pages state the moment in UTC for machines and show it to readers by the newspaper's own clock, which tells its
day.
"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from cleaning.records.times import get_stated_offset

MAX_OFFSET = timedelta(hours=14)  # of the zone farthest from UTC
MINUTE, HALF_HOUR = timedelta(minutes=1), timedelta(minutes=30)


def find_zone_by_moment(moment: datetime, other: datetime) -> timezone | None:
    """Return the zone of another statement of the same moment; None where that is UTC or unstated, or it differs."""
    ahead = other.utcoffset()
    return timezone(ahead) if ahead and abs(other - moment) < MINUTE else None


def find_zone_by_clock(moment: datetime, shown: datetime, *, has_hour: bool) -> timezone | None:
    """Return the zone in which a clock shows `shown`, a time without a zone, at this moment; None where there is none.

    The clock of a zone differs from UTC by full or half hours, so the minutes must agree. A day without an hour tells
    a zone only where the moment is the day's first in that zone, while UTC still has the day before.
    """
    if get_stated_offset(shown) is not None:
        return None
    if not has_hour and (shown.date() <= moment.date() or moment.second):
        return None
    ahead = _truncate_to_minute(shown) - _truncate_to_minute(moment)
    return timezone(ahead) if ahead and abs(ahead) <= MAX_OFFSET and not ahead % HALF_HOUR else None


def _truncate_to_minute(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0)
