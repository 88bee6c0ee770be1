"""The version of the schema: find it, upgrade an older one to the newest.

Alembic is loaded only for an older schema: it takes a tenth of the start of a command.
"""

from __future__ import annotations

import logging
from contextlib import AbstractContextManager
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, inspect, text

from cleaning.errors import DatabaseMissing, StoreOutdated
from storage.database.locks import claim_database
from storage.database.old_copy import KeepOld, keep_old_file

if TYPE_CHECKING:
    from alembic.config import Config

MIGRATIONS = Path(__file__).parents[1] / "migrations"
COPYING = "copying"  # the version of a copy that is not complete yet (storage/upkeep/copy_target.py)
_CREATION = 0x62726F61  # PostgreSQL's number of a lock: no two programs make the schema of one database at once

logger = logging.getLogger(__name__)


def check_schema(engine: Engine, name: str) -> None:
    """Raise StoreOutdated if the schema is older than the newest version, DatabaseMissing if it is newer.

    `name` is what their messages call the database.
    """
    with engine.connect().execution_options(reading=True) as connection:
        current, newest = _read_version(connection), find_newest_version()
    if current == newest:
        return
    if current == COPYING:
        raise DatabaseMissing(f"{name} is a copy that is not complete; the same scrapy db copy goes on with it")
    if current is not None and current not in _list_versions():
        raise DatabaseMissing(f"{name} was made by a newer version of Broadsheet; update this one")
    raise StoreOutdated(name, current, newest)


def upgrade_schema(engine: Engine, name: str, *, keep_old: KeepOld | None = keep_old_file) -> None:
    """Bring the schema to the newest version, and log each step; that of a new database is made without a word.

    `keep_old` copies a file of SQLite before; None: nobody does. Raise DatabaseMissing if the schema is newer than this
    version of Broadsheet knows, or if it is older and crawls use the server's database; BadArgument if the file cannot
    be copied.
    """
    try:
        check_schema(engine, name)
    except StoreOutdated as outdated:
        if outdated.current is None and _create_schema(engine):
            return
        if engine.dialect.name != "postgresql" or outdated.current is None:
            _take_steps(engine, outdated, keep_old)
            return
        with _claim_for_upgrade(engine):
            try:  # another program may have been faster
                check_schema(engine, name)
            except StoreOutdated as still_outdated:
                _take_steps(engine, still_outdated, keep_old)


def _claim_for_upgrade(engine: Engine) -> AbstractContextManager[object]:
    try:
        return claim_database(engine)
    except DatabaseMissing as error:
        raise DatabaseMissing(
            "the database was made by an older version, and other crawls use it; upgrade it with scrapy db upgrade when"
            " they have ended"
        ) from error


def _take_steps(engine: Engine, outdated: StoreOutdated, keep_old: KeepOld | None) -> None:
    current = outdated.current or ""
    steps = sorted(version for version in _list_versions() if version > current)
    if current:
        logger.info(
            "the database was made by an older version; it is upgraded from schema %s to %s. A large store takes"
            " minutes; if this is interrupted, start it again: it goes on with the step at which it was",
            current,
            outdated.newest,
        )
        if keep_old is not None and (file := _find_file(engine)) is not None:
            keep_old(file, current, outdated.newest)
    for number, version in enumerate(steps, start=1):
        _take_step(engine, version)
        if current:
            logger.info("schema %s is in place (%d of %d)", version, number, len(steps))
    if current:
        logger.info("the database is upgraded")


@cache
def find_newest_version() -> str:
    """Return the version that the last migration makes: the number in its file name."""
    return max(_list_versions())


def make_config() -> Config:
    """Return Alembic's configuration for our migrations."""
    from alembic.config import Config  # noqa: PLC0415 (see above)

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return config


def _find_file(engine: Engine) -> Path | None:
    """Return SQLite's file; None for a server, or a database in memory."""
    file = Path(engine.url.database or "")
    return file if engine.dialect.name == "sqlite" and file.is_file() else None


def _list_versions() -> list[str]:
    return [path.name.partition("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*_*.py")]


def _read_version(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def _create_schema(engine: Engine) -> bool:
    """Create the newest schema in a database without a table; return whether it was one."""
    with engine.begin() as connection:
        if connection.dialect.name == "postgresql":  # SQLite's transactions that write come one after the other
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _CREATION})
        if inspect(connection).get_table_names():  # of others; or another program was faster
            return False
        # This room lies below the models: as Alembic does, it finds by name what knows them.
        import_module("storage.migrations.newest").create(connection, find_newest_version())
    return True


def _take_step(engine: Engine, version: str) -> None:
    """Bring the schema to this version, in one transaction: what is interrupted is as it was before the step."""
    from alembic import command  # noqa: PLC0415 (see above)

    config = make_config()
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, version)
