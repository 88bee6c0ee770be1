"""Bring the schema of a database to another revision, and compare it with the models."""

from __future__ import annotations

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection

from storage.database.schema import MIGRATIONS
from storage.models import Base


def compare_with_models(connection: Connection) -> list[object]:
    """Return how the schema differs from the models. The search index is in no model: each database has its own."""
    options = {"include_name": lambda name, kind, _: kind != "table" or not name.startswith("search_")}
    return list(compare_metadata(MigrationContext.configure(connection, opts=options), Base.metadata))


def migrate(connection: Connection, revision: str, *, is_back: bool = False) -> None:
    """Bring the schema to a revision: up to it, or back to it."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    (command.downgrade if is_back else command.upgrade)(config, revision)
