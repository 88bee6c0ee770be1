"""Articles and sites that were taken down

Revision: 0011, after 0010. Made 2026-12-01.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import storage.database.types

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "tombstone",
        sa.Column("article_id", sa.String(length=16), nullable=False),
        sa.Column("url", storage.database.types.StorableText(), nullable=False),
        sa.Column("site", sa.String(length=64), nullable=False),
        sa.Column("removed_at", storage.database.types.UTCDateTime(timezone=True), nullable=False),
        sa.Column("reason", storage.database.types.StorableText(), nullable=True),
        sa.Column("records", storage.database.types.StorableJSON(), nullable=True),
        sa.PrimaryKeyConstraint("article_id", name=op.f("pk_tombstone")),
    )
    op.create_table(
        "removed_site",
        sa.Column("site", sa.String(length=64), nullable=False),
        sa.Column("removed_at", storage.database.types.UTCDateTime(timezone=True), nullable=False),
        sa.Column("reason", storage.database.types.StorableText(), nullable=True),
        sa.Column("is_erased", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("site", name=op.f("pk_removed_site")),
    )


def downgrade() -> None:
    op.drop_table("removed_site")
    op.drop_table("tombstone")
