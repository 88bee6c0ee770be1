"""The eras of a site: which of its pages are cleaned with the same memory, and which pages that is learnt from.

A page is dated by its stated publication, or else by its fetch. The first pages of a site, as many as MEMORY_WINDOW,
are one era, with all further pages of that day; then each day is one. The memory of an era is learnt from the newest
pages at its end. So a page is read as its site was at the time, and pages that come later change nothing of what came
before; which era a page belongs to depends on the set of the pages alone. The caller holds the transaction.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Connection, select

from storage.models import StoredArticle
from storage.site_memory.unsettled import EVERYTHING

_DAY = timedelta(days=1)
_ROW = StoredArticle
_ARCHIVED = (_ROW.archive_file.is_not(None),)


class DatedPage(NamedTuple):
    """A page by its date."""

    dated_at: datetime
    id: str


class Era(NamedTuple):
    """The pages that are dated from `start` on and before `end`; None is without a bound."""

    start: datetime | None = None
    end: datetime | None = None
    is_newest: bool = True  # whether no page of the site is dated after it


def list_pages(
    connection: Connection,
    site: str,
    *,
    start: datetime | None = None,
    end: datetime | None = None,
    limit: int | None = None,
    newest: bool = False,
) -> list[DatedPage]:
    """Return the archived pages of a site that are dated from `start` on and before `end`, the oldest first.

    With `newest` the newest ones come first. Equally old pages are ordered by id. Reads no more than twice the `limit`
    from an index that has all columns.
    """
    found: list[DatedPage] = []
    # One index serves both questions, but not the one for the earlier of the two times.
    for moment, kind in (
        (_ROW.published_at, _ROW.published_at.is_not(None)),
        (_ROW.fetched_at, _ROW.published_at.is_(None)),
    ):
        question = select(moment, _ROW.id).where(_ROW.site == site, kind, *_ARCHIVED)
        if start is not None:
            question = question.where(moment >= start)
        if end is not None:
            question = question.where(moment < end)
        ordered = question.order_by(moment.desc() if newest else moment, _ROW.id).limit(limit)
        found += [DatedPage(dated_at, name) for dated_at, name in connection.execute(ordered) if dated_at]
    found.sort(key=lambda page: page.id)
    found.sort(key=lambda page: page.dated_at, reverse=newest)
    return found[:limit]


def list_eras(connection: Connection, site: str, window: int, days: Sequence[str]) -> list[Era]:
    """Return the eras whose memory or pages depend on the pages of these days, in order.

    `days` are in ISO form; EVERYTHING among them stands for all. `window` is the number of pages from which a sample is
    drawn.
    """
    if not days:
        return []
    first = list_pages(connection, site, limit=window)
    if len(first) < window:
        return [Era()]
    newest = list_pages(connection, site, limit=1, newest=True)[0].dated_at
    begun = _end_day(first[-1].dated_at)  # where the eras of one day begin
    is_everything = EVERYTHING in days
    changed = [begun] if is_everything else sorted(_read_day(day) for day in days)
    # An era knows the headlines of the day after it, too.
    eras = [Era(None, begun, newest < begun)] if is_everything or changed[0] <= begun else []
    looked_at = begun
    for day in changed:
        changed_until = max(day + _DAY, begun)
        for era in _iter_days(connection, site, max(looked_at, day - _DAY), newest):
            # What came among the first pages makes eras of days that were no eras of their own.
            until = era.start if day < begun else era.end
            later = list_pages(connection, site, start=changed_until, end=until, limit=window)
            if len(later) == window and not is_everything:  # its memory is learnt from these
                break
            eras.append(era)
            looked_at = era.end or looked_at
    return eras


def is_of_newest_era(connection: Connection, site: str, moment: datetime, window: int) -> bool:
    """Return whether a page of this date is cleaned with the newest memory of its site."""
    first = list_pages(connection, site, limit=window)
    if len(first) < window:
        return True
    end = max(_end_day(first[-1].dated_at), _end_day(moment))
    return not list_pages(connection, site, start=end, limit=1)


def _iter_days(connection: Connection, site: str, start: datetime, newest: datetime) -> Iterator[Era]:
    """Yield the days from `start` on that have a page, as eras."""
    while found := list_pages(connection, site, start=start, limit=1):
        end = _end_day(found[0].dated_at)
        yield Era(end - _DAY, end, newest < end)
        start = end


def _end_day(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0) + _DAY


def _read_day(day: str) -> datetime:
    return datetime.fromisoformat(day).replace(tzinfo=UTC)
