"""The entries of live blogs

Revision: 0017, after 0016. Made 2026-12-01.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

import storage.database.types
from storage.database.words import fold_words

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "entry",
        sa.Column("article_id", sa.String(length=16), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("time", storage.database.types.UTCDateTime(), nullable=True),
        sa.Column("time_offset", sa.Integer(), nullable=True),
        sa.Column("clock", storage.database.types.StorableText(), nullable=False),
        sa.Column("heading", storage.database.types.StorableText(), nullable=False),
        sa.Column("authors", storage.database.types.StorableJSON(), nullable=False),
        sa.Column("anchor", storage.database.types.StorableText(), nullable=False),
        sa.Column("first_fetched_at", storage.database.types.UTCDateTime(), nullable=False),
        sa.Column("last_fetched_at", storage.database.types.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name=op.f("fk_entry_article_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("article_id", "position", name=op.f("pk_entry")),
    )
    op.add_column("block", sa.Column("entry", sa.Integer(), nullable=True))


def downgrade() -> None:
    connection = op.get_bind()
    if connection.dialect.name == "sqlite":
        # To drop a column SQLite reads the triggers of the search index, also on a connection that is not our engine's.
        raw: Any = connection.connection.driver_connection
        raw.create_function("search_words", 1, fold_words, deterministic=True)
    op.drop_column("block", "entry")
    op.drop_table("entry")
