"""The writer: one thread, grouped commits, and no result before it is on the disk."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest
from sqlalchemy import URL, Connection, Engine, event, func, insert, make_url, select, text

from cleaning.errors import StorageLost
from storage.database import retry
from storage.database.engine import open_database, open_for_reading
from storage.database.faults import Fault
from storage.database.retry import StorageRetry, run_with_retries
from storage.database.writer import Late, Writer
from storage.models import Run

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def insert_run(name: str) -> Callable[[Connection], str]:
    def operation(connection: Connection) -> str:
        connection.execute(insert(Run).values(spider=name, started_at=NOON, counts={}))
        if name == "bad":
            raise ValueError("this one fails")
        return name

    return operation


def list_runs(engine: Engine) -> list[str]:
    with open_for_reading(engine) as connection:
        return list(connection.execute(select(Run.spider).order_by(Run.id)).scalars())


def test_what_is_awaited_is_on_disk(engine: Engine) -> None:
    async def write() -> None:
        writer = Writer(engine)
        assert await writer.run(insert_run("one")) == "one"
        assert list_runs(engine) == ["one"]
        await writer.close()

    asyncio.run(write())


def test_what_is_late_is_run_at_the_end_of_its_group_and_fails_with_its_own_operation(engine: Engine) -> None:
    steps: list[str] = []

    def make_operation(name: str) -> Callable[[Connection], str | Late[str]]:
        def finish(connection: Connection) -> str:
            steps.append(f"{name} late")
            insert_run(name)(connection)
            return name.upper()

        def operation(connection: Connection) -> str | Late[str]:
            steps.append(name)
            insert_run(f"first {name}")(connection)
            return Late(finish) if name != "plain" else name

        return operation

    async def write(*names: str) -> list[object]:
        writer = Writer(engine)
        given = (writer.run(make_operation(name)) for name in names)
        outcomes = await asyncio.gather(*given, return_exceptions=True)
        await writer.close()
        return outcomes

    assert asyncio.run(write("one", "plain", "two")) == ["ONE", "plain", "TWO"]
    # SQLite's writers wait for each other in any case.
    is_served = engine.dialect.name == "postgresql"
    assert steps == (
        ["one", "plain", "two", "one late", "two late"]
        if is_served
        else ["one", "one late", "plain", "two", "two late"]
    )
    kept = ["first one", "first plain", "first two", "one", "two"]
    assert sorted(list_runs(engine)) == kept
    one, bad, two = asyncio.run(write("one", "bad", "two"))
    assert (one, two) == ("ONE", "TWO")
    assert isinstance(bad, ValueError)
    assert sorted(list_runs(engine)) == sorted([*kept, "first one", "one", "first two", "two"])


def test_an_operation_that_fails_leaves_its_group_alone(engine: Engine) -> None:
    async def write() -> list[object]:
        writer = Writer(engine)
        outcomes = await asyncio.gather(*(writer.run(insert_run(n)) for n in ("a", "bad", "b")), return_exceptions=True)
        await writer.close()
        return outcomes

    first, failed, last = asyncio.run(write())
    assert (first, last) == ("a", "b")
    assert isinstance(failed, ValueError)
    assert list_runs(engine) == ["a", "b"]


def test_many_operations_share_few_commits(engine: Engine) -> None:
    commits = []
    event.listen(engine, "commit", commits.append)

    async def write() -> None:
        writer = Writer(engine)
        await asyncio.gather(*(writer.run(insert_run(str(number))) for number in range(200)))
        await writer.close()

    asyncio.run(write())
    assert list_runs(engine) == [str(number) for number in range(200)]
    assert len(commits) <= 3


def test_what_can_wait_is_committed_with_what_cannot_in_the_order_given(engine: Engine) -> None:
    commits = []
    event.listen(engine, "commit", commits.append)

    async def write() -> None:
        writer = Writer(engine)
        await writer.run(insert_run("first"))
        waiting = [asyncio.create_task(writer.run(insert_run(name), can_wait=True)) for name in ("a", "b")]
        await asyncio.sleep(0)
        assert list_runs(engine) == ["first"]
        assert await writer.run(insert_run("c")) == "c"
        assert [task.result() for task in waiting] == ["a", "b"]
        await writer.close()

    asyncio.run(write())
    assert list_runs(engine) == ["first", "a", "b", "c"]
    assert len(commits) == 2


def test_what_can_wait_is_committed_though_nothing_follows(engine: Engine) -> None:
    async def write() -> str:
        writer = Writer(engine)
        done = await writer.run(insert_run("alone"), can_wait=True)
        assert list_runs(engine) == ["alone"]
        last = asyncio.create_task(writer.run(insert_run("last"), can_wait=True))
        await asyncio.sleep(0)
        await writer.close()
        assert last.result() == "last"
        return done

    assert asyncio.run(write()) == "alone"
    assert list_runs(engine) == ["alone", "last"]


def test_a_group_that_cannot_be_committed_tells_each_of_its_callers(engine: Engine) -> None:
    @event.listens_for(engine, "commit")
    def fail(_: Connection) -> None:
        raise OSError("disk full")

    async def write() -> list[object]:
        writer = Writer(engine)
        outcomes = await asyncio.gather(*(writer.run(insert_run(n)) for n in ("a", "b")), return_exceptions=True)
        event.remove(engine, "commit", fail)
        outcomes.append(await writer.run(lambda c: c.execute(select(func.count()).select_from(Run)).scalar_one()))
        await writer.close()
        return outcomes

    first, second, left = asyncio.run(write())
    assert isinstance(first, OSError)
    assert isinstance(second, OSError)
    assert left == 0


def test_the_event_loop_runs_on_while_the_database_works(engine: Engine) -> None:
    def slow(connection: Connection) -> None:
        if engine.dialect.name == "postgresql":
            connection.exec_driver_sql("SELECT pg_sleep(0.3)")
        else:
            import time

            time.sleep(0.3)

    async def write() -> int:
        writer = Writer(engine)
        work = asyncio.create_task(writer.run(slow))
        turns = 0
        while not work.done():
            await asyncio.sleep(0.01)
            turns += 1
        await writer.close()
        return turns

    assert asyncio.run(write()) > 10


def test_closing_waits_for_operations_under_way(engine: Engine) -> None:
    async def write() -> None:
        writer = Writer(engine)
        task = asyncio.create_task(writer.run(insert_run("last")))
        await asyncio.sleep(0)
        await writer.close()
        assert await task == "last"

    asyncio.run(write())
    assert list_runs(engine) == ["last"]
    with pytest.raises(RuntimeError):
        asyncio.run(write_after_close(engine))


async def write_after_close(engine: Engine) -> None:
    writer = Writer(engine)
    await writer.close()
    await writer.run(insert_run("too late"))


@pytest.fixture
def hasty(database_url: URL) -> Iterator[Engine]:
    """Return a store whose transactions do not wait for locks, so that the writer retries."""
    engine = open_database(database_url, lock_timeout=0.05)
    yield engine
    engine.dispose()


@contextmanager
def hold_lock(engine: Engine) -> Iterator[None]:
    """Hold the lock that another program holds while it writes."""
    other = open_database(engine.url)
    with other.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("LOCK TABLE run"))
        yield
    other.dispose()


# Case 5 of SECURITY.md.
def test_a_locked_database_is_waited_for_and_nothing_is_dropped(
    hasty: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    waited = Counter[Fault]()
    caplog.set_level(logging.INFO)

    async def write() -> tuple[list[str], str | None]:
        loop, is_told = asyncio.get_running_loop(), asyncio.Event()

        def tell(fault: Fault) -> None:
            waited.update([fault])
            loop.call_soon_threadsafe(is_told.set)

        wait = StorageRetry("the database", 20, on_wait=tell)
        writer = Writer(hasty, retry=wait)
        with hold_lock(hasty):
            work = asyncio.gather(*(writer.run(insert_run(str(number))) for number in range(20)))
            await is_told.wait()
            await asyncio.sleep(0.5)  # it tries again some times
            assert not work.done()
            problem = wait.problem
        done = await work
        await writer.close()
        return done, problem

    done, problem = asyncio.run(write())
    assert done == list_runs(hasty) == [str(number) for number in range(20)]
    assert problem == "the database is locked"
    assert waited == {Fault.LOCKED: 1}
    messages = [record.getMessage() for record in caplog.records if record.name == "storage.database.retry"]
    assert len(messages) == 2
    assert "the database is locked" in messages[0]
    assert "works again" in messages[1]


def test_a_database_that_stays_locked_is_lost_for_waiting_and_for_later_calls(hasty: Engine) -> None:
    async def write() -> list[Any]:
        writer = Writer(hasty, retry=StorageRetry("the database", 0.5))
        with hold_lock(hasty):
            outcomes = await asyncio.gather(*(writer.run(insert_run(n)) for n in ("a", "b")), return_exceptions=True)
        outcomes += await asyncio.gather(writer.run(insert_run("late")), return_exceptions=True)
        assert writer.lost is not None
        await writer.close()
        return outcomes

    for outcome in asyncio.run(write()):
        assert isinstance(outcome, StorageLost)
        assert (outcome.fault, outcome.exit_status) == ("locked", 4)
    assert list_runs(hasty) == []


def test_a_crawl_that_is_asked_to_stop_retries_a_few_seconds_more(
    hasty: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retry, "GRACE", 0.3)
    end_requested = threading.Event()

    async def write() -> float:
        writer = Writer(hasty, retry=StorageRetry("the database", 300, is_ending=end_requested.is_set))
        with hold_lock(hasty):
            work = asyncio.create_task(writer.run(insert_run("a")))
            await asyncio.sleep(1)
            end_requested.set()
            began = time.monotonic()
            with pytest.raises(StorageLost):
                await work
        await writer.close()
        return time.monotonic() - began

    assert 0.1 < asyncio.run(write()) < 30


def test_a_group_that_meets_a_fault_is_run_again_as_a_whole_and_kept_once(engine: Engine) -> None:
    runs: list[str] = []

    def faulty(connection: Connection) -> str:
        runs.append("faulty")
        if len(runs) < 3:  # like a disk that fails twice
            raise OSError(28, "No space left on device")
        return insert_run("b")(connection)

    async def write() -> list[str]:
        writer = Writer(engine)
        outcomes = await asyncio.gather(writer.run(insert_run("a")), writer.run(faulty), writer.run(insert_run("c")))
        await writer.close()
        return outcomes

    assert asyncio.run(write()) == ["a", "b", "c"]
    assert list_runs(engine) == ["a", "b", "c"]
    assert len(runs) == 3


# Case 8 of SECURITY.md.
def test_a_full_database_takes_none_of_a_group_and_all_of_it_when_there_is_space(sqlite_engine: Engine) -> None:

    limit = [0]

    @event.listens_for(sqlite_engine, "checkout")
    def _(connection: sqlite3.Connection, *_: object) -> None:
        connection.execute(f"PRAGMA max_page_count = {limit[0] or 1 << 30}")

    def large(connection: Connection) -> None:
        for number in range(20):
            insert_run(f"{number} " + "x" * 10_000)(connection)

    async def write() -> None:
        writer = Writer(sqlite_engine, retry=StorageRetry("the database", 20))
        await writer.run(insert_run("before"))
        with open_for_reading(sqlite_engine) as connection:
            limit[0] = connection.execute(text("PRAGMA page_count")).scalar_one() + 5
        work = asyncio.gather(writer.run(insert_run("small")), writer.run(large))
        await asyncio.sleep(0.5)
        assert list_runs(sqlite_engine) == ["before"]
        with open_for_reading(sqlite_engine) as connection:
            assert connection.execute(text("PRAGMA integrity_check")).scalar_one() == "ok"
        limit[0] = 0
        await work
        await writer.close()

    asyncio.run(write())
    assert list_runs(sqlite_engine)[:2] == ["before", "small"]
    assert len(list_runs(sqlite_engine)) == 22


def test_a_commit_whose_answer_is_lost_is_not_repeated(postgres_database: str) -> None:
    engine = open_database(make_url(postgres_database))
    commit, outcomes_of_commits = engine.dialect.do_commit, ["committed", "not committed"]

    def break_off(connection: Any) -> None:
        if not outcomes_of_commits:
            return commit(connection)
        if outcomes_of_commits.pop(0) == "committed":
            commit(connection)
        connection.driver_connection.close()
        raise psycopg.OperationalError("server closed the connection unexpectedly")

    async def write() -> list[str]:
        writer = Writer(engine, retry=StorageRetry("the database", 20))
        await writer.run(lambda _: None)  # nothing is written, so no commit can be uncertain
        engine.dialect.do_commit = break_off  # type: ignore[method-assign]
        outcomes = [await writer.run(insert_run("a")), await writer.run(insert_run("b"))]
        await writer.close()
        return outcomes

    assert asyncio.run(write()) == ["a", "b"]
    assert list_runs(engine) == ["a", "b"]
    assert outcomes_of_commits == []
    engine.dispose()


def test_the_archive_is_on_disk_before_the_row_that_names_it(engine: Engine) -> None:
    happened: list[str] = []
    event.listen(engine, "commit", lambda _: happened.append("commit"))

    async def write(before_commit: Any) -> None:
        writer = Writer(engine, before_commit=before_commit)
        try:
            await writer.run(lambda connection: (happened.append("row"), insert_run("a")(connection)))
        finally:
            await writer.close()

    asyncio.run(write(lambda: happened.append("archive")))
    assert happened == ["archive", "row", "commit"]  # before BEGIN: no lock of the database waits for the disk

    def fail() -> None:
        raise StorageLost("the archive is gone", "unwritable")

    with pytest.raises(StorageLost):
        asyncio.run(write(fail))
    assert list_runs(engine) == ["a"]


def test_a_locked_database_is_retried_without_an_event_loop_too(hasty: Engine) -> None:
    def work() -> str:
        with hasty.begin() as connection:
            return insert_run("a")(connection)

    with hold_lock(hasty), pytest.raises(StorageLost):
        run_with_retries(work, StorageRetry("the database", 0.3))
    assert run_with_retries(work, StorageRetry("the database", 5)) == "a"
    with pytest.raises(ZeroDivisionError):
        run_with_retries(lambda: 1 // 0, StorageRetry("the database", 5))
