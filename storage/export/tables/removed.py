"""What was thrown away: every block that was cut from an article of the release, with the rule that cut it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, FromClause, Select, func, select

from storage.export import reading
from storage.export.batch import Batch
from storage.export.schema import Field, Kind, Table
from storage.export.selection import CHOSEN, Selection
from storage.models import StoredBlock

TABLE = Table(
    "removed",
    (
        Field("article_id", Kind.TEXT, "id of the article that the block was cut from"),
        Field("position", Kind.COUNT, "place of the block among all blocks of its page, from 0"),
        Field("kind", Kind.TEXT, "paragraph, heading, item, quote, row, caption or code", recurs=True),
        Field("text", Kind.TEXT, "the block"),
        Field("rule", Kind.TEXT, "rule that cut it", recurs=True),
        Field("evidence", Kind.TEXT, "what that rule saw", nullable=True),
    ),
    "removed",
)
_BLOCK = StoredBlock.__table__


def batches(connection: Connection, _selection: Selection) -> Iterator[Batch]:
    """The cut blocks, in the order of the articles in the release, then as they are read."""
    question: Select[Any] = select(*(_BLOCK.c[name] for name in TABLE.names))
    question = question.select_from(_joined()).where(_BLOCK.c.rule.is_not(None))
    return reading.batches(connection, question.order_by(CHOSEN.c.n, _BLOCK.c.position), TABLE)


def count(connection: Connection, _selection: Selection) -> int:
    question = select(func.count()).select_from(_joined()).where(_BLOCK.c.rule.is_not(None))
    return connection.scalar(question) or 0


def _joined() -> FromClause:
    return CHOSEN.join(_BLOCK, _BLOCK.c.article_id == CHOSEN.c.id)
