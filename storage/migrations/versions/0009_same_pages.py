"""Pages that are asked for once: twins of addresses, what was learnt of them, and validators of responses

Revision: 0009, after 0008. Made 2026-12-01.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import storage.database.types

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_TEXT = storage.database.types.StorableText


def upgrade() -> None:
    op.create_table(
        "twin",
        sa.Column("address_id", sa.Integer(), nullable=False),
        sa.Column("group_key", sa.BigInteger(), nullable=False),
        sa.Column("target_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["address_id"], ["address.id"], name=op.f("fk_twin_address_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["target_id"], ["address.id"], name=op.f("fk_twin_target_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("address_id", name=op.f("pk_twin")),
    )
    op.create_index(op.f("ix_twin_group_key"), "twin", ["group_key"])
    op.create_index(op.f("ix_twin_target_id"), "twin", ["target_id"])
    op.create_table(
        "twin_evidence",
        sa.Column("site", sa.String(length=64), nullable=False),
        sa.Column("difference", sa.String(length=64), nullable=False),
        sa.Column("remainder", sa.BigInteger(), nullable=False),
        sa.Column("is_same", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("site", "difference", "remainder", name=op.f("pk_twin_evidence")),
    )
    op.create_table(
        "validator",
        sa.Column("address_id", sa.Integer(), nullable=False),
        sa.Column("url", _TEXT(), nullable=False),
        sa.Column("etag", _TEXT(), nullable=True),
        sa.Column("last_modified", _TEXT(), nullable=True),
        sa.Column("body_hash", sa.String(length=32), nullable=False),
        sa.Column("content_type", _TEXT(), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.Column("unchanged", sa.Integer(), nullable=False),
        sa.Column("is_believed", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["address_id"], ["address.id"], name=op.f("fk_validator_address_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("address_id", name=op.f("pk_validator")),
    )


def downgrade() -> None:
    op.drop_table("validator")
    op.drop_table("twin_evidence")
    op.drop_table("twin")
