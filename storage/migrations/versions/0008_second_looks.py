"""Which source dates an address, and what its earlier fetches brought

Revision: 0008, after 0007. Made 2026-12-01.

A rank counts minutes from now on, so that the ranks of fetched addresses fit behind those of others in an INTEGER.
An address that had failed before is due again when a source lists it: its rests are not known.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import storage.database.types

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_MOMENT = storage.database.types.UTCDateTime(timezone=True)


def upgrade() -> None:
    # With a default of the database's they are added in place on both: no table is copied.
    op.add_column("address", sa.Column("changed_by", sa.String(length=32), nullable=True))
    op.add_column("address", sa.Column("vain", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("address", sa.Column("changes", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("address", sa.Column("ended_at", _MOMENT, nullable=True))
    in_vain = sa.text("reason IS NOT NULL")
    op.create_index("ix_address_rest", "address", ["site", "due_at"], sqlite_where=in_vain, postgresql_where=in_vain)
    op.execute("UPDATE address SET rank = rank / 60, ended_at = due_at, changed_by = source")


def downgrade() -> None:
    op.drop_index("ix_address_rest", table_name="address")
    op.execute("UPDATE address SET rank = CASE WHEN changed_at IS NULL OR rank > 0 THEN 0 ELSE rank * 60 END")
    for name in ("ended_at", "changes", "vain", "changed_by"):
        op.drop_column("address", name)
