"""The kind of a duplicate may be a longer word: PostgreSQL refused "repeated-headline", and with it the article

Revision: 0025, after 0024. Made 2026-12-02.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

SHORT, LONG = sa.String(length=16), sa.String(length=32)


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":  # SQLite stores texts of any length, and would copy the table
        op.alter_column("article", "duplicate_kind", existing_type=SHORT, type_=LONG)


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.alter_column("article", "duplicate_kind", existing_type=LONG, type_=SHORT)
