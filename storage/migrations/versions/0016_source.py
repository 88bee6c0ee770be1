"""Agencies, desks and papers that the byline of an article names

Revision: 0016, after 0015. Made 2026-12-01.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

import storage.database.types
from storage.database.words import fold_words

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("article", sa.Column("source", storage.database.types.StorableText(), nullable=True))


def downgrade() -> None:
    connection = op.get_bind()
    if connection.dialect.name == "sqlite":
        # To drop a column SQLite reads the triggers of the search index, also on a connection that is not our engine's.
        raw: Any = connection.connection.driver_connection
        raw.create_function("search_words", 1, fold_words, deterministic=True)
    op.drop_column("article", "source")
