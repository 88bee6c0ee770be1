"""The version of the schema: find it, upgrade an older one to the newest."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Engine

from cleaning.errors import DatabaseMissing, StoreOutdated

MIGRATIONS = Path(__file__).parents[1] / "migrations"

logger = logging.getLogger(__name__)


def check_schema(engine: Engine, name: str) -> None:
    """Raise StoreOutdated if the schema is older than the newest version, DatabaseMissing if it is newer.

    `name` is what their messages call the database.
    """
    _find_upgrade(engine, name, _make_config())


def upgrade_schema(engine: Engine, name: str) -> None:
    """Bring the schema to the newest version, and log each step; that of a new database is made without a word.

    Raise DatabaseMissing if the schema is newer than this version of Broadsheet knows.
    """
    config = _make_config()
    try:
        _find_upgrade(engine, name, config)
    except StoreOutdated as outdated:
        if outdated.current is not None:
            logger.info(
                "the database was made by an older version; it is upgraded from schema %s to %s. A large store takes"
                " minutes; if this is interrupted, the database is as it was",
                outdated.current,
                outdated.newest,
            )
            config.attributes["on_version_apply"] = _log_step
        with engine.begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
        if outdated.current is not None:
            logger.info("the database is upgraded")


def _find_upgrade(engine: Engine, name: str, config: Config) -> None:
    """Raise StoreOutdated if there is something to upgrade."""
    scripts = ScriptDirectory.from_config(config)
    newest = scripts.get_current_head() or ""
    with engine.connect().execution_options(reading=True) as connection:
        current = MigrationContext.configure(connection).get_current_revision()
    if current == newest:
        return
    if current is not None:
        try:
            scripts.get_revision(current)
        except CommandError as error:
            raise DatabaseMissing(f"{name} was made by a newer version of Broadsheet; update this one") from error
    raise StoreOutdated(name, current, newest)


def _make_config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return config


def _log_step(*, step: Any, **_: object) -> None:
    logger.info("schema %s is in place", step.up_revision_id)
