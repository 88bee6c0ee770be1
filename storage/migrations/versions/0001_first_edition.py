"""The first edition

Revision: 0001, after nothing. Made 2026-11-22.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import storage.database.types

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("spider", storage.database.types.StorableText(), nullable=False),
        sa.Column("started_at", storage.database.types.UTCDateTime(timezone=True), nullable=False),
        sa.Column("ended_at", storage.database.types.UTCDateTime(timezone=True), nullable=True),
        sa.Column("outcome", storage.database.types.StorableText(), nullable=True),
        sa.Column("exit_code", sa.Integer(), nullable=True),
        sa.Column("counts", storage.database.types.StorableJSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_run")),
    )
    op.create_table(
        "address",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("url", storage.database.types.StorableText(), nullable=False),
        sa.Column("site", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("source", sa.String(length=32), nullable=False),
        sa.Column("depth", sa.Integer(), nullable=False),
        sa.Column("changed_at", storage.database.types.UTCDateTime(timezone=True), nullable=True),
        sa.Column("published_at", storage.database.types.UTCDateTime(timezone=True), nullable=True),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("offered_at", storage.database.types.UTCDateTime(timezone=True), nullable=False),
        sa.Column("first_run", sa.Integer(), nullable=False),
        sa.Column("last_run", sa.Integer(), nullable=False),
        sa.Column("due_at", storage.database.types.UTCDateTime(timezone=True), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("fetched_at", storage.database.types.UTCDateTime(timezone=True), nullable=True),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(["first_run"], ["run.id"], name=op.f("fk_address_first_run")),
        sa.ForeignKeyConstraint(["last_run"], ["run.id"], name=op.f("fk_address_last_run")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_address")),
        sa.UniqueConstraint("url", name=op.f("uq_address_url")),
    )
    with op.batch_alter_table("address", schema=None) as batch_op:
        batch_op.create_index("ix_address_lease", ["site", "state", "kind", "rank", "id"], unique=False)

    op.create_table(
        "article",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("url", storage.database.types.StorableText(), nullable=False),
        sa.Column("canonical_url", storage.database.types.StorableText(), nullable=True),
        sa.Column("site", sa.String(length=64), nullable=False),
        sa.Column("site_name", storage.database.types.StorableText(), nullable=True),
        sa.Column("title", storage.database.types.StorableText(), nullable=False),
        sa.Column("headline_key", storage.database.types.StorableText(), nullable=False),
        sa.Column("authors", storage.database.types.StorableJSON(), nullable=False),
        sa.Column("published_at", storage.database.types.UTCDateTime(timezone=True), nullable=True),
        sa.Column("published_raw", storage.database.types.StorableText(), nullable=True),
        sa.Column("modified_at", storage.database.types.UTCDateTime(timezone=True), nullable=True),
        sa.Column("fetched_at", storage.database.types.UTCDateTime(timezone=True), nullable=False),
        sa.Column("language", sa.String(length=16), nullable=False),
        sa.Column("language_probability", sa.Float(precision=53), nullable=False),
        sa.Column("description", storage.database.types.StorableText(), nullable=True),
        sa.Column("tags", storage.database.types.StorableJSON(), nullable=False),
        sa.Column("image", storage.database.types.StorableText(), nullable=True),
        sa.Column("text", storage.database.types.StorableText(), nullable=False),
        sa.Column("words", sa.Integer(), nullable=False),
        sa.Column("rejected", sa.String(length=64), nullable=True),
        sa.Column("duplicate_of", sa.String(length=16), nullable=True),
        sa.Column("duplicate_rule", sa.String(length=32), nullable=True),
        sa.Column("duplicate_likeness", sa.Float(precision=53), nullable=True),
        sa.Column("cleaner_version", sa.String(length=32), nullable=False),
        sa.Column("archive_file", storage.database.types.StorableText(), nullable=True),
        sa.Column("archive_offset", sa.BigInteger(), nullable=True),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["duplicate_of"], ["article.id"], name=op.f("fk_article_duplicate_of")),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_article_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_article")),
    )
    with op.batch_alter_table("article", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_article_canonical_url"), ["canonical_url"], unique=False)
        batch_op.create_index(batch_op.f("ix_article_duplicate_of"), ["duplicate_of"], unique=False)
        batch_op.create_index(batch_op.f("ix_article_headline_key"), ["headline_key"], unique=False)
        batch_op.create_index(batch_op.f("ix_article_site"), ["site"], unique=False)

    op.create_table(
        "block",
        sa.Column("article_id", sa.String(length=16), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("text", storage.database.types.StorableText(), nullable=False),
        sa.Column("link_share", sa.Float(precision=53), nullable=False),
        sa.Column("links", storage.database.types.StorableJSON(), nullable=False),
        sa.Column("path", storage.database.types.StorableText(), nullable=False),
        sa.Column("rule", sa.String(length=64), nullable=True),
        sa.Column("evidence", storage.database.types.StorableText(), nullable=True),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name=op.f("fk_block_article_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("article_id", "position", name=op.f("pk_block")),
    )


def downgrade() -> None:
    op.drop_table("block")
    with op.batch_alter_table("article", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_article_site"))
        batch_op.drop_index(batch_op.f("ix_article_headline_key"))
        batch_op.drop_index(batch_op.f("ix_article_duplicate_of"))
        batch_op.drop_index(batch_op.f("ix_article_canonical_url"))

    op.drop_table("article")
    with op.batch_alter_table("address", schema=None) as batch_op:
        batch_op.drop_index("ix_address_lease")

    op.drop_table("address")
    op.drop_table("run")
