"""Times by the clock of their page, and as text."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

# The zone of a time whose page states no zone. It counts as UTC and is not the clock of any place.
UNSTATED = timezone(timedelta(0), "unstated")


def get_stated_offset(moment: datetime | None) -> int | None:
    """Return the minutes by which the page's clock is ahead of UTC; None without a time, or where no zone is stated."""
    if moment is None or moment.tzname() == UNSTATED.tzname(None):
        return None
    offset = moment.utcoffset()
    return None if offset is None else int(offset.total_seconds() // 60)


def set_offset(moment: datetime | None, offset: int | None) -> datetime | None:
    """Return a time by the clock of its page, which is `offset` minutes ahead of UTC; None: it stated no zone."""
    if moment is None:
        return None
    return moment.astimezone(UNSTATED if offset is None else timezone(timedelta(minutes=offset)))


def format_iso(moment: datetime) -> str:
    """Format a time as ISO 8601 to the second, in its own zone: "2024-05-01T23:30:00-04:00", with "Z" for UTC."""
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")


def format_utc(moment: datetime | None) -> str | None:
    """Format a time as ISO 8601 in UTC, as releases do: "2024-05-02T03:30:00Z", with a fraction if there is one."""
    if moment is None:
        return None
    try:
        return moment.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"
    except OverflowError:  # the first or last day that Python knows
        return None


def format_local(moment: datetime | None) -> str | None:
    """Format a time by the page's own clock, as releases do; None where the page states no zone."""
    return None if moment is None or get_stated_offset(moment) is None else moment.isoformat(timespec="microseconds")
