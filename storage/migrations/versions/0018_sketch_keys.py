"""The index of near-duplicates in rows of half the size

Revision: 0018, after 0017. Made 2026-12-01.

Each row becomes one number: the last 35 bits of the value, then the first 28 of the article's id.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")  # on SQLite the key is the row


def upgrade() -> None:
    op.create_table(
        "sketch_key",
        sa.Column("key", _KEY, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_sketch_key")),
    )
    op.execute(
        "INSERT INTO sketch_key (key) "
        "SELECT DISTINCT ((value & 34359738367) << 28) + ((article >> 36) & 268435455) FROM sketch ORDER BY 1"
    )
    op.drop_table("sketch")


def downgrade() -> None:
    op.create_table(
        "sketch",
        sa.Column("value", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("article", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("value", "article", name=op.f("pk_sketch")),
        sqlite_with_rowid=False,
    )
    op.execute("UPDATE article SET sketch = NULL")  # they come into the index again when the next crawl starts
    op.drop_table("sketch_key")
