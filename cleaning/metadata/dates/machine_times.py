"""Parse times as machines write them, to aware datetimes in the zone that they state."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import NamedTuple

from cleaning.metadata.dates.calendars import make_day
from cleaning.metadata.dates.day_month_order import DateOrder
from cleaning.metadata.dates.written_dates import find_written_times
from cleaning.metadata.dates.zone import MAX_OFFSET
from cleaning.metadata.dates.zone_names import read_zone
from cleaning.records.times import UNSTATED

NEARLY_ISO = re.compile(
    r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ,]{1,2}(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,:]\d{1,9})?)?)?"
    r"(?P<zone> ?(?:Z|[+-]\d\d:?\d\d|[A-Z]{2,5}(?:[+-]\d\d?(?::?\d\d)?)?))?(?:\[[\w/+-]{1,40}\])?"
)
COMPACT = re.compile(r"((?:19|20)\d\d)(\d\d)(\d\d)[T ]?(\d\d)(\d\d)?(\d\d)?(?:\.\d{1,9})?(?P<zone>Z|[+-]\d\d:?\d\d)?")
# Seconds or milliseconds since 1970, from 1990 on; also as .NET writes them.
UNIX = re.compile(r"(?:\\?/Date\()?(\d{9,10})(?:\.\d{1,9}|(\d{3})(?:\d{3})?)?(?:[+-]\d{4})?(?:\)\\?/)?")
# The year 1990, and 2033: 2024051418 is no Unix time but an hour of 2024.
EARLIEST_UNIX, LATEST_UNIX = 631_152_000, 1_990_000_000
MAIL = re.compile(r"(?:[A-Za-z]{3}, )?\d{1,2} [A-Za-z]{3} \d{4} \d\d?:\d\d(?::\d\d)?(?: (?:GMT|UTC?|Z|[+-]\d{4})\b)")
COMPACT_ZONE = re.compile(r"([+-]\d{2})(\d{2})$")
DAY = re.compile(r"\d{4}-?\d\d-?\d\d|\d{4}-?W\d\d(?:-?\d)?")
MAX_CHARACTERS = 80
UNKNOWN = DateOrder()


class StatedTime(NamedTuple):
    """A time by the clock of the page, and whether it has an hour or is a day alone."""

    moment: datetime
    has_hour: bool


def parse_page_time(raw: str, order: DateOrder = UNKNOWN) -> datetime | None:
    """Parse a time as pages write it; None where it is no time, or has two meanings ("3/4/2011" without `order`).

    A day without an hour is its midnight; a time without a zone has the zone UNSTATED, which is UTC.
    """
    stated = parse_stated_time(raw, order)
    return stated.moment if stated else None


@lru_cache(maxsize=1024)  # a page states its times several times
def parse_stated_time(raw: str, order: DateOrder = UNKNOWN) -> StatedTime | None:
    """Parse the same, and tell whether there is an hour."""
    if (stated := parse_machine_time(raw, order)) is not None:
        return stated
    text = raw.strip()[:MAX_CHARACTERS]
    written = next(find_written_times(text, order), None)
    return _add_zone(written.moment, has_hour=written.has_hour) if written else None


def parse_machine_time(raw: str, order: DateOrder = UNKNOWN) -> StatedTime | None:
    """Parse a time in a form of machines alone: ISO 8601 and what is close to it, mail, Unix times, 202405141820."""
    text = raw.strip()[:MAX_CHARACTERS]
    if not any(map(str.isdigit, text)):
        return None
    if (moment := _parse_unix(text)) is not None:
        return StatedTime(moment, has_hour=True)
    if (moment := _parse_mail(text)) is not None:
        return _add_zone(moment, has_hour=True)
    try:
        moment = datetime.fromisoformat(COMPACT_ZONE.sub(r"\1:\2", text))
    except ValueError:
        return _parse_nearly_iso(text, order)
    if not 1900 <= moment.year < 2200:
        day = make_day(moment.year, moment.month, moment.day, order.language)
        moment = (
            day.replace(hour=moment.hour, minute=moment.minute, second=moment.second, tzinfo=moment.tzinfo)
            if day
            else moment
        )
    return _add_zone(moment, has_hour=not DAY.fullmatch(text))


def _add_zone(moment: datetime, *, has_hour: bool) -> StatedTime | None:
    offset = moment.utcoffset()
    if offset is None:
        moment = moment.replace(tzinfo=UNSTATED)
    try:
        universal = moment.astimezone(UTC)
        if offset and (abs(offset) > MAX_OFFSET or offset.seconds % 60):
            return StatedTime(universal.replace(tzinfo=UNSTATED), has_hour)  # the offset is that of no zone
    except OverflowError:  # in UTC the moment is before the year 1 or after 9999
        return None
    return StatedTime(moment, has_hour)


def _parse_nearly_iso(text: str, order: DateOrder) -> StatedTime | None:
    """Parse forms close to ISO 8601: 2011/12/1, 2011-12-01 7:05, 2011-12-01T07:05:00 EST, 20111201070500."""
    match = NEARLY_ISO.fullmatch(text) or COMPACT.fullmatch(text)
    if match is None:
        return None
    year, month, day, hour, minute, second = (int(number or 0) for number in match.groups()[:6])
    moment = make_day(year, month, day, order.language)
    if moment is None:
        return None
    if match[4] is None:
        return StatedTime(moment, has_hour=False)
    try:
        moment = moment.replace(hour=hour, minute=minute, second=second)
    except ValueError:
        return None
    if match["zone"] and match["zone"].strip() in ("AM", "PM"):
        return None  # half a day's hour: written_dates reads it
    zone = read_zone(match["zone"], order) if match["zone"] else None
    return _add_zone(moment.replace(tzinfo=zone) if zone else moment, has_hour=True)


def _parse_unix(text: str) -> datetime | None:
    match = UNIX.fullmatch(text)
    if match is None or not EARLIEST_UNIX <= int(match[1]) < LATEST_UNIX:
        return None
    moment = datetime.fromtimestamp(int(match[1]), tz=UTC)
    return moment + timedelta(milliseconds=int(match[2])) if match[2] else moment


def _parse_mail(text: str) -> datetime | None:
    """Parse the form of e-mails and feeds: Thu, 01 Dec 2011 07:05:00 GMT."""
    if not MAIL.match(text):
        return None
    try:
        return parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError):
        return None
