"""The one writer: every change of a crawl goes through one thread, grouped into few commits."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine

T = TypeVar("T")
Operation = Callable[[Connection], Any]


class Writer:
    """Runs operations on the database off the event loop, in the order in which they were given.

    Whatever queued up while the last commit ran is the next group: no timer is needed, a lone operation never waits.
    Each operation has a savepoint, so that one that fails does not take its group with it. The future of an operation
    resolves only after the COMMIT: what it says is on disk.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="writer")
        self._waiting: list[tuple[Operation, asyncio.Future[Any]]] = []
        self._draining: asyncio.Task[None] | None = None

    async def do(self, operation: Callable[[Connection], T]) -> T:
        """What `operation(connection)` returns, once it is committed; raises what it raised: then nothing is kept."""
        done: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._waiting.append((operation, done))
        if self._draining is None:
            self._draining = asyncio.create_task(self._drain())
        return await done

    async def close(self) -> None:
        """Waits for what was given, then ends the thread."""
        if self._draining is not None:
            await self._draining
        self._thread.shutdown()

    async def _drain(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            while self._waiting:
                group, self._waiting = self._waiting, []
                try:
                    outcomes = await loop.run_in_executor(
                        self._thread, self._commit, [operation for operation, _ in group]
                    )
                except Exception as error:  # noqa: BLE001 (BEGIN or COMMIT failed: each caller gets to know)
                    outcomes = [(None, error)] * len(group)
                for (_, done), (value, failure) in zip(group, outcomes, strict=True):
                    if done.cancelled():
                        continue
                    if failure is None:
                        done.set_result(value)
                    else:
                        done.set_exception(failure)
        finally:
            self._draining = None

    def _commit(self, operations: list[Operation]) -> list[tuple[Any, Exception | None]]:
        outcomes: list[tuple[Any, Exception | None]] = []
        with self._engine.begin() as connection:
            for operation in operations:
                try:
                    with connection.begin_nested():
                        outcomes.append((operation(connection), None))
                except Exception as error:  # noqa: BLE001 (handed to the caller of this operation)
                    outcomes.append((None, error))
        return outcomes
