"""Work out the moment of each entry, and whether the newest entry stands first or last."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

from cleaning.live.clocks import normalize_digits
from cleaning.metadata.dates.machine_times import parse_page_time
from cleaning.metadata.dates.written_dates import ANY_YEAR
from cleaning.records.times import UNSTATED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cleaning.live.time_marks import TimeMark

MAX_AHEAD = timedelta(hours=48)  # of the fetch
MIDNIGHT = 180  # minutes: a clock that goes back by more has passed midnight; by less, entries are out of order


def find_moments(
    marks: Sequence[TimeMark], published_at: datetime | None, fetched_at: datetime | None
) -> list[datetime | None]:
    """Return the moment of each entry in page order, None where its day is not known.

    A time of day belongs to the day on which the article was published, or to those after it: the clock tells where a
    day ends.
    """
    stated = [mark.moment or _read_dated(mark.words, published_at) for mark in marks]
    oldest_first = list(range(len(marks)))
    if is_newest_first(marks):
        oldest_first.reverse()
    day = published_at.date() if published_at is not None else None
    zone = published_at.tzinfo if published_at is not None else None
    before: int | None = None
    moments: list[datetime | None] = list(stated)
    for index in oldest_first:
        moment, minutes = stated[index], marks[index].minutes
        if moment is not None:
            day, zone = moment.date(), moment.tzinfo
            before = moment.hour * 60 + moment.minute
        elif minutes is not None and day is not None:
            if before is not None and before - minutes > MIDNIGHT and day < date.max:
                day += timedelta(days=1)
            before = minutes
            moments[index] = datetime(day.year, day.month, day.day, minutes // 60, minutes % 60, tzinfo=zone)
    latest = fetched_at + MAX_AHEAD if fetched_at is not None else None
    return [moment if moment is None or latest is None or moment <= latest else None for moment in moments]


def is_newest_first(marks: Sequence[TimeMark]) -> bool:
    """Return whether more of the times go back than on, from one entry to the next."""
    steps = list_steps(marks)
    return sum(1 for step in steps if step < 0) > sum(1 for step in steps if step > 0)


def list_steps(marks: Sequence[TimeMark]) -> list[float]:
    """Return the minutes from each entry to the next, where both have a time of the same kind; past midnight, too."""
    steps: list[float] = []
    for one, other in pairwise(mark for mark in marks if mark.moment is not None or mark.minutes is not None):
        if one.moment is not None and other.moment is not None:
            steps.append((other.moment - one.moment).total_seconds() / 60)
        elif one.minutes is not None and other.minutes is not None:
            step = other.minutes - one.minutes
            steps.append(step - 1440 if step > 720 else step + 1440 if step < -720 else step)
    return steps


def _read_dated(words: str, published_at: datetime | None) -> datetime | None:
    """Return the moment that the words of a time state with its day."""
    line = normalize_digits(words)
    if not ANY_YEAR.search(line) or ":" not in line:
        return None
    moment = parse_page_time(line)
    if moment is not None and moment.tzinfo is UNSTATED and published_at is not None:
        return moment.replace(tzinfo=published_at.tzinfo)
    return moment
