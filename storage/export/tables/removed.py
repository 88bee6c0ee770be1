"""The table of removed blocks: every block that was cut from an article of the release, with the rule that cut it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, func, select

from storage.export.batch import Batch
from storage.export.rows import read
from storage.export.schema import Field, FieldKind, Table
from storage.export.selection.choose import CHOSEN
from storage.export.selection.selection import Selection
from storage.models import StoredArticle, StoredBlock
from storage.models.packed_blocks import unpack_blocks

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
    article = StoredArticle.__table__
    question = (
        select(article.c.id, article.c.blocks, article.c.text)
        .select_from(CHOSEN.join(article, article.c.id == CHOSEN.c.id))
        .order_by(CHOSEN.c.n)
    )
    for articles in read.stream_rows(connection, question):
        rows = [row for article_id, packed, text in articles for row in _list_removed(article_id, packed, text)]
        for start in range(0, len(rows), read.BATCH_ROWS):
            yield Batch(TABLE, list(zip(*rows[start : start + read.BATCH_ROWS], strict=True)))


def count_rows(connection: Connection, _selection: Selection) -> int:
    joined = CHOSEN.join(_BLOCK, _BLOCK.c.article_id == CHOSEN.c.id)
    question = select(func.count()).select_from(joined).where(_BLOCK.c.rule.is_not(None))
    return connection.scalar(question) or 0


def _list_removed(article_id: str, packed: str | None, text: str) -> Iterator[tuple[Any, ...]]:
    for position, block in enumerate(unpack_blocks(packed, text)):
        if block.rule is not None:
            yield article_id, position, str(block.kind), block.text, block.rule, block.evidence
