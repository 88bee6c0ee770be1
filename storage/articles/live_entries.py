"""Stores the entries of live blogs, and completes a fetch by those that earlier ones had.

The caller holds the transaction.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import groupby
from typing import Any, NamedTuple

from sqlalchemy import Connection, bindparam, delete, insert, select

from cleaning.records.article import Article
from cleaning.records.block import Block, LiveEntry
from cleaning.records.times import get_stated_offset, set_offset
from storage.articles.entry_union import EntryText, LiveText, unite
from storage.models import StoredArticle, StoredEntry
from storage.models.packed_blocks import unpack_blocks

_ROW = StoredArticle.__table__.c
_DELETE = delete(StoredEntry).where(StoredEntry.article_id == bindparam("name"))
_LOOKUP = 500  # ids a query: SQLite allows 32,766 variables, older builds 999


class _StoredLive(NamedTuple):
    """A stored live blog, and when it was fetched last."""

    fetched_at: datetime
    text: LiveText


def complete_entries(connection: Connection, name: str, article: Article, fetched_at: datetime) -> Article:
    """Return a fetch of a live blog with the stored entries that its page no longer shows; each names its fetches.

    Any other article is returned as it is. If the same fetch is stored, its own entries are replaced: it was cleaned
    again. Idempotent.
    """
    if article.rejected is not None or not article.entries:
        return article
    own = LiveText.split(article.blocks, tuple(_mark(entry, fetched_at) for entry in article.entries))
    stored = _load_live(connection, name)
    if stored is not None and stored.fetched_at <= fetched_at:
        other = stored.text
        if stored.fetched_at == fetched_at:
            earlier = (one for one in other.entries if one.entry.last_fetched_at != fetched_at)
            known = (one for one in other.entries if one.entry.last_fetched_at == fetched_at)
            own = _take_first_fetches(own, tuple(known))
            other = replace(other, entries=tuple(earlier))
        own = unite(own, other)
    return _with_text(article, own)


def add_older_entries(connection: Connection, name: str, article: Article, fetched_at: datetime) -> Article | None:
    """Return blocks and entries of a stored live blog with what an older fetch adds; None if that is nothing."""
    stored = _load_live(connection, name) if article.rejected is None and article.entries else None
    if stored is None:
        return None
    older = LiveText.split(article.blocks, tuple(_mark(entry, fetched_at) for entry in article.entries))
    united = unite(stored.text, older)
    return None if united == stored.text else _with_text(article, united)


def _with_text(article: Article, live: LiveText) -> Article:
    return replace(article, blocks=live.blocks, entries=tuple(one.entry for one in live.entries))


def _mark(entry: LiveEntry, fetched_at: datetime) -> LiveEntry:
    first, last = entry.first_fetched_at or fetched_at, entry.last_fetched_at or fetched_at
    return replace(entry, first_fetched_at=first, last_fetched_at=last)


def _take_first_fetches(own: LiveText, known: tuple[EntryText, ...]) -> LiveText:
    """Return a text that was cleaned again, each entry with its first fetch as it is stored."""
    before = unite(own, replace(own, entries=known))
    first = {one.text: one.entry.first_fetched_at for one in before.entries}
    entries = (
        replace(one, entry=replace(one.entry, first_fetched_at=first.get(one.text, one.entry.first_fetched_at)))
        for one in own.entries
    )
    return replace(own, entries=tuple(entries))


def delete_entries(connection: Connection, name: str) -> None:
    """Delete the entries of an article."""
    connection.execute(_DELETE, {"name": name})


def insert_entries(connection: Connection, name: str, entries: Sequence[LiveEntry]) -> None:
    """Store the entries of an article that has none."""
    rows = [
        {
            "article_id": name,
            "position": position,
            "time": entry.time,
            "time_offset": get_stated_offset(entry.time),
            "clock": entry.clock,
            "heading": entry.heading,
            "authors": entry.authors,
            "anchor": entry.anchor,
            "first_fetched_at": entry.first_fetched_at,
            "last_fetched_at": entry.last_fetched_at,
        }
        for position, entry in enumerate(entries)
    ]
    if rows:
        connection.execute(insert(StoredEntry), rows)


def load_entries(connection: Connection, names: Collection[str]) -> dict[str, tuple[LiveEntry, ...]]:
    """Return the entries of these articles by id, in page order; articles without entries are left out."""
    found: dict[str, tuple[LiveEntry, ...]] = {}
    ordered = sorted(names)
    row = StoredEntry.__table__.c
    for start in range(0, len(ordered), _LOOKUP):
        some = ordered[start : start + _LOOKUP]
        question = select(StoredEntry.__table__).where(row.article_id.in_(some)).order_by(row.article_id, row.position)
        for name, rows in groupby(connection.execute(question), key=lambda one: str(one.article_id)):
            found[name] = tuple(map(_read_entry, rows))
    return found


def _read_entry(row: Any) -> LiveEntry:
    return LiveEntry(
        time=set_offset(row.time, row.time_offset),
        clock=row.clock,
        heading=row.heading,
        authors=tuple(row.authors),
        anchor=row.anchor,
        first_fetched_at=row.first_fetched_at,
        last_fetched_at=row.last_fetched_at,
    )


def _load_live(connection: Connection, name: str) -> _StoredLive | None:
    entries = load_entries(connection, [name]).get(name)
    if not entries:
        return None
    row = connection.execute(select(_ROW.fetched_at, _ROW.rejected).where(_ROW.id == name)).one()
    if row.rejected is not None:
        return None
    return _StoredLive(row.fetched_at, LiveText.split(load_article_blocks(connection, name), entries))


def load_article_blocks(connection: Connection, name: str) -> tuple[Block, ...]:
    """Return the stored blocks of an article in reading order, kept and cut."""
    row = connection.execute(select(_ROW.blocks, _ROW.text).where(_ROW.id == name)).one_or_none()
    return unpack_blocks(row.blocks, row.text) if row else ()
