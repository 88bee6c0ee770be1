"""Offsets of the pages' clocks, licence, paywall and kind of page

Revision: 0002, after 0001. Made 2026-11-22.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import storage.database.types

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Columns that may be null are added in place on both databases: no table is copied.
    op.add_column("article", sa.Column("published_offset", sa.Integer(), nullable=True))
    op.add_column("article", sa.Column("modified_offset", sa.Integer(), nullable=True))
    op.add_column("article", sa.Column("licence", storage.database.types.StorableText(), nullable=True))
    op.add_column("article", sa.Column("free", sa.Boolean(), nullable=True))
    op.add_column("article", sa.Column("page_kind", sa.String(length=16), nullable=True))


def downgrade() -> None:
    for name in ("page_kind", "free", "licence", "modified_offset", "published_offset"):
        op.drop_column("article", name)
