"""Where a block stands in the lists, quotes and tables of its page

Revision: 0013, after 0012. Made 2026-12-01.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import storage.database.types

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("block", sa.Column("layout", storage.database.types.StorableText(), nullable=True))


def downgrade() -> None:
    op.drop_column("block", "layout")
