"""The days of each site that are to be settled

Revision: 0018, after 0017. Made 2026-12-01.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "unsettled_day",
        sa.Column("site", sa.String(length=64), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.PrimaryKeyConstraint("site", "day", name=op.f("pk_unsettled_day")),
    )
    # All pages of a site had one memory until now.
    op.execute("INSERT INTO unsettled_day (site, day) SELECT DISTINCT site, '' FROM article")


def downgrade() -> None:
    op.drop_table("unsettled_day")
