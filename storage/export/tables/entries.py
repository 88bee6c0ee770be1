"""The table of entries: those of the live blogs of the release, also the ones that a page no longer showed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, FromClause, func, select

from cleaning.records.block import LiveEntry
from cleaning.records.times import format_local, set_offset
from cleaning.records.words import count_text_words
from storage.export.batch import Batch
from storage.export.rows import read
from storage.export.schema import Field, FieldKind, Table
from storage.export.selection.choose import CHOSEN
from storage.export.selection.selection import Selection
from storage.models import StoredArticle, StoredEntry
from storage.models.packed_blocks import unpack_blocks

TABLE = Table(
    "entries",
    (
        Field("article_id", FieldKind.TEXT, "id of the live blog that the entry belongs to"),
        Field("position", FieldKind.COUNT, "position of the entry in its page, from 0"),
        Field("time", FieldKind.TIME, "when it was written; null if the page does not tell its day", nullable=True),
        Field(
            "time_local",
            FieldKind.TEXT,
            "the same moment by the page's own clock, as ISO 8601; null where the page states no zone",
            nullable=True,
        ),
        Field("clock", FieldKind.TEXT, "the time as the page shows it; empty if it shows none"),
        Field("heading", FieldKind.TEXT, "heading of the entry; empty if it has none"),
        Field("authors", FieldKind.TEXTS, "who wrote it, one name an item"),
        Field("anchor", FieldKind.TEXT, "id of its element in the page; empty if it has none"),
        Field("text", FieldKind.TEXT, "the entry without time and heading, one block a line"),
        Field("words", FieldKind.COUNT, "words of the text"),
        Field("on_page", FieldKind.BOOLEAN, "whether the page had it at the last fetch"),
        Field("first_fetched_at", FieldKind.TIME, "first fetch that had it"),
        Field("last_fetched_at", FieldKind.TIME, "last fetch that had it"),
    ),
    "entries",
)
_ENTRY, _ARTICLE = StoredEntry.__table__.c, StoredArticle.__table__.c
_BATCH_ARTICLES = 50  # live blogs in memory, each with all its entries


def stream_batches(connection: Connection, _selection: Selection) -> Iterator[Batch]:
    """Yield the entries in the order of the articles in the release, then in page order."""
    live = select(CHOSEN.c.id).where(CHOSEN.c.id.in_(select(_ENTRY.article_id))).order_by(CHOSEN.c.n)
    for some in read.stream_rows(connection, live):
        for start in range(0, len(some), _BATCH_ARTICLES):
            names = [name for (name,) in some[start : start + _BATCH_ARTICLES]]
            rows = _load_rows(connection, names)
            if rows:
                yield Batch(TABLE, list(zip(*rows, strict=True)))


def count_rows(connection: Connection, _selection: Selection) -> int:
    return connection.scalar(select(func.count()).select_from(_join_entries())) or 0


def _join_entries() -> FromClause:
    return CHOSEN.join(StoredEntry.__table__, _ENTRY.article_id == CHOSEN.c.id)


def _load_rows(connection: Connection, names: list[str]) -> list[tuple[Any, ...]]:
    texts: dict[tuple[str, int], list[tuple[str, str]]] = {}
    articles = connection.execute(select(_ARTICLE.id, _ARTICLE.blocks, _ARTICLE.text).where(_ARTICLE.id.in_(names)))
    for name, packed, text in articles:
        for block in unpack_blocks(packed, text):
            if block.entry is not None and block.is_kept:
                texts.setdefault((name, block.entry), []).append((block.kind, block.text))
    place = {name: number for number, name in enumerate(names)}
    found = connection.execute(
        select(*StoredEntry.__table__.c, StoredArticle.fetched_at)
        .join(StoredArticle, StoredArticle.id == _ENTRY.article_id)
        .where(_ENTRY.article_id.in_(names))
    )
    ordered = sorted(found, key=lambda row: (place[row.article_id], row.position))
    return [_make_row(row, texts.get((row.article_id, row.position), [])) for row in ordered]


def _make_row(row: Any, blocks: list[tuple[str, str]]) -> tuple[Any, ...]:
    text = LiveEntry(clock=row.clock, heading=row.heading).join_text(blocks)
    return (
        row.article_id,
        row.position,
        row.time,
        format_local(set_offset(row.time, row.time_offset)),
        row.clock,
        row.heading,
        list(row.authors),
        row.anchor,
        text,
        count_text_words(text),
        row.last_fetched_at == row.fetched_at,
        row.first_fetched_at,
        row.last_fetched_at,
    )
