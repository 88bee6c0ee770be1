"""Opens the database: SQLite (WAL) in the data folder, or whatever DATABASE_URL names."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import URL, Connection, Engine, create_engine, event, inspect, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError

from cleaning.errors import DatabaseMissing, DataFolderError

MIGRATIONS = Path(__file__).with_name("migrations")
BUSY_SECONDS = 30.0  # how long a writer waits for another one before "database is locked"
# A server that does not answer is given up: the crawl tries again, and must be able to end meanwhile.
_SERVER = {
    "connect_timeout": 10,  # seconds
    "keepalives_idle": 30,  # seconds of silence before a connection is looked at
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,  # milliseconds for which what was sent may stay unanswered
}


def prepare_data_folder(folder: Path) -> Path:
    """Makes the data folder; `DataFolderError` where it cannot be made or written."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / ".writable"
        probe.touch()
        probe.unlink()
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise DataFolderError(
            f"cannot write to the data folder {folder}: {reason}; choose another by DATA_DIR"
        ) from error
    return folder


def database_url(data_dir: Path, configured: str | None) -> URL:
    """`configured` (DATABASE_URL), or the SQLite file of the data folder. `postgres://` means the psycopg driver."""
    if not configured:
        return URL.create("sqlite", database=str(data_dir / "broadsheet.db"))
    try:
        url = make_url(configured)
    except ArgumentError as error:
        raise DatabaseMissing(
            "DATABASE_URL is no database address; it looks like postgresql://user:password@host/name or sqlite:///file.db"
        ) from error
    if url.drivername in ("postgres", "postgresql"):
        url = url.set(drivername="postgresql+psycopg")
    return url


def open_database(url: URL, *, create: bool = True, busy: float = BUSY_SECONDS) -> Engine:
    """An engine on a database whose schema is up to date.

    `busy` is for how many seconds a transaction waits in the database for others to let go of what it needs; then it
    fails as locked. With `create` false a database that is not there, or holds no schema of ours, is a
    `DatabaseMissing`, as is every database that cannot be reached.
    """
    shown = url.render_as_string(hide_password=True)
    if not create and url.get_backend_name() == "sqlite" and not Path(url.database or "").is_file():
        raise DatabaseMissing(
            f"there is no database at {url.database}; crawl first, or name it by DATA_DIR or DATABASE_URL"
        )
    try:
        engine = _engine(url, busy)
    except (NoSuchModuleError, ModuleNotFoundError) as error:
        raise DatabaseMissing(
            f"no driver for {shown} is installed; for PostgreSQL: pip install 'broadsheet[postgres]'"
        ) from error
    with ExitStack() as undone:
        undone.callback(engine.dispose)
        try:
            with engine.connect() as connection:
                is_ours = create or inspect(connection).has_table("article")
            if is_ours:
                _migrate(engine)
        except CommandError as error:
            raise DatabaseMissing(f"{shown} was made by a newer Broadsheet than this one; update it") from error
        except DBAPIError as error:
            reason = str(error.orig).strip().splitlines()[0]
            raise DatabaseMissing(f"cannot open the database {shown}: {reason}") from error
        if not is_ours:
            raise DatabaseMissing(f"{shown} holds no corpus yet; crawl first")
        undone.pop_all()
    return engine


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A connection that only reads: it never takes SQLite's write lock, and sees one state of the store throughout."""
    options: dict[str, object] = {"reading": True}
    if engine.dialect.name == "postgresql":
        options["isolation_level"] = "REPEATABLE READ"  # else every statement sees the newest state
    with engine.connect().execution_options(**options) as connection:
        yield connection


def _engine(url: URL, busy: float) -> Engine:
    if url.get_backend_name() != "sqlite":
        return _server_engine(url, busy)
    engine = create_engine(url, connect_args={"timeout": busy})

    # Python's driver opens a transaction only before the first write, so that a transaction which reads and then writes
    # fails at once with "database is locked". We begin ourselves, and writers take the lock when they begin.
    @event.listens_for(engine, "connect")
    def _connected(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")  # NORMAL may lose the last commits to a power cut
        connection.execute("PRAGMA foreign_keys = ON")

    @event.listens_for(engine, "begin")
    def _begun(connection: Connection) -> None:
        reads = connection.get_execution_options().get("reading", False)
        connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")

    return engine


def _server_engine(url: URL, busy: float) -> Engine:
    ours = {name: value for name, value in _SERVER.items() if name not in url.query}
    engine = create_engine(url, pool_pre_ping=True, connect_args=ours if url.drivername.endswith("psycopg") else {})
    if url.get_backend_name() == "postgresql":

        @event.listens_for(engine, "connect")
        def _connected(connection: Any, _record: object) -> None:
            connection.execute(f"SET lock_timeout = {round(busy * 1000)}")
            connection.commit()

    return engine


def _migrate(engine: Engine) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    newest = ScriptDirectory.from_config(config).get_current_head()
    with engine.connect().execution_options(reading=True) as connection:
        if MigrationContext.configure(connection).get_current_revision() == newest:
            return
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
