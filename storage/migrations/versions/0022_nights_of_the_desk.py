"""The nights of `scrapy nightly`: which step each has reached, so that a killed one goes on there

Revision: 0022, after 0021. Made 2026-12-02.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import storage.database.types

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

_TIME = storage.database.types.UTCDateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "night",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("started_at", _TIME, nullable=False),
        sa.Column("ends_at", _TIME, nullable=True),
        sa.Column("ended_at", _TIME, nullable=True),
        sa.Column("step", sa.String(length=16), nullable=True),
        sa.Column("exit_status", sa.Integer(), nullable=True),
        sa.Column("run_id", sa.Integer(), nullable=True),
        sa.Column("options", storage.database.types.StorableJSON(), nullable=False),
        sa.Column("steps", storage.database.types.StorableJSON(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_night_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_night")),
    )


def downgrade() -> None:
    op.drop_table("night")
