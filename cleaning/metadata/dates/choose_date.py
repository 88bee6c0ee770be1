"""Choose when an article was published and changed among all that its page says about it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from cleaning.metadata.dates.displayed import SHORT, DisplayedTimes
from cleaning.metadata.dates.machine_times import parse_page_time, parse_stated_time
from cleaning.metadata.dates.stated import (
    MODIFIED,
    PUBLISHED,
    UNCLEAR,
    find_modification_statements,
    find_publication_statements,
)
from cleaning.metadata.dates.zone import find_zone_by_clock, find_zone_by_moment
from cleaning.records.times import get_stated_offset

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import timezone

    from lxml.html import HtmlElement

    from cleaning.metadata.dates.day_month_order import DateOrder
    from cleaning.metadata.dates.near_headline import LinesAround
    from cleaning.metadata.structured import Statement, StructuredData
    from cleaning.records.given import Page

EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)  # there were no web pages before
MAX_AHEAD = timedelta(hours=48)  # a page's clock may be ahead of ours, and its zone unknown


class ChosenTime(NamedTuple):
    """A time by the page's clock and where it was found, or a time that is not plausible, as the page writes it."""

    moment: datetime | None = None
    source: str = ""
    implausible: str | None = None


def find_publication_time(
    tree: HtmlElement, structured: StructuredData, lines: LinesAround, page: Page, order: DateOrder
) -> ChosenTime:
    """Find the time of publication: stated for machines, else shown near the headline, else shown anywhere.

    A day without an hour is its midnight; a time without a zone has the zone UNSTATED. Times more than 48 hours after
    the page's fetch, or before 1990, are not plausible and are left out.
    """
    displayed = DisplayedTimes(tree, structured, lines, order)
    implausible: str | None = None
    for statement in find_publication_statements(structured, page.url):
        stated = parse_stated_time(statement.text, order)
        if stated is None:
            continue
        moment = stated.moment
        if not is_plausible(moment, page.fetched_at):
            implausible = implausible or statement.text
        elif not stated.has_hour:
            return _add_hour(
                ChosenTime(moment, statement.source),
                find_publication_statements(structured, page.url),
                displayed,
                order,
            )
        elif get_stated_offset(moment):
            return ChosenTime(moment, statement.source)
        else:
            return _convert_to_page_zone(ChosenTime(moment, statement.source), structured, displayed, order)
    if implausible is None:
        for displayed_time in displayed.find_publication_candidates():
            if is_plausible(displayed_time.moment, page.fetched_at) and not _is_today(
                displayed_time.moment, displayed_time.source, page
            ):
                chosen = ChosenTime(displayed_time.moment, displayed_time.source)
                return chosen if displayed_time.has_hour else _add_hour(chosen, (), displayed, order)
    return ChosenTime(implausible=implausible)


def find_modification_time(structured: StructuredData, page: Page, order: DateOrder) -> ChosenTime:
    """Find the time of the last change, where the page states a plausible one for machines."""
    for statement in find_modification_statements(structured):
        moment = parse_page_time(statement.text, order)
        if moment is not None and is_plausible(moment, page.fetched_at):
            return ChosenTime(moment, statement.source)
    return ChosenTime()


def is_plausible(moment: datetime, fetched_at: datetime | None) -> bool:
    """Return whether a page that was fetched at `fetched_at` can have been published or changed at this moment."""
    return moment >= EARLIEST and (fetched_at is None or moment <= fetched_at + MAX_AHEAD)


def _is_today(moment: datetime, source: str, page: Page) -> bool:
    """Return whether a short line anywhere in the page gives only the day of the page's fetch, as page heads do."""
    return source == SHORT and page.fetched_at is not None and moment.date() == page.fetched_at.date()


def _add_hour(
    chosen: ChosenTime, statements: Iterable[Statement], displayed: DisplayedTimes, order: DateOrder
) -> ChosenTime:
    """Return the same day with its hour, where another statement or a line near the headline gives it."""
    assert chosen.moment is not None  # noqa: S101 -- for mypy
    others = chain(displayed.find_in_time_elements(), displayed.find_near_headline(), displayed.find_in_unclear_meta())
    for moment, source in chain(
        _parse_hours(statements, order), ((one.moment, one.source) for one in others if one.has_hour)
    ):
        if moment.date() == chosen.moment.date():
            return chosen._replace(moment=moment, source=f"{chosen.source}, hour from {source}")
    return chosen


def _parse_hours(statements: Iterable[Statement], order: DateOrder) -> Iterator[tuple[datetime, str]]:
    for statement in statements:
        stated = parse_stated_time(statement.text, order)
        if stated is not None and stated.has_hour:
            yield stated.moment, statement.source


def _convert_to_page_zone(
    chosen: ChosenTime, structured: StructuredData, displayed: DisplayedTimes, order: DateOrder
) -> ChosenTime:
    """Return the same moment in the zone of the page's clock, where a statement or a shown time tells it."""
    assert chosen.moment is not None  # noqa: S101 -- for mypy
    for zone, source in _find_zones(chosen.moment, structured, displayed, order):
        if zone is not None:
            return chosen._replace(moment=chosen.moment.astimezone(zone), source=f"{chosen.source}, zone from {source}")
    return chosen


def _find_zones(
    moment: datetime, structured: StructuredData, displayed: DisplayedTimes, order: DateOrder
) -> Iterator[tuple[timezone | None, str]]:
    for key in ("datePublished", "dateCreated", "dateModified"):
        for statement in structured.find_linked(key):
            if other := parse_page_time(statement.text, order):
                yield find_zone_by_moment(moment, other), statement.source
    for statement in structured.find_statements(*PUBLISHED, *UNCLEAR, *MODIFIED):
        if other := parse_page_time(statement.text, order):
            yield find_zone_by_moment(moment, other), statement.source
    for time in displayed.find_in_time_elements():
        zone = find_zone_by_moment(moment, time.moment)
        yield zone or find_zone_by_clock(moment, time.moment, has_hour=time.has_hour), time.source
    for near in displayed.find_near_headline():
        zone = find_zone_by_moment(moment, near.moment)
        yield zone or find_zone_by_clock(moment, near.moment, has_hour=near.has_hour), near.source
