"""Stories: the index of near-duplicates, what is kin to what, revisions; sections, and what is reserved

Revision: 0006, after 0005. Made 2026-11-22.

Articles that are stored already come into the index when the next crawl starts: to read them is the cleaner's business.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import storage.database.types

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_TEXT, _JSON = storage.database.types.StorableText, storage.database.types.StorableJSON
_MOMENT, _SHARE = storage.database.types.UTCDateTime, sa.Float(precision=53)


def upgrade() -> None:
    # Without a value, or with a default of the database's, they are added in place on both: no table is copied.
    for column in (
        sa.Column("section", _TEXT()),
        sa.Column("tdm_reserved", sa.Boolean()),
        sa.Column("tdm_policy", _TEXT()),
        sa.Column("ai_refused", _JSON()),
        sa.Column("usage", _JSON(), nullable=False, server_default="[]"),
        sa.Column("duplicate_kind", sa.String(length=16)),
        sa.Column("duplicate_via", sa.String(length=16)),
        sa.Column("duplicate_share", _SHARE),
        sa.Column("story_key", _TEXT(), nullable=False, server_default=""),
        sa.Column("sketch", sa.LargeBinary()),
    ):
        op.add_column("article", column)
    op.execute("UPDATE article SET duplicate_share = duplicate_likeness WHERE duplicate_likeness IS NOT NULL")
    op.create_index(
        "ix_article_story", "article", ["site", "story_key", "published_at", "fetched_at", "rejected", "id"]
    )
    unindexed = sa.text("sketch IS NULL AND rejected IS NULL")
    op.create_index("ix_article_unindexed", "article", ["id"], sqlite_where=unindexed, postgresql_where=unindexed)
    op.create_table(
        "revision",
        sa.Column("article_id", sa.String(length=16), nullable=False),
        sa.Column("fetched_at", _MOMENT(timezone=True), nullable=False),
        sa.Column("title", _TEXT(), nullable=False),
        sa.Column("authors", _JSON(), nullable=False),
        sa.Column("published_at", _MOMENT(timezone=True)),
        sa.Column("modified_at", _MOMENT(timezone=True)),
        sa.Column("words", sa.Integer(), nullable=False),
        sa.Column("blocks", _JSON()),
        sa.Column("cleaner_version", sa.String(length=32), nullable=False),
        sa.Column("archive_file", _TEXT()),
        sa.Column("archive_offset", sa.BigInteger()),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"], ["article.id"], name=op.f("fk_revision_article_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_revision_run_id")),
        sa.PrimaryKeyConstraint("article_id", "fetched_at", name=op.f("pk_revision")),
    )
    op.create_table(
        "sketch",
        sa.Column("value", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("article", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("value", "article", name=op.f("pk_sketch")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "kinship",
        sa.Column("one", sa.String(length=16), nullable=False),
        sa.Column("other", sa.String(length=16), nullable=False),
        sa.Column("rule", sa.String(length=32), nullable=False),
        sa.Column("likeness", _SHARE, nullable=False),
        sa.Column("share", _SHARE, nullable=False),
        sa.ForeignKeyConstraint(["one"], ["article.id"], name=op.f("fk_kinship_one"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["other"], ["article.id"], name=op.f("fk_kinship_other"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("one", "other", name=op.f("pk_kinship")),
    )
    op.create_index(op.f("ix_kinship_other"), "kinship", ["other"])


def downgrade() -> None:
    for table in ("kinship", "sketch", "revision"):
        op.drop_table(table)
    for index in ("ix_article_unindexed", "ix_article_story"):
        op.drop_index(index, "article")
    for column in (
        "sketch", "story_key", "duplicate_share", "duplicate_via", "duplicate_kind",
        "usage", "ai_refused", "tdm_policy", "tdm_reserved", "section",
    ):  # fmt: skip
        op.drop_column("article", column)
