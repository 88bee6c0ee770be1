"""The nights of each site as series, and what was found of them

Revision: 0020, after 0019. Made 2026-12-02.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from storage.database.types import StorableJSON, StorableText, UTCDateTime
from storage.database.words import fold_words

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("run", sa.Column("is_night", sa.Boolean(), nullable=True))
    op.add_column("run", sa.Column("notices", StorableJSON(), nullable=True))
    op.create_table(
        "site_night",
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("site", sa.String(64), nullable=False),
        sa.Column("started_at", UTCDateTime(), nullable=False),
        sa.Column("numbers", StorableJSON(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_site_night_run_id")),
        sa.PrimaryKeyConstraint("run_id", "site", name=op.f("pk_site_night")),
    )
    op.create_index("ix_site_night_site", "site_night", ["site", "run_id"])
    op.create_table(
        "finding",
        sa.Column("site", sa.String(64), nullable=False),
        sa.Column("name", sa.String(32), nullable=False),
        sa.Column("first_run", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sentence", StorableText(), nullable=False),
        sa.Column("advice", StorableText(), nullable=False),
        sa.Column("evidence", StorableJSON(), nullable=False),
        sa.Column("first_seen", UTCDateTime(), nullable=False),
        sa.Column("last_seen", UTCDateTime(), nullable=False),
        sa.Column("last_run", sa.Integer(), nullable=False),
        sa.Column("healed_at", UTCDateTime(), nullable=True),
        sa.Column("healed_run", sa.Integer(), nullable=True),
        sa.Column("muted_until", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("site", "name", "first_run", name=op.f("pk_finding")),
    )


def downgrade() -> None:
    op.drop_table("finding")
    op.drop_index("ix_site_night_site", "site_night")
    op.drop_table("site_night")
    connection = op.get_bind()
    if connection.dialect.name == "sqlite":
        # To drop a column SQLite reads the triggers of the search index, also on a connection that is not our engine's.
        raw: Any = connection.connection.driver_connection
        raw.create_function("search_words", 1, fold_words, deterministic=True)
    op.drop_column("run", "notices")
    op.drop_column("run", "is_night")
