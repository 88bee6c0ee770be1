"""What the sources of an address call the article behind it

Revision: 0003, after 0002. Made 2026-11-22.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import storage.database.types

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Columns that may be null are added in place on both databases: no table is copied.
    op.add_column("address", sa.Column("headline_key", storage.database.types.StorableText(), nullable=True))
    op.add_column("address", sa.Column("headline_source", sa.String(length=32), nullable=True))
    op.create_index("ix_address_headline", "address", ["site", "headline_key"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_address_headline", table_name="address")
    for name in ("headline_source", "headline_key"):
        op.drop_column("address", name)
