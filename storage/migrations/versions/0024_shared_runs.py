"""Runs that several crawls share: what each site of one has counted so far

Revision: 0024, after 0023. Made 2026-12-02.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import storage.database.types

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "run_part",
        sa.Column("site", sa.String(length=64), nullable=False),
        sa.Column("run_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("begun", sa.Integer(), nullable=False),
        sa.Column("counts", storage.database.types.StorableJSON(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_run_part_run_id")),
        sa.PrimaryKeyConstraint("site", "run_id", name=op.f("pk_run_part")),
    )


def downgrade() -> None:
    op.drop_table("run_part")
