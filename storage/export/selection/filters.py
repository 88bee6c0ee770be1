"""Turns the filters of an export into SQL conditions on the stored articles."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, time
from typing import TYPE_CHECKING, Any

from sqlalchemy import ARRAY, ColumnElement, Connection, Text, any_, bindparam, func, select

from cleaning.errors import BadArgument
from storage.export.selection import licences, rights
from storage.export.selection.where import parse_where
from storage.models import StoredArticle
from storage.search.query import parse_query
from storage.search.ranked import HitFilter, Order, find_ids

if TYPE_CHECKING:
    from storage.export.selection.selection import Selection

_MAX_LISTED = 20  # existing names in an error message

DAY = func.coalesce(StoredArticle.published_at, StoredArticle.fetched_at)


def build_conditions(connection: Connection, selection: Selection) -> list[ColumnElement[bool]]:
    """Return the conditions that an article must meet.

    Raise `BadArgument` for a site, language, section or licence without an article in the store.
    """
    _check_names(connection, selection)
    asked: list[ColumnElement[bool]] = []
    if selection.sites:
        asked.append(StoredArticle.site.in_(selection.sites))
    if selection.languages:
        asked.append(StoredArticle.language.in_(selection.languages))
    if selection.since:
        asked.append(datetime.combine(selection.since, time.min, UTC) <= DAY)
    if selection.until:
        asked.append(datetime.combine(selection.until, time.max, UTC) >= DAY)
    if selection.min_words is not None:
        asked.append(StoredArticle.words >= selection.min_words)
    if selection.sections:
        asked.append(
            _match_declared(connection, "--section", StoredArticle.section, selection.sections, _has_same_words)
        )
    if selection.licences:
        asked.append(
            _match_declared(
                connection, "--licence", StoredArticle.licence, selection.licences, licences.matches_licence
            )
        )
    asked.extend(rights.build_rights_conditions(selection.rights))
    if selection.where is not None:
        asked.append(parse_where(selection.where).make_condition(connection.dialect.name))
    if selection.search is not None:
        wanted = HitFilter(selection.sites, selection.languages, include_duplicates=True, include_rejected=True)
        query = parse_query(selection.search)
        found = find_ids(connection, query, wanted, order=Order.NEWEST, limit=None)
        asked.append(_is_listed(connection, StoredArticle.id, found))
    return asked


def _check_names(connection: Connection, selection: Selection) -> None:
    for option, column, names in (
        ("--site", StoredArticle.site, selection.sites),
        ("--language", StoredArticle.language, selection.languages),
    ):
        for name in names:
            if connection.scalar(select(StoredArticle.id).where(column == name).limit(1)) is None:
                raise _make_unknown_error(option, name, connection.scalars(select(column).distinct()))


def _match_declared(
    connection: Connection,
    option: str,
    column: Any,
    names: tuple[str, ...],
    matches: Callable[[str, str], bool],
) -> ColumnElement[bool]:
    """Return the condition that `matches(name, value)` holds for one of the names and the value of the column."""
    values = list(connection.scalars(select(column).where(column.is_not(None)).distinct()))
    meant: set[str] = set()
    for name in names:
        found = {value for value in values if matches(name, value)}
        if not found:
            raise _make_unknown_error(option, name, values)
        meant |= found
    return _is_listed(connection, column, meant)


def _is_listed(connection: Connection, column: Any, values: Iterable[str]) -> ColumnElement[bool]:
    """Return the condition that a column has one of these values, which can be more than a statement takes."""
    if connection.dialect.name == "postgresql":
        return column == any_(bindparam(None, sorted(values), ARRAY(Text)))  # type: ignore[no-any-return]  # of Any
    listed = func.json_each(json.dumps(sorted(values))).table_valued("value")
    return column.in_(select(listed.c.value))  # type: ignore[no-any-return]  # of Any


def _has_same_words(name: str, value: str) -> bool:
    return " ".join(name.split()) == " ".join(value.casefold().split())


def _make_unknown_error(option: str, name: str, values: Iterable[str]) -> BadArgument:
    known = sorted(values)
    more = f" and {len(known) - _MAX_LISTED} more" if len(known) > _MAX_LISTED else ""
    listed = ", ".join(value[:100] for value in known[:_MAX_LISTED])
    hint = f"choose from: {listed}{more}" if known else "no article of the store has one"
    return BadArgument(f"{option}: the store has no article of {name!r}; {hint}")
