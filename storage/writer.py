"""The one writer: every change of a crawl goes through one thread, grouped into few commits."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from queue import SimpleQueue
from threading import Thread
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from cleaning.errors import StorageLost
from storage.faults import Fault, fault
from storage.patience import Patience

T = TypeVar("T")
Operation = Callable[[Connection], Any]
Outcomes = list[tuple[Any, Exception | None]]


@dataclass(frozen=True, slots=True)
class Doubt:
    """A transaction whose COMMIT was sent, and whose answer never came."""

    number: int  # of the transaction, as PostgreSQL counts
    outcomes: Outcomes  # what it came to, if it was committed


class Writer:
    """Runs operations on the database off the event loop, in the order in which they were given.

    Whatever queued up while the last commit ran is the next group: no timer is needed, a lone operation never waits.
    Each operation has a savepoint, so that one that fails does not take its group with it. The future of an operation
    resolves only after the COMMIT: what it says is on disk.

    A group that meets a fault of the database (storage/faults.py) is rolled back as a whole and run again, for as long
    as `patience` lasts; an operation may therefore run several times, of which one is kept. Then every caller that
    waits, and every later one, gets `StorageLost`. `before_commit` is called in the writer's thread.
    """

    def __init__(
        self, engine: Engine, *, patience: Patience | None = None, before_commit: Callable[[], None] | None = None
    ) -> None:
        self._engine = engine
        self._patience = patience or Patience("the database")
        self._before_commit = before_commit
        self._hand = _Hand("writer")
        self._waiting: list[tuple[Operation, asyncio.Future[Any]]] = []
        self._draining: asyncio.Task[None] | None = None
        self._doubt: Doubt | None = None
        self.lost: StorageLost | None = None  # once it was waited long enough

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
        self._hand.close()

    async def _drain(self) -> None:
        try:
            while self._waiting:
                group, self._waiting = self._waiting, []
                outcomes = await self._outcomes([operation for operation, _ in group])
                for (_, done), (value, failure) in zip(group, outcomes, strict=True):
                    if done.cancelled():
                        continue
                    if failure is None:
                        done.set_result(value)
                    else:
                        done.set_exception(failure)
        finally:
            self._draining = None

    async def _outcomes(self, group: list[Operation]) -> Outcomes:
        """What became of each operation of a group; as often as it takes."""
        while self.lost is None:
            try:
                outcomes = await asyncio.wrap_future(self._hand.take(lambda: self._commit(group)))
            except StorageLost as error:
                self.lost = error
            except Exception as error:  # noqa: BLE001 (BEGIN or COMMIT failed: each caller gets to know)
                wrong = fault(error)
                if wrong is None:
                    return [(None, error)] * len(group)
                try:
                    await self._patience.wait(error, wrong)
                except StorageLost as lost:
                    self.lost = lost
            else:
                self._patience.worked()
                return outcomes
        return [(None, StorageLost(str(self.lost), self.lost.fault)) for _ in group]

    def _commit(self, operations: list[Operation]) -> Outcomes:
        number: int | None = None
        outcomes: Outcomes = []
        with self._engine.connect() as connection:
            if (settled := self._settled(connection)) is not None:
                return settled
            try:
                with connection.begin():
                    outcomes = [self._outcome(connection, operation) for operation in operations]
                    if self._before_commit is not None:
                        self._before_commit()
                    number = self._number(connection)
            except DBAPIError as error:
                if number is not None and fault(error) is Fault.UNREACHABLE:  # it was the COMMIT that failed
                    self._doubt = Doubt(number, outcomes)
                raise
        return outcomes

    def _outcome(self, connection: Connection, operation: Operation) -> tuple[Any, Exception | None]:
        savepoint = connection.begin_nested()
        try:
            value = operation(connection)
            savepoint.commit()
        except Exception as error:
            # A fault may have ended the whole transaction: then there is no savepoint to go back to.
            if isinstance(error, StorageLost) or fault(error) is not None:
                raise
            savepoint.rollback()
            return None, error
        return value, None

    def _number(self, connection: Connection) -> int | None:
        """By which the server will know whether the transaction was committed; None where nothing was written."""
        if connection.dialect.name != "postgresql":
            return None  # a COMMIT in a file of ours has an outcome
        number: int | None = connection.execute(text("SELECT txid_current_if_assigned()")).scalar_one()
        return number

    def _settled(self, connection: Connection) -> Outcomes | None:
        """The outcomes of the group whose COMMIT was not answered, if it was committed all the same."""
        doubt = self._doubt
        if doubt is None:
            return None
        with connection.begin():
            state = connection.execute(text("SELECT txid_status(:number)"), {"number": doubt.number}).scalar_one()
        if state == "in progress":  # the server has not noticed yet that we are gone
            raise ConnectionAbortedError("it is not known yet whether the last COMMIT succeeded")
        self._doubt = None
        return doubt.outcomes if state == "committed" else None


class _Hand:
    """One thread that does one thing after another. A daemon: a crawl that is killed twice does not wait for it."""

    def __init__(self, name: str) -> None:
        self._tasks: SimpleQueue[tuple[Callable[[], Any], Future[Any]] | None] = SimpleQueue()
        self._thread = Thread(target=self._work, name=name, daemon=True)
        self._thread.start()
        self._closed = False

    def take(self, task: Callable[[], T]) -> Future[T]:
        if self._closed:
            raise RuntimeError("the writer is closed")
        future: Future[T] = Future()
        self._tasks.put((task, future))
        return future

    def close(self) -> None:
        self._closed = True
        self._tasks.put(None)
        self._thread.join()

    def _work(self) -> None:
        while (given := self._tasks.get()) is not None:
            task, future = given
            if not future.set_running_or_notify_cancel():
                continue
            try:
                future.set_result(task())
            except BaseException as error:  # noqa: BLE001 (handed to who waits for it)
                future.set_exception(error)
