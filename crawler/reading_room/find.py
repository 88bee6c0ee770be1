"""What the search page shows: hits of words, counted by site, language, month, section, kind, rule and rights.

The counts and the choice by them are of the first MAX_COUNTED hits: to count all of a common word would take seconds.
"""

from __future__ import annotations

import calendar
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import Connection, Row, func, select

from cleaning.errors import BadArgument
from crawler.reading_room.nearest import find_nearest
from storage.models import StoredArticle
from storage.search.index import count_backlog
from storage.search.query import Query, parse_query
from storage.search.ranked import HitFilter, Order, find_ids
from storage.search.search import SearchHit, load_hits

MAX_COUNTED = 2_000
PAGE = 20  # hits
_SHOWN = 12  # values of a facet
MINING_RESERVED, AGENTS_REFUSED = "text and data mining reserved", "AI agents refused"
_ROW = StoredArticle.__table__.c
_COLUMNS = (
    _ROW.id, _ROW.site, _ROW.language, _ROW.published_at, _ROW.fetched_at, _ROW.section, _ROW.page_kind, _ROW.rejected,
    _ROW.duplicate_rule, _ROW.tdm_reserved, _ROW.licence, _ROW.usage, _ROW.ai_refused,
)  # fmt: skip
_BATCH = 500
_MONTH = re.compile(r"[12][0-9]{3}-(?:0[1-9]|1[0-2])")


def _list_rights(row: Row[Any]) -> Iterator[str]:
    if row.tdm_reserved:
        yield MINING_RESERVED
    if row.ai_refused:
        yield AGENTS_REFUSED
    if row.licence:
        yield row.licence
    yield from row.usage


# Name of a facet -> the values that a hit has of it.
FACETS: dict[str, Callable[[Row[Any]], Iterator[str]]] = {
    "site": lambda row: iter((row.site,)),
    "language": lambda row: iter((row.language,)),
    "month": lambda row: iter((f"{row.published_at or row.fetched_at:%Y-%m}",)),
    "section": lambda row: iter((row.section,) if row.section else ()),
    "kind": lambda row: iter((row.page_kind,) if row.page_kind else ()),
    "rule": lambda row: iter([value for value in (row.duplicate_rule, row.rejected) if value]),
    "rights": _list_rights,
}


@dataclass(frozen=True, slots=True)
class Search:
    """What was asked for. `chosen` has the value of each facet that was chosen."""

    words: str
    order: Order = Order.BEST
    chosen: Mapping[str, str] = field(default_factory=dict)
    with_copies: bool = False
    with_rejected: bool = False
    page: int = 1
    whole: str | None = None  # the facet of which all values are shown

    @property
    def query(self) -> Query:
        """What is asked of the index; without words, all articles. Raise BadArgument for what cannot be searched."""
        return parse_query(self.words) if self.words else Query()

    def to_query(self, **changes: str | int | None) -> str:
        """Return the search as the query of an address, with these changes; None takes a field out."""
        fields: dict[str, str | int | None] = {"q": self.words, "order": self.order.value, **self.chosen}
        if self.with_copies:
            fields["copies"] = "yes"
        if self.with_rejected:
            fields["rejected"] = "yes"
        return urlencode({name: value for name, value in (fields | changes).items() if value is not None})


@dataclass(frozen=True, slots=True)
class Facet:
    """The values of a facet among the hits, the most frequent first. `chosen` is the one that was chosen."""

    name: str
    values: Sequence[tuple[str, int]]
    left_out: int  # further values
    chosen: str | None


@dataclass(frozen=True, slots=True)
class Found:
    """The hits of one page of a search."""

    search: Search
    hits: Sequence[SearchHit]
    ids: Sequence[str]  # of all hits that were counted
    is_cut: bool  # whether there may be more
    facets: Sequence[Facet]
    waiting: int  # stored pages that are not in the index yet
    nearest: Sequence[tuple[str, int]]  # where nothing is found: searches that find something, and their hits
    stories: Mapping[str, int]  # of hits that others repeat: the articles of their story

    @property
    def number(self) -> int:
        return len(self.ids)

    @property
    def pages(self) -> int:
        return -(-self.number // PAGE)


def parse_search(arguments: Mapping[str, str]) -> Search:
    """Return the search that the query of an address asks for. Raise BadArgument for one that cannot be."""
    order = arguments.get("order") or Order.BEST.value
    if order not in list(Order):
        raise BadArgument(f"order must be one of {', '.join(Order)}, got {order!r}")
    month = arguments.get("month") or "2000-01"
    if not _MONTH.fullmatch(month):
        raise BadArgument(f"month must be like 2026-11, got {month!r}")
    return Search(
        words=arguments.get("q", "").strip(),
        order=Order(order),
        chosen={name: arguments[name] for name in FACETS if arguments.get(name)},
        with_copies=arguments.get("copies") == "yes",
        with_rejected=arguments.get("rejected") == "yes",
        page=parse_page(arguments),
        whole=arguments.get("whole"),
    )


def parse_page(arguments: Mapping[str, str]) -> int:
    page = arguments.get("page") or "1"
    if not (page.isascii() and page.isdigit() and 0 < len(page) < 6 and int(page)):
        raise BadArgument(f"page must be a number from 1, got {page!r}")
    return int(page)


def find(connection: Connection, search: Search) -> Found:
    """Return one page of hits, and the facets. Raise BadArgument for words that cannot be searched."""
    rows = list_rows(connection, search)
    is_cut = len(rows) == MAX_COUNTED
    chosen = [row for row in rows if is_chosen(row, search)]
    query = search.query
    ids = [row.id for row in chosen]
    shown = iter(ids[(search.page - 1) * PAGE : search.page * PAGE])
    facets = [_count_facet(name, rows, search) for name in FACETS]
    hits = list(load_hits(connection, query, shown))
    nearest = [] if ids or not search.words else find_nearest(connection, search.words, _make_filter(search))
    stories = _count_stories(connection, [hit.id for hit in hits])
    return Found(search, hits, ids, is_cut, facets, count_backlog(connection), nearest, stories)


def list_rows(connection: Connection, search: Search) -> list[Row[Any]]:
    """Return what the facets need of the first MAX_COUNTED hits, in their order."""
    ids = find_ids(connection, search.query, _make_filter(search), order=search.order, limit=MAX_COUNTED)
    found: list[Row[Any]] = []
    while some := list(islice(ids, _BATCH)):
        read: list[Row[Any]] = list(connection.execute(select(*_COLUMNS).where(_ROW.id.in_(some))))
        rows = {row.id: row for row in read}
        found += [rows[name] for name in some if name in rows]
    return found


def _count_stories(connection: Connection, ids: Sequence[str]) -> dict[str, int]:
    """Return, of the articles that others repeat, how many their story has."""
    of_others = (_ROW.duplicate_of.in_(ids), _ROW.rejected.is_(None))
    counts = connection.execute(select(_ROW.duplicate_of, func.count()).where(*of_others).group_by(_ROW.duplicate_of))
    return {name: number + 1 for name, number in counts}


def _make_filter(search: Search) -> HitFilter:
    # Of words, the months are counted beside the chosen one; of all articles only the newest would be.
    month = None if search.words else search.chosen.get("month")
    return HitFilter(
        since=find_days(month)[0] if month else None,
        until=find_days(month)[1] if month else None,
        sites=(search.chosen["site"],) if "site" in search.chosen else (),
        languages=(search.chosen["language"],) if "language" in search.chosen else (),
        include_duplicates=search.with_copies,
        include_rejected=search.with_rejected,
    )


def find_days(month: str) -> tuple[date, date]:
    """Return the first and the last day of a month that is written like 2026-11."""
    year, number = map(int, month.split("-"))
    return date(year, number, 1), date(year, number, calendar.monthrange(year, number)[1])


def is_chosen(row: Row[Any], search: Search, without: str | None = None) -> bool:
    """Whether a hit has the values that were chosen, of all facets but `without`."""
    return all(value in FACETS[name](row) for name, value in search.chosen.items() if name != without)


def _count_facet(name: str, rows: Sequence[Row[Any]], search: Search) -> Facet:
    """Count the values among the hits that all other facets let through."""
    counts = Counter(value for row in rows if is_chosen(row, search, name) for value in FACETS[name](row))
    values = sorted(counts.items(), key=lambda one: (-one[1], one[0]))
    if name == "month":
        values.sort(reverse=True)
    shown = values if search.whole == name else values[:_SHOWN]
    left_out, chosen = len(values) - len(shown), search.chosen.get(name)
    if chosen is not None and chosen not in dict(shown):  # so that the choice can be taken back
        left_out -= chosen in counts
        shown = [(chosen, counts[chosen]), *shown]
    return Facet(name, shown, left_out, chosen)
