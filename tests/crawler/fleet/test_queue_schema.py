"""The tables of the queue: made once, by whoever comes first, and never by an older version."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import URL, Engine, inspect, text

from cleaning.errors import DatabaseMissing
from crawler.fleet.patient_queue import PatientConnector, make_queue
from crawler.fleet.queue_schema import has_queue, prepare_queue
from storage.database.engine import SERVER_OPTIONS, open_database


def test_several_workers_make_the_tables_at_once(fleet_url: URL) -> None:
    engine = open_database(fleet_url)
    with engine.connect() as connection:
        assert not has_queue(connection)
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda _: prepare_queue(engine), range(8)))
    with engine.connect() as connection:
        assert has_queue(connection)
    assert "procrastinate_jobs" in inspect(engine).get_table_names("procrastinate")
    assert not [name for name in inspect(engine).get_table_names() if "procrastinate" in name or "fleet" in name]
    engine.dispose()


def test_migrations_that_were_not_applied_are_applied(fleet_engine: Engine) -> None:
    newest = text("SELECT max(name) FROM procrastinate.fleet_migration")
    with fleet_engine.begin() as connection:
        name = connection.execute(newest).scalar_one()
        connection.execute(text("DELETE FROM procrastinate.fleet_migration WHERE name = :name"), {"name": name})
    prepare_queue(fleet_engine)  # that migration replaces functions: it may be applied again
    with fleet_engine.connect() as connection:
        assert connection.execute(newest).scalar_one() == name


def test_a_queue_of_a_newer_version_is_refused_in_one_line(fleet_engine: Engine) -> None:
    with fleet_engine.begin() as connection:
        connection.execute(text("INSERT INTO procrastinate.fleet_migration VALUES ('99.00.00_01_pre_far.sql')"))
    with pytest.raises(DatabaseMissing, match="newer Procrastinate; update this machine"):
        prepare_queue(fleet_engine)


def test_a_worker_notices_that_the_server_of_its_queue_is_gone(fleet_url: URL) -> None:
    async def read_options() -> dict[str, str]:
        async with make_queue(fleet_url, 0.0).open_async() as queue:
            connector = queue.connector
            assert isinstance(connector, PatientConnector)
            async with connector.pool.connection() as connection:
                return connection.info.get_parameters()

    options = asyncio.run(read_options())
    assert {name: options.get(name) for name in SERVER_OPTIONS} == {
        name: str(value) for name, value in SERVER_OPTIONS.items()
    }
