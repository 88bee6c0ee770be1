"""Makes the newest schema in an empty database at once. All migrations in turn make the same, and take much longer.

A migration that makes more than the models say is repeated here, as those of the search index and of the blocks are.
"""

from __future__ import annotations

from sqlalchemy import Connection, text

from storage.migrations import block_view, search_tables
from storage.models import Base

_VERSION_TABLE = """
CREATE TABLE alembic_version (
  version_num VARCHAR(32) NOT NULL, CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
)"""  # as Alembic makes it


def create(connection: Connection, version: str) -> None:
    """Create all tables, and note that they are of this version. The caller holds the transaction."""
    Base.metadata.create_all(connection, checkfirst=False)
    create_views(connection)
    note_version(connection, version)


def create_views(connection: Connection) -> None:
    """Create what no model says: the index of the full-text search with its triggers, and the view of blocks."""
    if connection.dialect.name == "sqlite":
        statements = [*search_tables.SQLITE, block_view.SQLITE]
    else:
        statements = [*search_tables.POSTGRESQL, block_view.POSTGRESQL]
    for statement in statements:
        connection.exec_driver_sql(statement)


def note_version(connection: Connection, version: str) -> None:
    """Note of which version the tables are, in a database that has no version yet."""
    connection.exec_driver_sql(_VERSION_TABLE)
    connection.execute(text("INSERT INTO alembic_version VALUES (:version)"), {"version": version})
