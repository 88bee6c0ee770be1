"""Articles are looked at again, a day and a week after their first fetch, and what is gone is marked

Revision: 0021, after 0020. Made 2026-12-02.

Of the stored articles only those are planned that were fetched in the last seven days, for the first time that is still
to come: no night begins with thousands of them.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from alembic import op

import storage.database.types
from storage.database.words import fold_words

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

_MOMENT = storage.database.types.UTCDateTime(timezone=True)
_HAS_RECHECK = sa.text("recheck_at IS NOT NULL")
# The times after which an article is looked at again, each earlier by the hours that two nights may be closer.
_AFTER = (timedelta(hours=20), timedelta(days=6, hours=20))


def upgrade() -> None:
    op.add_column("article", sa.Column("gone_at", _MOMENT, nullable=True))
    for name in ("first_fetched_at", "recheck_at", "missing_at"):
        op.add_column("address", sa.Column(name, _MOMENT, nullable=True))
    op.create_index(
        "ix_address_recheck",
        "address",
        ["site", "recheck_at"],
        sqlite_where=_HAS_RECHECK,
        postgresql_where=_HAS_RECHECK,
    )
    op.create_table(
        "recheck_count",
        sa.Column("site", sa.String(length=64), nullable=False),
        sa.Column("run_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("minutes", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("checked", sa.Integer(), nullable=False),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.Column("gone", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_recheck_count_run_id")),
        sa.PrimaryKeyConstraint("site", "run_id", "minutes", name=op.f("pk_recheck_count")),
    )
    _plan_young_articles()


def _plan_young_articles() -> None:
    columns = ("id", "kind", "state", "reason", "fetched_at", "changed_at", "first_fetched_at", "recheck_at")
    address = sa.table("address", *(sa.column(name, _MOMENT if name.endswith("_at") else None) for name in columns))
    row, connection, now = address.c, op.get_bind(), datetime.now(UTC)
    young = sa.select(row.id, row.fetched_at, row.changed_at).where(
        row.kind == "article", row.state == "done", row.reason.is_(None), row.fetched_at > now - _AFTER[-1]
    )
    plans = []
    for article in connection.execute(young).all():
        times = [article.fetched_at + after for after in _AFTER]
        is_old = article.changed_at is not None and article.changed_at < article.fetched_at - timedelta(days=7)
        if not is_old:
            recheck_at = next(moment for moment in times if moment > now)
            plans.append({"address": article.id, "first": article.fetched_at, "next": recheck_at})
    if plans:
        values: dict[str, Any] = {"first_fetched_at": sa.bindparam("first"), "recheck_at": sa.bindparam("next")}
        connection.execute(sa.update(address).where(row.id == sa.bindparam("address")).values(values), plans)


def downgrade() -> None:
    connection = op.get_bind()
    if connection.dialect.name == "sqlite":
        # To drop a column SQLite reads the triggers of the search index, also on a connection that is not our engine's.
        raw: Any = connection.connection.driver_connection
        raw.create_function("search_words", 1, fold_words, deterministic=True)
    op.drop_table("recheck_count")
    op.drop_index("ix_address_recheck", table_name="address")
    for name in ("missing_at", "recheck_at", "first_fetched_at"):
        op.drop_column("address", name)
    op.drop_column("article", "gone_at")
