"""When an article was published and changed, of all that its page says about it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from cleaning.article import stated_offset
from cleaning.dates.moments import parse_time
from cleaning.dates.shown import SHORT, Shown
from cleaning.dates.stated import MODIFIED, PUBLISHED, UNCLEAR, modification, publication
from cleaning.dates.zone import zone_of_clock, zone_of_the_same

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import timezone

    from lxml.html import HtmlElement

    from cleaning.article import Page
    from cleaning.dates.order import Order
    from cleaning.structured import Said, Structured

EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)  # before it there was no page
LATE = timedelta(hours=48)  # a page's clock may be ahead of ours, and its zone unknown


class Dated(NamedTuple):
    """A time by the page's clock, where it was found, and what was said where that could not be believed."""

    moment: datetime | None = None
    source: str = ""
    refused: str | None = None


def published(
    tree: HtmlElement, structured: Structured, headline: HtmlElement | None, page: Page, order: Order
) -> Dated:
    """The time of publication: what the page states for machines, else what it shows near its headline, else anywhere.

    A day is its midnight where nothing tells the hour; a time without zone has the zone UNSTATED. What lies more than
    48 hours after the page's fetch, or before 1990, is not believed.
    """
    shown = Shown(tree, structured, headline, order)
    refused: str | None = None
    for said in publication(structured, page.url):
        moment = parse_time(said.text, order)
        if moment is None:
            continue
        if not believable(moment, page.fetched_at):
            refused = refused or said.text
        elif ":" not in said.text:
            return _with_hour(Dated(moment, said.source), publication(structured, page.url), shown, order)
        elif stated_offset(moment):
            return Dated(moment, said.source)
        else:
            return _by_own_clock(Dated(moment, said.source), structured, shown, order)
    if refused is None:
        for sighting in shown.publication():
            if believable(sighting.moment, page.fetched_at) and not _is_today(sighting.moment, sighting.source, page):
                dated = Dated(sighting.moment, sighting.source)
                return dated if sighting.has_hour else _with_hour(dated, (), shown, order)
    return Dated(refused=refused)


def modified(structured: Structured, page: Page, order: Order) -> Dated:
    """The time of the last change, where the page states one for machines that can be believed."""
    for said in modification(structured):
        moment = parse_time(said.text, order)
        if moment is not None and believable(moment, page.fetched_at):
            return Dated(moment, said.source)
    return Dated()


def believable(moment: datetime, fetched_at: datetime | None) -> bool:
    return moment >= EARLIEST and (fetched_at is None or moment <= fetched_at + LATE)


def _is_today(moment: datetime, source: str, page: Page) -> bool:
    """Whether a line that stands anywhere says no more than which day it was when the page was fetched."""
    return source == SHORT and page.fetched_at is not None and moment.date() == page.fetched_at.date()


def _with_hour(dated: Dated, statements: Iterable[Said], shown: Shown, order: Order) -> Dated:
    """The same day with its hour, where another statement or a line near the headline has it."""
    assert dated.moment is not None  # noqa: S101 -- for mypy
    stated = ((parse_time(said.text, order), said.source) for said in statements if ":" in said.text)
    seen = chain(shown.times(), (sighting for _, sighting in shown.near()), shown.unclear())
    for moment, source in chain(stated, ((one.moment, one.source) for one in seen if one.has_hour)):
        if moment is not None and moment.date() == dated.moment.date():
            return dated._replace(moment=moment, source=f"{dated.source}, hour from {source}")
    return dated


def _by_own_clock(dated: Dated, structured: Structured, shown: Shown, order: Order) -> Dated:
    """The same moment in the zone of the page's clock, where another statement or a line near the headline has it."""
    assert dated.moment is not None  # noqa: S101 -- for mypy
    for zone, source in _zones(dated.moment, structured, shown, order):
        if zone is not None:
            return dated._replace(moment=dated.moment.astimezone(zone), source=f"{dated.source}, zone from {source}")
    return dated


def _zones(
    moment: datetime, structured: Structured, shown: Shown, order: Order
) -> Iterator[tuple[timezone | None, str]]:
    for key in ("datePublished", "dateCreated", "dateModified"):
        for said in structured.linked(key):
            if other := parse_time(said.text, order):
                yield zone_of_the_same(moment, other), said.source
    for said in structured.every(*PUBLISHED, *UNCLEAR, *MODIFIED):
        if other := parse_time(said.text, order):
            yield zone_of_the_same(moment, other), said.source
    for time in shown.times():
        zone = zone_of_the_same(moment, time.moment)
        yield zone or zone_of_clock(moment, time.moment, has_hour=time.has_hour), time.source
    for _, near in shown.near():
        yield zone_of_clock(moment, near.moment, has_hour=near.has_hour), near.source
