"""The clock by which a time was written.

Many pages state the moment in UTC and show it to their readers by their own clock. Their day is the newspaper's.
"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from cleaning.article import stated_offset

FURTHEST = timedelta(hours=14)  # the zone farthest from UTC
MINUTE, HALF_HOUR = timedelta(minutes=1), timedelta(minutes=30)


def zone_of_the_same(moment: datetime, other: datetime) -> timezone | None:
    """The zone of another statement of the same moment, where that has one that is not UTC."""
    ahead = other.utcoffset()
    return timezone(ahead) if ahead and abs(other - moment) < MINUTE else None


def zone_of_clock(moment: datetime, shown: datetime, *, has_hour: bool) -> timezone | None:
    """The zone in which a clock shows `shown`, a time without zone, at this moment; None where there is none such.

    The clock of a zone differs from UTC by full or half hours, so that its minutes must agree. A day without an hour
    tells a zone only where the moment is its first, and UTC still has the day before.
    """
    if stated_offset(shown) is not None:
        return None
    if not has_hour and (shown.date() <= moment.date() or moment.second):
        return None
    ahead = _whole_minute(shown) - _whole_minute(moment)
    return timezone(ahead) if ahead and abs(ahead) <= FURTHEST and not ahead % HALF_HOUR else None


def _whole_minute(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0)
