"""The queue while its server refuses connections: told once, in one line."""

from __future__ import annotations

import asyncio
import gc
import logging
from collections.abc import Awaitable, Callable

import pytest
from procrastinate.exceptions import ConnectorException
from sqlalchemy import URL, create_engine, text

from crawler.fleet.patient_queue import PatientConnector, make_queue, tell_lost_task
from crawler.fleet.tasks import configure_queue_log


def test_a_queue_that_is_away_is_told_once_however_many_queries_wait(
    fleet_url: URL, postgres_url: URL, caplog: pytest.LogCaptureFixture
) -> None:
    async def ask(connector: PatientConnector) -> None:
        queries = [asyncio.create_task(connector.execute_query_one_async("SELECT 1 AS one")) for _ in range(4)]
        while not caplog.records:  # noqa: ASYNC110 (what is awaited is a line of the log)
            await asyncio.sleep(0.01)
        await asyncio.sleep(1.0)
        await asyncio.to_thread(allow_connections, postgres_url, fleet_url, True)
        assert await asyncio.gather(*queries) == [{"one": 1}] * 4

    with caplog.at_level(logging.WARNING):
        asyncio.run(lose_server(fleet_url, postgres_url, 20.0, ask))
    assert [record.message.partition(";")[0] for record in caplog.records] == [
        "the queue cannot be reached",
        "the queue can be reached again",
    ]


def test_a_task_whose_end_the_queue_did_not_hear_is_one_line(
    fleet_url: URL, postgres_url: URL, caplog: pytest.LogCaptureFixture
) -> None:
    async def ask(connector: PatientConnector) -> None:
        await asyncio.wait([asyncio.create_task(connector.execute_query_async("SELECT 1"))])
        gc.collect()  # nobody waits for the task: now the loop tells

    with caplog.at_level(logging.ERROR):
        asyncio.run(lose_server(fleet_url, postgres_url, 0.0, ask))
    (record,) = caplog.records
    assert record.message.startswith("the queue did not hear how a task ended: ")
    assert (record.exc_info, record.message.count("\n")) == (None, 0)


def test_what_procrastinate_says_of_a_lost_server_has_no_traceback(
    fleet_url: URL, postgres_url: URL, caplog: pytest.LogCaptureFixture
) -> None:
    configure_queue_log()

    async def ask(connector: PatientConnector) -> None:
        try:
            await connector.execute_query_async("SELECT 1")
        except ConnectorException:
            logging.getLogger("procrastinate.worker").exception("poll_jobs_to_abort error")

    with caplog.at_level(logging.ERROR):
        asyncio.run(lose_server(fleet_url, postgres_url, 0.0, ask))
    (record,) = caplog.records
    assert record.message.startswith("poll_jobs_to_abort error: couldn't get a connection")
    assert record.exc_info is None


async def lose_server(
    url: URL, maintenance: URL, patience: float, ask: Callable[[PatientConnector], Awaitable[None]]
) -> None:
    """Ask the queue while its database takes no connections."""
    asyncio.get_running_loop().set_exception_handler(tell_lost_task)
    async with make_queue(url, patience).open_async() as queue:
        connector = queue.connector
        assert isinstance(connector, PatientConnector)
        connector.pool.timeout = 0.1
        await asyncio.to_thread(allow_connections, maintenance, url, False)
        await ask(connector)


def allow_connections(maintenance: URL, url: URL, are_allowed: bool) -> None:
    engine = create_engine(maintenance, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"ALTER DATABASE {url.database} ALLOW_CONNECTIONS {are_allowed}"))
        if not are_allowed:
            end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name"
            connection.execute(text(end), {"name": url.database})
    engine.dispose()
