"""Opens the database: SQLite (WAL) in the data folder, or the database that DATABASE_URL names."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, inspect, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError
from sqlalchemy.pool import QueuePool

from cleaning.errors import DatabaseMissing, DataFolderError, tell_install
from storage.database.old_copy import KeepOld, keep_old_file
from storage.database.schema import check_schema, upgrade_schema
from storage.database.words import fold_words

# Kilobytes of SQLite's file that a connection keeps. With SQLite's own 2,000 the inner pages of the indexes of a large
# store are read again for every article, and a transaction of a few articles is written in pieces.
CACHE_SIZE = 40_000
LOCK_TIMEOUT = 30.0  # seconds that a writer waits for another one before "database is locked"
# A connection to a server that does not answer is given up: the crawl retries, and must be able to end meanwhile.
SERVER_OPTIONS = {
    "connect_timeout": 10,  # seconds
    "keepalives_idle": 30,  # seconds of silence before a connection is probed
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,  # milliseconds that sent data may stay unacknowledged
}
# The same for the server, where a dead machine's connection would keep its claim and its locks for two hours.
_SERVER_SETTINGS = {
    "tcp_keepalives_idle": 15,  # seconds
    "tcp_keepalives_interval": 5,
    "tcp_keepalives_count": 3,
    "tcp_user_timeout": 30_000,  # milliseconds
}


def prepare_data_folder(folder: Path) -> Path:
    """Create the data folder and return it. Raise `DataFolderError` if it cannot be created or written."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with TemporaryFile(dir=folder):  # of a name of its own: several crawls of a fleet may look at once
            pass
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise DataFolderError(
            f"cannot write to the data folder {folder}: {reason}; choose another with DATA_DIR"
        ) from error
    return folder


def make_database_url(data_dir: Path, configured: str | None) -> URL:
    """Return the URL of `configured` (DATABASE_URL), or else of the SQLite file in the data folder.

    `postgres://` and `postgresql://` stand for the psycopg driver. Raise `DatabaseMissing` for anything but a URL.
    """
    if not configured:
        return URL.create("sqlite", database=str(data_dir / "broadsheet.db"))
    try:
        url = make_url(configured)
    except ArgumentError as error:
        raise DatabaseMissing(
            "DATABASE_URL is not a database URL; expected postgresql://user:password@host/name or sqlite:///file.db"
        ) from error
    if url.drivername in ("postgres", "postgresql"):
        url = url.set(drivername="postgresql+psycopg")
    return url


def open_database(
    url: URL,
    *,
    create: bool = True,
    upgrade: bool | None = None,
    keep_old: KeepOld | None = keep_old_file,
    lock_timeout: float = LOCK_TIMEOUT,
) -> Engine:
    """Open a database and return an engine for it.

    Upgrade an older schema to the newest version if `upgrade` is true, else raise `StoreOutdated`; by default, only
    who may create a database upgrades one. `keep_old` copies a file of SQLite before. A transaction waits up to
    `lock_timeout` seconds for the locks of others, then fails as locked. Raise `DatabaseMissing` if the database cannot
    be reached and, with `create` false, if it does not exist or holds no corpus; BadArgument if it cannot be copied.
    """
    if not create:
        _check_file(url)
    safe_url = url.render_as_string(hide_password=True)
    with ExitStack() as cleanup:
        with _explain_refusal(safe_url):
            engine = _create_engine(url, lock_timeout)
            cleanup.callback(engine.dispose)
            with engine.connect() as connection:
                is_corpus = create or inspect(connection).has_table("article")
            if is_corpus and (create if upgrade is None else upgrade):
                upgrade_schema(engine, safe_url, keep_old=keep_old)
            elif is_corpus:
                check_schema(engine, safe_url)
        if not is_corpus:
            raise DatabaseMissing(f"{safe_url} holds no corpus yet; crawl first")
        cleanup.pop_all()
    return engine


def open_read_only(url: URL) -> Engine:
    """Open a store that is only read: the database itself refuses every write, and nothing is migrated.

    It can be read while a crawl writes it, and where its folder cannot be written. Raise `DatabaseMissing` if it does
    not exist, cannot be opened or holds no corpus, and `StoreOutdated` if an older version of Broadsheet made it.
    """
    _check_file(url)
    safe_url = url.render_as_string(hide_password=True)
    with ExitStack() as cleanup, _explain_refusal(safe_url):
        engine = _create_reading_engine(url)
        cleanup.callback(engine.dispose)
        with engine.connect().execution_options(reading=True) as connection:
            if not inspect(connection).has_table("article"):
                raise DatabaseMissing(f"{safe_url} holds no corpus yet; crawl first")
        check_schema(engine, safe_url)
        cleanup.pop_all()
    return engine


def open_unchecked(url: URL) -> Engine:
    """Return an engine for a database whatever it holds. Raise `DatabaseMissing` if it cannot be reached."""
    with ExitStack() as cleanup, _explain_refusal(url.render_as_string(hide_password=True)):
        engine = _create_engine(url, LOCK_TIMEOUT)
        cleanup.callback(engine.dispose)
        engine.connect().close()
        cleanup.pop_all()
    return engine


@contextmanager
def open_for_reading(engine: Engine) -> Iterator[Connection]:
    """Open a connection that only reads.

    It never takes SQLite's write lock, and sees one state of the store for as long as it is open.
    """
    options: dict[str, object] = {"reading": True}
    if engine.dialect.name == "postgresql":
        options["isolation_level"] = "REPEATABLE READ"  # else each statement sees the newest state
    with engine.connect().execution_options(**options) as connection:
        yield connection


def _check_file(url: URL) -> None:
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").is_file():
        raise DatabaseMissing(
            f"there is no database at {url.database}; crawl first, or name it with DATA_DIR or DATABASE_URL"
        )


@contextmanager
def _explain_refusal(safe_url: str) -> Iterator[None]:
    """Turn the errors of opening a database into DatabaseMissing."""
    try:
        yield
    except (NoSuchModuleError, ModuleNotFoundError) as error:
        raise DatabaseMissing(
            f"no driver for {safe_url} is installed; for PostgreSQL, run: {tell_install('postgres')}"
        ) from error
    except DBAPIError as error:
        reason = str(error.orig).strip().splitlines()[0]
        raise DatabaseMissing(f"cannot open the database {safe_url}: {reason}") from error


def _create_reading_engine(url: URL) -> Engine:
    # Each article that is being read holds a connection, and a program may read many at once.
    pool: dict[str, Any] = {"poolclass": QueuePool, "pool_size": 5, "max_overflow": -1}
    if url.get_backend_name() != "sqlite":
        engine = _create_server_engine(url, LOCK_TIMEOUT, **pool)
        if url.get_backend_name() == "postgresql":

            @event.listens_for(engine, "connect")
            def _refuse_writes(connection: Any, _record: object) -> None:
                connection.execute("SET default_transaction_read_only = on")
                connection.commit()

        return engine
    path = Path(url.database or "").absolute()
    mode = "rw"
    if not os.access(path.parent, os.W_OK):
        # SQLite needs files beside a database in WAL mode. Without them only one that nobody writes can be read.
        wal = path.with_name(f"{path.name}-wal")
        mode = "ro" if wal.exists() and wal.stat().st_size else "ro&immutable=1"
    address = f"{path.as_uri()}?mode={mode}"
    engine = create_engine(
        "sqlite://",
        creator=lambda: sqlite3.connect(address, uri=True, timeout=LOCK_TIMEOUT, check_same_thread=False),
        **pool,
    )

    @event.listens_for(engine, "connect")
    def _configure_connection(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None
        connection.execute("PRAGMA query_only = ON")

    @event.listens_for(engine, "begin")
    def _begin_transaction(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN")

    return engine


def _create_engine(url: URL, lock_timeout: float) -> Engine:
    if url.get_backend_name() != "sqlite":
        return _create_server_engine(url, lock_timeout)
    engine = create_engine(url, connect_args={"timeout": lock_timeout})

    # Python's driver opens a transaction only before the first write, so that a transaction which reads and then writes
    # fails at once with "database is locked". Therefore each transaction is begun here, and writers take the lock then.
    @event.listens_for(engine, "connect")
    def _configure_connection(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")  # NORMAL may lose the last commits to a power cut
        connection.execute(f"PRAGMA cache_size = -{CACHE_SIZE}")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA trusted_schema = ON")  # the default, but not everywhere: triggers call search_words
        connection.create_function("search_words", 1, fold_words, deterministic=True)

    @event.listens_for(engine, "begin")
    def _begin_transaction(connection: Connection) -> None:
        is_reading = connection.get_execution_options().get("reading", False)
        connection.exec_driver_sql("BEGIN" if is_reading else "BEGIN IMMEDIATE")

    return engine


def _create_server_engine(url: URL, lock_timeout: float, **pool: Any) -> Engine:
    options = {name: value for name, value in SERVER_OPTIONS.items() if name not in url.query}
    own = options if url.drivername.endswith("psycopg") else {}
    engine = create_engine(url, pool_pre_ping=True, connect_args=own, **pool)
    if url.get_backend_name() == "postgresql":

        @event.listens_for(engine, "connect")
        def _configure_connection(connection: Any, _record: object) -> None:
            values = {"lock_timeout": round(lock_timeout * 1000), **_SERVER_SETTINGS}
            connection.execute("; ".join(f"SET {name} = {value}" for name, value in values.items()))
            connection.commit()

    return engine
