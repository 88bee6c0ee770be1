"""Procrastinate on DATABASE_URL. It waits while the server is away: without that, a worker would end at once.

Imports Procrastinate, of the extra `fleet`: only what runs after `check_fleet` imports this module.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from time import monotonic
from typing import Any

import psycopg
from procrastinate import App, PsycopgConnector
from procrastinate.connector import Notify
from procrastinate.exceptions import ConnectorException
from sqlalchemy import URL

from cleaning.errors import DatabaseMissing
from crawler.fleet.queue_names import SCHEMA
from storage.database.engine import SERVER_OPTIONS

logger = logging.getLogger(__name__)

logging.getLogger("procrastinate").setLevel(logging.WARNING)  # it logs each task twice, and we each once
logging.getLogger("psycopg.pool").setLevel(logging.ERROR)  # it logs each try to connect
_PAUSE = 1.0  # seconds between two tries
_POOL_TIMEOUT = 10.0  # seconds that a try waits for a connection
_MAX_CONNECTIONS = 4  # of a worker to the queue, beside two that listen for tasks


class PatientConnector(PsycopgConnector):
    """Tries a query again while the server cannot be reached, for up to `patience` seconds.

    A query whose answer was lost may have been done: of a task that was handed out so, the sweep hears; the end of a
    task is the same twice.
    """

    def __init__(self, patience: float, **options: Any) -> None:
        super().__init__(**options)
        self._patience = patience
        self._is_away = False  # told once, however many queries wait

    async def open_async(self, pool: Any = None) -> None:
        """Connect. Raise DatabaseMissing if the server cannot be reached now."""
        try:
            await super().open_async(pool)
        except psycopg.OperationalError as error:
            raise DatabaseMissing(f"the queue cannot be reached: {str(error).strip()}") from error

    async def execute_query_async(self, query: Any, **arguments: Any) -> None:
        await self._run_patiently(super().execute_query_async, query, arguments)

    async def execute_query_one_async(self, query: Any, **arguments: Any) -> dict[str, Any]:
        row: dict[str, Any] = await self._run_patiently(super().execute_query_one_async, query, arguments)
        return row

    async def execute_query_all_async(self, query: Any, **arguments: Any) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = await self._run_patiently(super().execute_query_all_async, query, arguments)
        return rows

    async def listen_notify(self, on_notification: Notify, channels: Iterable[str]) -> None:
        while True:  # a worker looks for tasks by itself, too: it can do without notices for a while
            try:
                await super().listen_notify(on_notification, channels)
            except ConnectorException as error:
                if not is_unreachable(error):
                    raise
            await asyncio.sleep(_PAUSE)

    async def _run_patiently(self, run: Callable[..., Awaitable[Any]], query: Any, arguments: dict[str, Any]) -> Any:
        began = failed_at = None
        while True:
            try:
                done = await run(query, **arguments)
            except ConnectorException as error:
                failed_at = monotonic()
                if began is not None and isinstance(error.__cause__, psycopg.errors.RaiseException):
                    return None  # the first try has ended the task, and only its answer was lost
                if not is_unreachable(error) or (began is not None and failed_at - began > self._patience):
                    raise
                if began is None:
                    began = failed_at
                if not self._is_away:
                    self._is_away = True
                    logger.warning("the queue cannot be reached; waiting for the database: %s", describe_loss(error))
                await asyncio.sleep(_PAUSE)
            else:
                if self._is_away:
                    self._is_away = False
                    logger.warning("the queue can be reached again")
                return done


def make_queue(url: URL, patience: float) -> App:
    """Return the queue in the database at `url`. Nothing is connected before it is opened."""
    address = url.set(drivername="postgresql").render_as_string(hide_password=False)
    own = {"options": f"-c search_path={SCHEMA}", "application_name": "broadsheet fleet"}
    # Without these a worker would wait for a quarter of an hour for a server that is back, and listen to it for ever.
    options = {name: value for name, value in SERVER_OPTIONS.items() if name not in url.query} | own
    connector = PatientConnector(
        patience, conninfo=address, kwargs=options, min_size=1, max_size=_MAX_CONNECTIONS, timeout=_POOL_TIMEOUT
    )
    return App(connector=connector)


def tell_lost_task(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Log what nobody waits for: in one line, where the queue was lost before it heard how a task ended.

    Such a task is given back as that of a worker that is gone. A handler of exceptions for the loop.
    """
    error = context.get("exception")
    if error is not None and is_unreachable(error):
        logger.error("the queue did not hear how a task ended: %s", describe_loss(error))
    else:
        loop.default_exception_handler(context)


def is_unreachable(error: BaseException) -> bool:
    """Return whether a query failed because the server is away."""
    return isinstance(error, ConnectorException) and isinstance(
        error.__cause__, psycopg.OperationalError | psycopg.InterfaceError
    )


def describe_loss(error: BaseException) -> str:
    """Return in one line why the server could not be reached."""
    return str(error.__cause__ or error).strip().partition("\n")[0]
