"""The blocks of an article as one value of its row; the table `block` becomes a view of it

Revision: 0019, after 0018. Made 2026-12-02.

The values are written by storage.articles.packed_blocks, in the order of the file, so that no page is read twice.
"""

from __future__ import annotations

import json
import logging
from collections import defaultdict
from typing import Any

import sqlalchemy as sa
from alembic import op

import storage.database.types
from cleaning.article import Block, BlockKind
from storage.articles.packed_blocks import pack_blocks
from storage.database.words import fold_words
from storage.migrations.block_view import POSTGRESQL, SQLITE

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

_BATCH = 500  # articles in memory
_TOLD_EACH = 20_000  # articles
_NAMES = "article_id, position, kind, text, link_share, links, path, rule, evidence, layout, entry"

logger = logging.getLogger("storage.database.schema")


def upgrade() -> None:
    op.add_column("article", sa.Column("blocks", storage.database.types.StorableText(), nullable=True))
    connection = op.get_bind()
    is_sqlite = connection.dialect.name == "sqlite"
    place = "rowid" if is_sqlite else "id"
    some = sa.text(
        f"SELECT {place} AS place, id, text FROM article WHERE {place} > :last ORDER BY {place} LIMIT {_BATCH}"  # noqa: S608
    )
    found = sa.text(f"SELECT {_NAMES} FROM block WHERE article_id IN :names ORDER BY article_id, position")  # noqa: S608
    found = found.bindparams(sa.bindparam("names", expanding=True))
    write = sa.text("UPDATE article SET blocks = :blocks WHERE id = :name")
    last: int | str = -1 if is_sqlite else ""
    done = 0
    while rows := connection.execute(some, {"last": last}).all():
        blocks: defaultdict[str, list[Block]] = defaultdict(list)
        for row in connection.execute(found, {"names": [row.id for row in rows]}):
            blocks[row.article_id].append(_make_block(row))
        values = [{"name": row.id, "blocks": pack_blocks(blocks[row.id], row.text)} for row in rows]
        if packed := [value for value in values if value["blocks"] is not None]:
            connection.execute(write, packed)
        last, done = rows[-1].place, done + len(rows)
        if done % _TOLD_EACH == 0:
            logger.info("%s articles have their blocks in one value", f"{done:,}")
    op.drop_table("block")
    op.execute(SQLITE if is_sqlite else POSTGRESQL)


def downgrade() -> None:
    connection = op.get_bind()
    if connection.dialect.name == "sqlite":
        # To change tables SQLite reads the triggers of the search index, also on a connection that is not our engine's.
        raw: Any = connection.connection.driver_connection
        raw.create_function("search_words", 1, fold_words, deterministic=True)
    op.create_table(
        "block_rows",
        sa.Column("article_id", sa.String(length=16), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("text", storage.database.types.StorableText(), nullable=False),
        sa.Column("link_share", sa.Float(precision=53), nullable=False),
        sa.Column("links", storage.database.types.StorableJSON(), nullable=False),
        sa.Column("path", storage.database.types.StorableText(), nullable=False),
        sa.Column("rule", sa.String(length=64), nullable=True),
        sa.Column("evidence", storage.database.types.StorableText(), nullable=True),
        sa.Column("layout", storage.database.types.StorableText(), nullable=True),
        sa.Column("entry", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name=op.f("fk_block_article_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("article_id", "position", name=op.f("pk_block")),
    )
    op.execute(f"INSERT INTO block_rows ({_NAMES}) SELECT {_NAMES} FROM block")  # noqa: S608
    op.execute("DROP VIEW block")
    op.rename_table("block_rows", "block")
    op.drop_column("article", "blocks")


def _make_block(row: sa.Row[Any]) -> Block:
    links = json.loads(row.links) if isinstance(row.links, str) else row.links
    return Block(
        row.text,
        BlockKind(row.kind),
        row.link_share,
        tuple(links),
        row.path,
        row.rule,
        row.evidence,
        row.layout or "",
        row.entry,
    )
