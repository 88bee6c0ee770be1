"""Makes and keeps the tables of the queue: Procrastinate's and those of the fleet, in a schema of their own.

procrastinate_*     Procrastinate's own, as its version has them
fleet_migration     which of Procrastinate's migrations were applied
fleet_worker        the workers: one row a process, with its last sign of life
fleet_failure       why tasks failed: one row a failure
fleet_plan          when the next night begins: one row at most
fleet_sites         each sites.toml of a night, by the hash of its text

The schema of the store (storage/migrations) knows nothing of them: a store without a fleet has none.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, text

from cleaning.errors import DatabaseMissing
from crawler.fleet.queue_names import SCHEMA

_LOCK_NUMBER = 0x464C454554  # of the advisory lock under which the tables are made
_OWN_TABLES = (
    "CREATE TABLE IF NOT EXISTS fleet_migration (name text PRIMARY KEY)",
    """CREATE TABLE IF NOT EXISTS fleet_worker (
        name text PRIMARY KEY,
        host text NOT NULL,
        pid integer NOT NULL,
        version text NOT NULL,
        sites_at_once integer NOT NULL,
        started_at timestamptz NOT NULL DEFAULT now(),
        seen_at timestamptz NOT NULL DEFAULT now(),
        drains boolean NOT NULL DEFAULT false,
        running jsonb NOT NULL DEFAULT '{}'
    )""",
    """CREATE TABLE IF NOT EXISTS fleet_failure (
        job_id bigint NOT NULL REFERENCES procrastinate_jobs ON DELETE CASCADE,
        failed_at timestamptz NOT NULL DEFAULT now(),
        worker text NOT NULL,
        reason text NOT NULL
    )""",
    "CREATE INDEX IF NOT EXISTS fleet_failure_job ON fleet_failure (job_id)",
    """CREATE TABLE IF NOT EXISTS fleet_plan (
        one boolean PRIMARY KEY DEFAULT true CHECK (one),
        cron text NOT NULL,
        zone text NOT NULL,
        next_at timestamptz NOT NULL,
        sites text NOT NULL
    )""",
    "CREATE TABLE IF NOT EXISTS fleet_sites (digest text PRIMARY KEY, listed text NOT NULL)",
    "CREATE INDEX IF NOT EXISTS fleet_jobs_night ON procrastinate_jobs ((args ->> 'night'))",
)


def prepare_queue(engine: Engine) -> None:
    """Make the tables of the queue, or bring them up to date. Several processes may call it at once.

    Raise DatabaseMissing if a newer Procrastinate made them.
    """
    from procrastinate.schema import SchemaManager  # noqa: PLC0415 (of the extra fleet)

    files = sorted(Path(SchemaManager.get_migrations_path()).glob("*.sql"))
    lock = {"number": _LOCK_NUMBER}
    with engine.connect() as connection:
        connection.execute(text("SELECT pg_advisory_lock(:number)"), lock)
        connection.commit()  # what is seen of the schema is as old as the transaction
        try:
            with connection.begin():
                _prepare(connection, files, SchemaManager.get_schema())
        finally:
            connection.execute(text("SELECT pg_advisory_unlock(:number)"), lock)
            connection.commit()


def _prepare(connection: Connection, files: list[Path], schema: str) -> None:
    connection.execute(text(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}"))
    connection.execute(text(f"SET LOCAL search_path TO {SCHEMA}"))
    is_new = connection.execute(text("SELECT to_regclass('procrastinate_jobs') IS NULL")).scalar_one()
    if is_new:
        _execute_script(connection, schema)
    for statement in _OWN_TABLES:
        connection.execute(text(statement))
    applied = set(connection.execute(text("SELECT name FROM fleet_migration")).scalars())
    if applied - {file.name for file in files}:
        raise DatabaseMissing("the fleet was made with a newer Procrastinate; update this machine as the others")
    for file in files:
        if file.name not in applied:
            if not is_new:
                _execute_script(connection, file.read_text("utf-8"))
            connection.execute(text("INSERT INTO fleet_migration VALUES (:name)"), {"name": file.name})


def has_queue(connection: Connection) -> bool:
    """Return whether this database has the tables of a fleet."""
    question = text("SELECT to_regclass(:table) IS NOT NULL")
    return bool(connection.execute(question, {"table": f"{SCHEMA}.fleet_worker"}).scalar_one())


def _execute_script(connection: Connection, script: str) -> None:
    """Execute several statements at once, as they are: SQLAlchemy would look for parameters in them."""
    driver: Any = connection.connection.driver_connection
    driver.execute(script)
