"""The table of removed blocks: every block that was cut from an article of the release, with the rule that cut it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, FromClause, Select, func, select

from storage.export.batch import Batch
from storage.export.rows import read
from storage.export.schema import Field, FieldKind, Table
from storage.export.selection.choose import CHOSEN
from storage.export.selection.selection import Selection
from storage.models import StoredBlock

TABLE = Table(
    "removed",
    (
        Field("article_id", FieldKind.TEXT, "id of the article that the block was cut from"),
        Field("position", FieldKind.COUNT, "position of the block among all blocks of its page, from 0"),
        Field(
            "kind",
            FieldKind.TEXT,
            "paragraph, heading, item, quote, row, caption, code or correction",
            is_repetitive=True,
        ),
        Field("text", FieldKind.TEXT, "the block"),
        Field("rule", FieldKind.TEXT, "rule that cut it", is_repetitive=True),
        Field("evidence", FieldKind.TEXT, "evidence of the rule", nullable=True),
    ),
    "removed",
)
_BLOCK = StoredBlock.__table__


def stream_batches(connection: Connection, _selection: Selection) -> Iterator[Batch]:
    """Yield the cut blocks in the order of the articles in the release, then in reading order."""
    question: Select[Any] = select(*(_BLOCK.c[name] for name in TABLE.names))
    question = question.select_from(_join_blocks()).where(_BLOCK.c.rule.is_not(None))
    return read.read_batches(connection, question.order_by(CHOSEN.c.n, _BLOCK.c.position), TABLE)


def count_rows(connection: Connection, _selection: Selection) -> int:
    question = select(func.count()).select_from(_join_blocks()).where(_BLOCK.c.rule.is_not(None))
    return connection.scalar(question) or 0


def _join_blocks() -> FromClause:
    return CHOSEN.join(_BLOCK, _BLOCK.c.article_id == CHOSEN.c.id)
