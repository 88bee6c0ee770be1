"""Alembic's entry: migrates on the connection that storage.database.engine hands over."""

from __future__ import annotations

from alembic import context

from storage.models import Base

connection = context.config.attributes["connection"]
if connection.dialect.name == "sqlite":
    # Texts that a migration moves must not stay in the free pages of the file: an article may be taken down later.
    connection.exec_driver_sql("PRAGMA secure_delete = ON")
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    render_as_batch=True,  # SQLite cannot alter a column in place
)
with context.begin_transaction():
    context.run_migrations()
