"""Plain names for two tables: kinship becomes duplicate_match, pardon becomes keep_rule

Revision: 0007, after 0006. Made 2026-11-30.

The rows are copied into new tables: SQLite cannot rename a constraint. Columns and rows stay as they are.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import storage.database.types

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_SHARE = sa.Float(precision=53)


def upgrade() -> None:
    _move_matches("kinship", "duplicate_match")
    _move_keep_rules("pardon", "keep_rule")


def downgrade() -> None:
    _move_matches("duplicate_match", "kinship")
    _move_keep_rules("keep_rule", "pardon")


def _move_matches(old: str, new: str) -> None:
    op.create_table(
        new,
        sa.Column("one", sa.String(length=16), nullable=False),
        sa.Column("other", sa.String(length=16), nullable=False),
        sa.Column("rule", sa.String(length=32), nullable=False),
        sa.Column("likeness", _SHARE, nullable=False),
        sa.Column("share", _SHARE, nullable=False),
        sa.ForeignKeyConstraint(["one"], ["article.id"], name=op.f(f"fk_{new}_one"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["other"], ["article.id"], name=op.f(f"fk_{new}_other"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("one", "other", name=op.f(f"pk_{new}")),
    )
    _move_rows(old, new, ["one", "other", "rule", "likeness", "share"])
    op.create_index(op.f(f"ix_{new}_other"), new, ["other"])


def _move_keep_rules(old: str, new: str) -> None:
    op.create_table(
        new,
        sa.Column("site", sa.String(length=64), nullable=False),
        sa.Column("fingerprint", sa.BigInteger(), nullable=False),
        sa.Column("text", storage.database.types.StorableText(), nullable=False),
        sa.PrimaryKeyConstraint("site", "fingerprint", name=op.f(f"pk_{new}")),
    )
    _move_rows(old, new, ["site", "fingerprint", "text"])


def _move_rows(old: str, new: str, names: list[str]) -> None:
    source, target = (sa.table(table, *map(sa.column, names)) for table in (old, new))
    op.execute(target.insert().from_select(names, sa.select(*source.c)))
    op.drop_table(old)
