"""The articles of a run are found without reading every text

Revision: 0013, after 0012. Made 2026-12-01.
"""

from __future__ import annotations

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_article_run", "article", ["run_id"])


def downgrade() -> None:
    op.drop_index("ix_article_run", "article")
