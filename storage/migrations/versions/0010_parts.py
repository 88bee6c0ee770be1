"""Articles on several pages, and which sources listed an address

Revision: 0010, after 0009. Made 2026-12-01.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import storage.database.types

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "part",
        sa.Column("article_id", sa.String(length=16), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("url", storage.database.types.StorableText(), nullable=False),
        sa.Column("archive_file", storage.database.types.StorableText(), nullable=False),
        sa.Column("archive_offset", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name=op.f("fk_part_article_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("article_id", "position", name=op.f("pk_part")),
    )
    op.create_index(op.f("ix_part_url"), "part", ["url"])
    op.add_column("address", sa.Column("listed_by", sa.Integer(), server_default="0", nullable=False))


def downgrade() -> None:
    op.drop_column("address", "listed_by")
    op.drop_table("part")
