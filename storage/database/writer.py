"""The one writer: it commits every change of a crawl in one thread, grouped into few transactions."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from queue import SimpleQueue
from threading import Thread
from typing import Any, Generic, TypeVar

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from cleaning.errors import StorageLost
from storage.database.faults import Fault, classify_fault
from storage.database.retry import StorageRetry

LINGER = 0.1  # seconds from one COMMIT to the next, if all operations that are given in between can wait
MAX_WAITING = 32  # operations; so many are not waited with

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Late(Generic[T]):
    """The rest of an operation, which holds up other writers.

    On PostgreSQL it is run right before the COMMIT, after the operations of its group; on SQLite at once, because its
    writers wait for each other anyway.
    """

    finish: Callable[[Connection], T]


Operation = Callable[[Connection], Any]
Outcomes = list[tuple[Any, Exception | None]]  # for each operation its value, or the error that it raised


@dataclass(frozen=True, slots=True)
class UncertainCommit:
    """A transaction whose COMMIT was sent and never answered."""

    number: int  # PostgreSQL's transaction id
    outcomes: Outcomes  # of its operations, if it was committed


class Writer:
    """Runs operations on the database in a thread, in the order in which they were given.

    The operations that arrive during a commit are the next group. One that can wait is committed with the next that
    cannot, at the latest LINGER after the COMMIT before: one costs as much as storing a page. A failed operation does
    not roll back its group: that is run again, each operation with a savepoint. `run` returns only after the COMMIT, so
    its result is on the disk.

    If the database has a fault (storage/database/faults.py), the whole group is rolled back and retried, for as long as
    `retry` allows. An operation may therefore run several times; one of its runs is committed. When the patience is
    over, every waiting and every later call raises `StorageLost`. `before_commit` is called in the writer's thread, for
    what the operations were given.

    An operation may return a `Late`, whose value is then that of the operation.
    """

    def __init__(
        self, engine: Engine, *, retry: StorageRetry | None = None, before_commit: Callable[[], None] | None = None
    ) -> None:
        self._engine = engine
        self._retry = retry or StorageRetry("the database")
        self._before_commit = before_commit
        self._has_other_writers = engine.dialect.name == "postgresql"
        self._thread = _WorkerThread("writer")
        self._waiting: list[tuple[Operation, asyncio.Future[Any]]] = []
        self._is_due = False  # whether an operation waits that is not to wait any longer
        self._linger: asyncio.TimerHandle | None = None  # set while operations wait that can
        self._committed_at = -LINGER  # when the last group was, in seconds of the event loop
        self._draining: asyncio.Task[None] | None = None
        self._uncertain_commit: UncertainCommit | None = None
        self.lost: StorageLost | None = None  # set when the patience is over

    async def run(self, operation: Callable[[Connection], T | Late[T]], *, can_wait: bool = False) -> T:
        """Run `operation(connection)` and return its value once it is committed.

        If the operation raises, raise the same error; nothing of the operation is committed. `can_wait`: nothing is
        held up by the operation, so it waits for others.
        """
        loop = asyncio.get_running_loop()
        done: asyncio.Future[T] = loop.create_future()
        self._waiting.append((operation, done))
        if not can_wait or len(self._waiting) >= MAX_WAITING:
            self._begin()
        elif self._linger is None:
            self._linger = loop.call_at(self._committed_at + LINGER, self._begin)
        return await done

    async def close(self) -> None:
        """Wait for all operations given so far, then end the thread."""
        if self._waiting:
            self._begin()
        if self._draining is not None:
            await self._draining
        self._thread.close()

    def _begin(self) -> None:
        """Commit all operations that wait, as soon as the group before them is committed."""
        self._is_due = True
        if self._draining is None:
            self._draining = asyncio.create_task(self._drain())

    async def _drain(self) -> None:
        try:
            while self._is_due:
                self._is_due = False
                if self._linger is not None:
                    self._linger.cancel()
                    self._linger = None
                group, self._waiting = self._waiting, []
                outcomes = await self._run_group([operation for operation, _ in group])
                self._committed_at = asyncio.get_running_loop().time()
                for (_, done), (value, failure) in zip(group, outcomes, strict=True):
                    if done.cancelled():
                        continue
                    if failure is None:
                        done.set_result(value)
                    else:
                        done.set_exception(failure)
        finally:
            self._draining = None

    async def _run_group(self, group: list[Operation]) -> Outcomes:
        """Run the group until it commits or the patience is over; return one (value, error) pair per operation."""
        while self.lost is None:
            try:
                outcomes = await asyncio.wrap_future(self._thread.submit(lambda: self._commit(group)))
            except StorageLost as error:
                self.lost = error
            except Exception as error:  # noqa: BLE001 (BEGIN or COMMIT failed: every caller receives the error)
                fault = classify_fault(error)
                if fault is None:
                    return [(None, error)] * len(group)
                try:
                    await self._retry.wait(error, fault)
                except StorageLost as lost:
                    self.lost = lost
            else:
                self._retry.record_success()
                return outcomes
        return [(None, StorageLost(str(self.lost), self.lost.fault)) for _ in group]

    def _commit(self, operations: list[Operation]) -> Outcomes:
        # Hardly any operation fails, and two savepoint statements for each cost as much as a tenth of storing a page.
        try:
            return self._commit_transaction(operations, has_savepoints=False)
        except _OperationFailed as failed:
            if len(operations) == 1:
                return [(None, failed.error)]
        return self._commit_transaction(operations, has_savepoints=True)

    def _commit_transaction(self, operations: list[Operation], *, has_savepoints: bool) -> Outcomes:
        run = self._run_with_savepoint if has_savepoints else self._run_operation
        number: int | None = None
        outcomes: Outcomes = []
        with self._engine.connect() as connection:
            if (committed := self._resolve_uncertain_commit(connection)) is not None:
                return committed
            try:
                if self._before_commit is not None:  # before BEGIN: no lock waits for the disk
                    self._before_commit()
                with connection.begin():
                    outcomes = [run(connection, operation) for operation in operations]
                    outcomes = [self._finish(connection, *outcome) for outcome in outcomes]
                    number = self._read_transaction_number(connection)
            except DBAPIError as error:
                if number is not None and classify_fault(error) is Fault.UNREACHABLE:  # the COMMIT itself failed
                    self._uncertain_commit = UncertainCommit(number, outcomes)
                raise
        return outcomes

    def _run_operation(self, connection: Connection, operation: Operation) -> tuple[Any, Exception | None]:
        try:
            value = operation(connection)
            if isinstance(value, Late) and not self._has_other_writers:
                value = value.finish(connection)
        except Exception as error:
            if isinstance(error, StorageLost) or classify_fault(error) is not None:
                raise
            raise _OperationFailed(error) from error
        return value, None

    def _finish(self, connection: Connection, value: Any, failure: Exception | None) -> tuple[Any, Exception | None]:
        """Run what is left of an operation."""
        return self._run_operation(connection, value.finish) if isinstance(value, Late) else (value, failure)

    def _run_with_savepoint(self, connection: Connection, operation: Operation) -> tuple[Any, Exception | None]:
        savepoint = connection.begin_nested()
        try:
            value = operation(connection)
            if isinstance(value, Late):
                value = value.finish(connection)
            savepoint.commit()
        except Exception as error:
            # A fault may have ended the whole transaction: then there is no savepoint to go back to.
            if isinstance(error, StorageLost) or classify_fault(error) is not None:
                raise
            savepoint.rollback()
            return None, error
        return value, None

    def _read_transaction_number(self, connection: Connection) -> int | None:
        """Return the id under which the server can be asked whether the transaction was committed.

        Return None if nothing was written, and for SQLite: a COMMIT to a local file always has a known outcome.
        """
        if connection.dialect.name != "postgresql":
            return None
        number: int | None = connection.execute(text("SELECT txid_current_if_assigned()")).scalar_one()
        return number

    def _resolve_uncertain_commit(self, connection: Connection) -> Outcomes | None:
        """Return the outcomes of the group whose COMMIT was not answered, if it was committed; else None."""
        uncertain = self._uncertain_commit
        if uncertain is None:
            return None
        with connection.begin():
            state = connection.execute(text("SELECT txid_status(:number)"), {"number": uncertain.number}).scalar_one()
        if state == "in progress":  # the server has not noticed yet that the connection is gone
            raise ConnectionAbortedError("it is not known yet whether the last COMMIT succeeded")
        self._uncertain_commit = None
        return uncertain.outcomes if state == "committed" else None


class _OperationFailed(Exception):
    """An operation raised `error`, which is no fault of the database: its transaction is rolled back."""

    def __init__(self, error: Exception) -> None:
        super().__init__(str(error))
        self.error = error


class _WorkerThread:
    """One thread that runs one task after another. A daemon: a crawl that is killed twice does not wait for it."""

    def __init__(self, name: str) -> None:
        self._tasks: SimpleQueue[tuple[Callable[[], Any], Future[Any]] | None] = SimpleQueue()
        self._thread = Thread(target=self._work, name=name, daemon=True)
        self._thread.start()
        self._closed = False

    def submit(self, task: Callable[[], T]) -> Future[T]:
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
        while (entry := self._tasks.get()) is not None:
            task, future = entry
            if not future.set_running_or_notify_cancel():
                continue
            try:
                future.set_result(task())
            except BaseException as error:  # noqa: BLE001 (the future hands it to its caller)
                future.set_exception(error)
