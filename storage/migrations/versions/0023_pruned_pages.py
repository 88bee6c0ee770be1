"""Articles say that their raw page was pruned from the archive, and when

Revision: 0023, after 0022. Made 2026-12-02.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

import storage.database.types
from storage.database.words import fold_words

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

_MOMENT = storage.database.types.UTCDateTime(timezone=True)
_IS_PRUNED = sa.text("raw_pruned_at IS NOT NULL")


def upgrade() -> None:
    op.add_column("article", sa.Column("raw_pruned_at", _MOMENT, nullable=True))
    op.create_index(
        "ix_article_pruned", "article", ["site", "id"], sqlite_where=_IS_PRUNED, postgresql_where=_IS_PRUNED
    )


def downgrade() -> None:
    connection = op.get_bind()
    if connection.dialect.name == "sqlite":
        # To drop a column SQLite reads the triggers of the search index, also on a connection that is not our engine's.
        raw: Any = connection.connection.driver_connection
        raw.create_function("search_words", 1, fold_words, deterministic=True)
    op.drop_index("ix_article_pruned", table_name="article")
    op.drop_column("article", "raw_pruned_at")
