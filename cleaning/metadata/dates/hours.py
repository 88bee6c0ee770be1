"""Find the hour that stands beside a day in a line, with its zone: "18.20 Uhr", "6:20 p.m. EDT", "18h20"."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from cleaning.metadata.dates.zone_names import read_zone

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import timezone

    from cleaning.metadata.dates.day_month_order import DateOrder

HOUR = re.compile(
    r"(?<![\d:])(?:(?P<first>[ap])\.?m\.? ?)?(?P<hour>\d\d?)"
    r"(?:(?: ?h ?|[:.])(?P<minute>\d\d)(?::(?P<second>\d\d)(?:[.,]\d{1,9})?)?)?(?!\d)"
    r"(?! ?(?:min|sec|sek|мин|분|分))"  # the length of a film, not an hour
    r"(?: ?(?P<half>[ap])\.? ?m\b\.?| ?(?P<word>Uhr\b|(?<=\d\d)h\b))?",
    re.IGNORECASE,
)
BEHIND, BEFORE = 30, 34  # characters behind and before a day in which its hour is searched
MAX_BETWEEN = 22  # characters between an hour and the day behind it: a zone and a weekday


class Hour(NamedTuple):
    """An hour of the day, its zone where one is certain, and the position behind both."""

    hour: int
    minute: int
    second: int
    zone: timezone | None
    end: int


def find_hour_behind(text: str, begin: int, end: int, order: DateOrder) -> Hour | None:
    """Return the first hour between two positions of a line, the end of a day and the beginning of the next."""
    return next(_find_hours(text, begin, min(end, begin + BEHIND), order), None)


def find_hour_before(text: str, begin: int, end: int, order: DateOrder) -> Hour | None:
    """Return the last hour between two positions of a line, if little but a weekday is between it and the day."""
    begin = max(begin, end - BEFORE)
    found = [hour for hour in _find_hours(text, begin, end, order) if end - hour.end <= MAX_BETWEEN]
    return found[-1] if found else None


def _find_hours(text: str, begin: int, end: int, order: DateOrder) -> Iterator[Hour]:
    for match in HOUR.finditer(text, begin, end):
        hour, minute, second = (int(match[name] or 0) for name in ("hour", "minute", "second"))
        half = (match["half"] or match["first"] or "").lower()
        if match["minute"] is None and not half and not match["word"]:
            continue
        if half and hour <= 12:
            hour = hour % 12 + (12 if half == "p" else 0)
        if hour < 24 and minute < 60 and second < 60:
            zone = read_zone(text[match.end() : end + BEHIND], order)
            yield Hour(hour, minute, second, zone, match.end())
