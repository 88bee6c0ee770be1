"""The store of a share of the sites: our own tables in SQLite, without what only a lasting store needs.

It has no index of words and none of near-duplicates, is written without waiting for the disk, and is made anew if its
task is killed.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event

from storage import runs
from storage.models import Base

STORE_FILE = "pages.db"
SPIDER, RUN = "bulk", 1  # of the one run that it has


@contextmanager
def make_site_store(path: Path) -> Iterator[Engine]:
    """Make a new store, with one run, and yield an engine for it."""
    engine = create_engine(f"sqlite:///{path}")

    @event.listens_for(engine, "connect")
    def _configure(connection: Any, _record: object) -> None:
        connection.isolation_level = None
        connection.execute("PRAGMA journal_mode = OFF")
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("PRAGMA cache_size = -40000")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN")

    try:
        Base.metadata.create_all(engine)
        with engine.begin() as connection:
            runs.begin(connection, spider=SPIDER, now=datetime.now(UTC))
        yield engine
    finally:
        engine.dispose()


@contextmanager
def read_site_store(path: Path) -> Iterator[Connection]:
    """Yield a connection to a complete store. Several processes may read it at once."""
    address = f"{path.absolute().as_uri()}?mode=ro&immutable=1"
    engine = create_engine("sqlite://", creator=lambda: sqlite3.connect(address, uri=True))
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()
