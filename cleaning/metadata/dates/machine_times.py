"""Parse times as machines write them, to aware datetimes in the zone that they state."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime

from cleaning.article import UNSTATED
from cleaning.metadata.dates.day_month_order import DateOrder
from cleaning.metadata.dates.written_dates import find_written_times
from cleaning.metadata.dates.zone import MAX_OFFSET

NEARLY_ISO = re.compile(
    r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ,]{1,2}(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d{1,9})?)?)? ?"
    r"(Z|UTC|GMT|[+-]\d{2}:?\d{2})?"
)
MAIL = re.compile(r"(?:[A-Za-z]{3}, )?\d{1,2} [A-Za-z]{3} \d{4} \d")
COMPACT_ZONE = re.compile(r"([+-]\d{2})(\d{2})$")
MAX_CHARACTERS = 60
UNKNOWN = DateOrder()


def parse_page_time(raw: str, order: DateOrder = UNKNOWN) -> datetime | None:
    """Parse a time as pages write it; None where it is no time, or has two meanings ("3/4/2011" without `order`).

    A day without an hour is its midnight; a time without a zone has the zone UNSTATED, which is UTC.
    """
    text = raw.strip()[:MAX_CHARACTERS]
    if not any(map(str.isdigit, text)):
        return None
    moment = (
        _parse_iso(text) or _parse_mail(text) or next((found.moment for found in find_written_times(text, order)), None)
    )
    return _add_zone(moment) if moment is not None else None


def _add_zone(moment: datetime) -> datetime | None:
    offset = moment.utcoffset()
    if offset is None:
        moment = moment.replace(tzinfo=UNSTATED)
    try:
        universal = moment.astimezone(UTC)
        if offset and (abs(offset) > MAX_OFFSET or offset.seconds % 60):
            return universal.replace(tzinfo=UNSTATED)  # the offset is that of no zone
    except OverflowError:  # in UTC the moment is before the year 1 or after 9999
        return None
    return moment


def _parse_iso(text: str) -> datetime | None:
    """Parse ISO 8601 and forms close to it: 2011-12-01T07:05:00.000+0200, 2011/12/1, 2011-12-01 7:05."""
    try:
        return datetime.fromisoformat(COMPACT_ZONE.sub(r"\1:\2", text))
    except ValueError:
        pass
    match = NEARLY_ISO.match(text)
    if match is None:
        return None
    *numbers, zone = match.groups()
    try:
        moment = datetime(*(int(number or 0) for number in numbers), tzinfo=UNSTATED)  # type: ignore[misc, arg-type]
        if zone and match[4]:
            ahead = timedelta(hours=int(zone[:3]), minutes=int(zone[0] + zone[-2:])) if zone[0] in "+-" else timedelta()
            moment = moment.replace(tzinfo=timezone(ahead))
    except ValueError:
        return None
    return moment


def _parse_mail(text: str) -> datetime | None:
    """Parse the form of e-mails and feeds: Thu, 01 Dec 2011 07:05:00 GMT."""
    if not MAIL.match(text):
        return None
    try:
        return parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError):
        return None
