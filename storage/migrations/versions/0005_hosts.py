"""Hosts on hold, the host of each address, and what the robots tags of an article ask

Revision: 0005, after 0004. Made 2026-11-22.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import storage.database.types
from storage.frontier.hosts import host_of

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_BATCH = 10_000  # addresses: a frontier may hold millions, and they need not be in memory at once


def upgrade() -> None:
    op.create_table(
        "host",
        sa.Column("host", storage.database.types.StorableText(), nullable=False),
        sa.Column("held_until", storage.database.types.UTCDateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.String(length=64), nullable=False),
        sa.Column("opened", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("host", name=op.f("pk_host")),
    )
    # With a default of the database's they are added in place on both: no table is copied.
    op.add_column(
        "address", sa.Column("host", storage.database.types.StorableText(), nullable=False, server_default="")
    )
    op.add_column(
        "article", sa.Column("robots", storage.database.types.StorableJSON(), nullable=False, server_default="[]")
    )
    _fill_hosts()


def _fill_hosts() -> None:
    connection = op.get_bind()
    address = sa.table("address", sa.column("id"), sa.column("url"), sa.column("host"))
    fill = sa.update(address).where(address.c.id == sa.bindparam("at")).values(host=sa.bindparam("of"))
    last = -1
    while rows := connection.execute(
        sa.select(address.c.id, address.c.url).where(address.c.id > last).order_by(address.c.id).limit(_BATCH)
    ).all():
        connection.execute(fill, [{"at": row.id, "of": host_of(row.url)} for row in rows])
        last = rows[-1].id


def downgrade() -> None:
    op.drop_column("article", "robots")
    op.drop_column("address", "host")
    op.drop_table("host")
