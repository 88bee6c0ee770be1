"""Addresses and pages are found by what became of them in a run

Revision: 0014, after 0013. Made 2026-12-01.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_HAS_REASON = sa.text("reason IS NOT NULL")
_IS_REJECTED = sa.text("rejected IS NOT NULL")


def upgrade() -> None:
    op.create_index(
        "ix_address_outcome", "address", ["last_run", "id"], sqlite_where=_HAS_REASON, postgresql_where=_HAS_REASON
    )
    op.create_index(
        "ix_article_rejected", "article", ["run_id", "id"], sqlite_where=_IS_REJECTED, postgresql_where=_IS_REJECTED
    )


def downgrade() -> None:
    op.drop_index("ix_article_rejected", "article")
    op.drop_index("ix_address_outcome", "address")
