"""What pages tell of their sites, what is learnt of a site, and what of it a text depends on

Revision: 0004, after 0003. Made 2026-11-22.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import storage.database.types

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    newest = ["site", "published_at", "fetched_at", "archive_file", "id"]
    op.create_index("ix_article_newest", "article", newest, unique=False)
    op.create_index("ix_article_site_id", "article", ["site", "id"], unique=False)
    op.drop_index("ix_article_site", table_name="article")
    op.create_table(
        "observation",
        sa.Column("article_id", sa.String(length=16), nullable=False),
        sa.Column("site", sa.String(length=64), nullable=False),
        sa.Column("cleaner_version", sa.String(length=32), nullable=False),
        sa.Column("fetched_at", storage.database.types.UTCDateTime(timezone=True), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"], ["article.id"], name=op.f("fk_observation_article_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("article_id", name=op.f("pk_observation")),
    )
    op.create_index(op.f("ix_observation_site"), "observation", ["site"], unique=False)
    op.create_table(
        "site_memory",
        sa.Column("site", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=16), nullable=False),
        sa.Column("cleaner_version", sa.String(length=32), nullable=False),
        sa.Column("articles", sa.Integer(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("site", name=op.f("pk_site_memory")),
    )
    op.create_table(
        "site_block",
        sa.Column("site", sa.String(length=64), nullable=False),
        sa.Column("fingerprint", sa.BigInteger(), nullable=False),
        sa.Column("articles", sa.Integer(), nullable=False),
        sa.Column("needed", sa.Integer(), nullable=False),
        sa.Column("text", storage.database.types.StorableText(), nullable=False),
        sa.Column("place", storage.database.types.StorableText(), nullable=False),
        sa.Column("first_seen", sa.String(length=10), nullable=False),
        sa.Column("last_seen", sa.String(length=10), nullable=False),
        sa.PrimaryKeyConstraint("site", "fingerprint", name=op.f("pk_site_block")),
    )
    op.create_table(
        "pardon",
        sa.Column("site", sa.String(length=64), nullable=False),
        sa.Column("fingerprint", sa.BigInteger(), nullable=False),
        sa.Column("text", storage.database.types.StorableText(), nullable=False),
        sa.PrimaryKeyConstraint("site", "fingerprint", name=op.f("pk_pardon")),
    )
    op.create_table(
        "trace",
        sa.Column("article_id", sa.String(length=16), nullable=False),
        sa.Column("digest", sa.String(length=16), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name=op.f("fk_trace_article_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("article_id", name=op.f("pk_trace")),
    )


def downgrade() -> None:
    for name in ("trace", "pardon", "site_block", "site_memory", "observation"):
        op.drop_table(name)
    op.create_index("ix_article_site", "article", ["site"], unique=False)
    for name in ("ix_article_site_id", "ix_article_newest"):
        op.drop_index(name, table_name="article")
