"""The filters of an export as conditions on the store's articles."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, time
from typing import TYPE_CHECKING, Any

from sqlalchemy import Column, ColumnElement, Connection, MetaData, String, Table, func, insert, select

from cleaning.errors import BadArgument
from storage.export import licences, rights
from storage.export.where import parsed
from storage.models import StoredArticle
from storage.types import StorableText

if TYPE_CHECKING:
    from storage.export.selection import Selection

_LISTED = 20  # names in a message, of the sites or languages that there are

DAY = func.coalesce(StoredArticle.published_at, StoredArticle.fetched_at)

# The declared values that names mean: there can be more of them than a statement takes parameters.
_ASKED = Table(
    "export_asked",
    MetaData(),
    Column("what", String(16)),
    Column("value", StorableText),
    prefixes=["TEMPORARY"],
)


def conditions(connection: Connection, selection: Selection) -> list[ColumnElement[bool]]:
    """What must hold of an article, all of it; it stands as long as the transaction, once in each.

    `BadArgument` where a site, a language, a section or a licence is named of which the store holds nothing.
    """
    _check(connection, selection)
    _ASKED.create(connection, checkfirst=False)
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
        asked.append(_named(connection, "--section", StoredArticle.section, selection.sections, _same_words))
    if selection.licences:
        asked.append(_named(connection, "--licence", StoredArticle.licence, selection.licences, licences.is_licence))
    asked.extend(rights.conditions(selection.rights))
    if selection.where is not None:
        asked.append(parsed(selection.where).condition(connection.dialect.name))
    return asked


def _check(connection: Connection, selection: Selection) -> None:
    for option, column, names in (
        ("--site", StoredArticle.site, selection.sites),
        ("--language", StoredArticle.language, selection.languages),
    ):
        for name in names:
            if connection.scalar(select(StoredArticle.id).where(column == name).limit(1)) is None:
                raise _unknown(option, name, connection.scalars(select(column).distinct()))


def _named(
    connection: Connection,
    option: str,
    column: Any,
    names: tuple[str, ...],
    matches: Callable[[str, str], bool],
) -> ColumnElement[bool]:
    """Whether the column holds a value that one of the names means, as `matches(name, value)` decides."""
    values = list(connection.scalars(select(column).where(column.is_not(None)).distinct()))
    meant: set[str] = set()
    for name in names:
        found = {value for value in values if matches(name, value)}
        if not found:
            raise _unknown(option, name, values)
        meant |= found
    connection.execute(insert(_ASKED), [{"what": option, "value": value} for value in sorted(meant)])
    return column.in_(select(_ASKED.c.value).where(_ASKED.c.what == option))  # type: ignore[no-any-return]  # of Any


def _same_words(name: str, value: str) -> bool:
    return " ".join(name.split()) == " ".join(value.casefold().split())


def _unknown(option: str, name: str, values: Iterable[str]) -> BadArgument:
    there = sorted(values)
    more = f" and {len(there) - _LISTED} more" if len(there) > _LISTED else ""
    holds = (
        f"it holds: {', '.join(value[:100] for value in there[:_LISTED])}{more}" if there else "it holds none at all"
    )
    return BadArgument(f"{option}: the store holds no article of {name!r}; {holds}")
