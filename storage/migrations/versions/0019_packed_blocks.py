"""The blocks of an article as one value of its row; the table `block` becomes a view of it

Revision: 0019, after 0018. Made 2026-12-02.

The values are written by storage.models.packed_blocks, in the order of the file, so that no page is read twice.
"""

from __future__ import annotations

import json
import logging
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

import storage.database.types
from cleaning.errors import DatabaseMissing
from cleaning.records.block import Block, BlockKind
from storage.database.words import fold_words
from storage.migrations.block_view import POSTGRESQL, SQLITE
from storage.migrations.dependents import find_dependents, list_grants
from storage.models.packed_blocks import pack_blocks, unpack_blocks

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

_BATCH = 500  # articles in memory
_TOLD_EACH = 20_000  # articles
_NAMES = "article_id, position, kind, text, link_share, links, path, rule, evidence, layout, entry"

logger = logging.getLogger("storage.database.schema")


def upgrade() -> None:
    connection = op.get_bind()
    is_sqlite = connection.dialect.name == "sqlite"
    grants = [] if is_sqlite else _prepare_server(connection, "upgrade")
    op.add_column("article", sa.Column("blocks", storage.database.types.StorableText(), nullable=True))
    found = sa.text(f"SELECT {_NAMES} FROM block WHERE article_id IN :names ORDER BY article_id, position")  # noqa: S608
    found = found.bindparams(sa.bindparam("names", expanding=True))
    write = sa.text("UPDATE article SET blocks = :blocks WHERE id = :name")
    for rows in _read_articles(connection, "id, text", "have their blocks in one value"):
        blocks: defaultdict[str, list[Block]] = defaultdict(list)
        for row in connection.execute(found, {"names": [row.id for row in rows]}):
            blocks[row.article_id].append(_make_block(row))
        values = [{"name": row.id, "blocks": pack_blocks(blocks[row.id], row.text)} for row in rows]
        if packed := [value for value in values if value["blocks"] is not None]:
            connection.execute(write, packed)
    op.drop_table("block")
    connection.exec_driver_sql(SQLITE if is_sqlite else POSTGRESQL)
    for statement in grants:
        connection.exec_driver_sql(statement)


def downgrade() -> None:
    connection = op.get_bind()
    is_sqlite = connection.dialect.name == "sqlite"
    grants = [] if is_sqlite else _prepare_server(connection, "downgrade")
    if is_sqlite:
        # To change tables SQLite reads the triggers of the search index, also on a connection that is not our engine's.
        raw: Any = connection.connection.driver_connection
        raw.create_function("search_words", 1, fold_words, deterministic=True)
    op.execute("DROP VIEW block")
    table = op.create_table(
        "block",
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
    for rows in _read_articles(connection, "id, text, blocks", "have their blocks in a table"):
        for row in rows:
            blocks = enumerate(unpack_blocks(row.blocks, row.text))
            if values := [_make_row(row.id, position, block) for position, block in blocks]:
                connection.execute(table.insert(), values)
    for statement in grants:
        connection.exec_driver_sql(statement)
    op.drop_column("article", "blocks")


def _prepare_server(connection: sa.Connection, what: str) -> list[str]:
    """Return the statements that allow others to read `block`. Raise DatabaseMissing if users' objects depend on it."""
    if dependents := find_dependents(connection, "block"):
        raise DatabaseMissing(
            f"the database cannot be {what}d, because its `block` is made anew and is used by {', '.join(dependents)};"
            f" note their definitions, drop them, {what} it, and create them again"
        )
    return list_grants(connection, "block")


def _read_articles(connection: sa.Connection, columns: str, done_word: str) -> Iterator[list[sa.Row[Any]]]:
    """Yield all articles in batches, in the order of the file; tell from time to time how many are done."""
    is_sqlite = connection.dialect.name == "sqlite"
    place = "rowid" if is_sqlite else "id"
    some = sa.text(
        f"SELECT {place} AS place, {columns} FROM article WHERE {place} > :last ORDER BY {place} LIMIT {_BATCH}"  # noqa: S608
    )
    last: int | str = -1 if is_sqlite else ""
    done = 0
    while rows := list(connection.execute(some, {"last": last})):
        yield rows
        last, done = rows[-1].place, done + len(rows)
        if done % _TOLD_EACH == 0:
            logger.info("%s articles %s", f"{done:,}", done_word)


def _make_row(name: str, position: int, block: Block) -> dict[str, Any]:
    return {
        "article_id": name,
        "position": position,
        "kind": str(block.kind),
        "text": block.text,
        "link_share": block.link_share,
        "links": block.links,
        "path": block.path,
        "rule": block.rule,
        "evidence": block.evidence,
        "layout": block.layout or None,
        "entry": block.entry,
    }


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
