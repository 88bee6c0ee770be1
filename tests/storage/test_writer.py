"""The writer: one thread, grouped commits, nothing promised that is not on disk."""

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
from storage import patience
from storage.database import open_database, reading
from storage.faults import Fault
from storage.models import Run
from storage.patience import Patience, steadily
from storage.writer import Writer

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def add(name: str) -> Callable[[Connection], str]:
    def operation(connection: Connection) -> str:
        connection.execute(insert(Run).values(spider=name, started_at=NOON, counts={}))
        if name == "bad":
            raise ValueError("this one fails")
        return name

    return operation


def names(engine: Engine) -> list[str]:
    with reading(engine) as connection:
        return list(connection.execute(select(Run.spider).order_by(Run.id)).scalars())


def test_what_is_awaited_is_on_disk(engine: Engine) -> None:
    async def write() -> None:
        writer = Writer(engine)
        assert await writer.do(add("one")) == "one"
        assert names(engine) == ["one"]
        await writer.close()

    asyncio.run(write())


def test_an_operation_that_fails_leaves_its_group_alone(engine: Engine) -> None:
    async def write() -> list[object]:
        writer = Writer(engine)
        outcomes = await asyncio.gather(*(writer.do(add(n)) for n in ("a", "bad", "b")), return_exceptions=True)
        await writer.close()
        return outcomes

    first, failed, last = asyncio.run(write())
    assert (first, last) == ("a", "b")
    assert isinstance(failed, ValueError)
    assert names(engine) == ["a", "b"]


def test_many_operations_share_few_commits(engine: Engine) -> None:
    commits = []
    event.listen(engine, "commit", commits.append)

    async def write() -> None:
        writer = Writer(engine)
        await asyncio.gather(*(writer.do(add(str(number))) for number in range(200)))
        await writer.close()

    asyncio.run(write())
    assert names(engine) == [str(number) for number in range(200)]
    assert len(commits) <= 3


def test_a_group_that_cannot_be_committed_tells_each_of_its_callers(engine: Engine) -> None:
    @event.listens_for(engine, "commit")
    def fail(_: Connection) -> None:
        raise OSError("disk full")

    async def write() -> list[object]:
        writer = Writer(engine)
        outcomes = await asyncio.gather(*(writer.do(add(n)) for n in ("a", "b")), return_exceptions=True)
        event.remove(engine, "commit", fail)
        outcomes.append(await writer.do(lambda c: c.execute(select(func.count()).select_from(Run)).scalar_one()))
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
        work = asyncio.create_task(writer.do(slow))
        turns = 0
        while not work.done():
            await asyncio.sleep(0.01)
            turns += 1
        await writer.close()
        return turns

    assert asyncio.run(write()) > 10


def test_closing_waits_for_what_was_given(engine: Engine) -> None:
    async def write() -> None:
        writer = Writer(engine)
        task = asyncio.create_task(writer.do(add("last")))
        await asyncio.sleep(0)
        await writer.close()
        assert await task == "last"

    asyncio.run(write())
    assert names(engine) == ["last"]
    with pytest.raises(RuntimeError):
        asyncio.run(write_after_close(engine))


async def write_after_close(engine: Engine) -> None:
    writer = Writer(engine)
    await writer.close()
    await writer.do(add("too late"))


@pytest.fixture
def hasty(database_url: URL) -> Iterator[Engine]:
    """A store whose transactions wait for no other: the writer does."""
    engine = open_database(database_url, busy=0.05)
    yield engine
    engine.dispose()


@contextmanager
def locked(engine: Engine) -> Iterator[None]:
    """As long as another program writes."""
    other = open_database(engine.url)
    with other.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("LOCK TABLE run"))
        yield
    other.dispose()


def test_a_locked_database_is_waited_for_and_nothing_is_dropped(
    hasty: Engine, caplog: pytest.LogCaptureFixture
) -> None:  # 5 of the forty
    waited = Counter[Fault]()
    caplog.set_level(logging.INFO)

    async def write() -> tuple[list[str], str | None]:
        wait = Patience("the database", 20, began=lambda fault: waited.update([fault]))
        writer = Writer(hasty, patience=wait)
        with locked(hasty):
            work = asyncio.gather(*(writer.do(add(str(number))) for number in range(20)))
            await asyncio.sleep(1)
            assert not work.done()
            trouble = wait.trouble
        done = await work
        await writer.close()
        return done, trouble

    done, trouble = asyncio.run(write())
    assert done == names(hasty) == [str(number) for number in range(20)]
    assert trouble == "the database is locked"
    assert waited == {Fault.LOCKED: 1}
    said = [record.getMessage() for record in caplog.records if record.name == "storage.patience"]
    assert len(said) == 2
    assert "the database is locked" in said[0]
    assert "works again" in said[1]


def test_a_database_that_stays_locked_is_lost_for_all_who_wait_and_who_come(hasty: Engine) -> None:
    async def write() -> list[Any]:
        writer = Writer(hasty, patience=Patience("the database", 0.5))
        with locked(hasty):
            outcomes = await asyncio.gather(*(writer.do(add(n)) for n in ("a", "b")), return_exceptions=True)
        outcomes += await asyncio.gather(writer.do(add("late")), return_exceptions=True)
        assert writer.lost is not None
        await writer.close()
        return outcomes

    for outcome in asyncio.run(write()):
        assert isinstance(outcome, StorageLost)
        assert (outcome.fault, outcome.exit_status) == ("locked", 4)
    assert names(hasty) == []


def test_who_is_told_to_end_waits_a_few_seconds_more(hasty: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "GRACE", 0.3)
    told = threading.Event()

    async def write() -> float:
        writer = Writer(hasty, patience=Patience("the database", 300, ending=told.is_set))
        with locked(hasty):
            work = asyncio.create_task(writer.do(add("a")))
            await asyncio.sleep(1)
            told.set()
            began = time.monotonic()
            with pytest.raises(StorageLost):
                await work
        await writer.close()
        return time.monotonic() - began

    assert 0.1 < asyncio.run(write()) < 2


def test_a_group_that_meets_a_fault_is_run_again_as_a_whole_and_kept_once(engine: Engine) -> None:
    runs: list[str] = []

    def faulty(connection: Connection) -> str:
        runs.append("faulty")
        if len(runs) < 3:  # as a disk that fails twice
            raise OSError(28, "No space left on device")
        return add("b")(connection)

    async def write() -> list[str]:
        writer = Writer(engine)
        outcomes = await asyncio.gather(writer.do(add("a")), writer.do(faulty), writer.do(add("c")))
        await writer.close()
        return outcomes

    assert asyncio.run(write()) == ["a", "b", "c"]
    assert names(engine) == ["a", "b", "c"]
    assert len(runs) == 3


def test_a_full_database_takes_none_of_a_group_and_all_of_it_when_there_is_space(sqlite_engine: Engine) -> None:
    # 8 of the forty
    limit = [0]

    @event.listens_for(sqlite_engine, "checkout")
    def _(connection: sqlite3.Connection, *_: object) -> None:
        connection.execute(f"PRAGMA max_page_count = {limit[0] or 1 << 30}")

    def large(connection: Connection) -> None:
        for number in range(20):
            add(f"{number} " + "x" * 10_000)(connection)

    async def write() -> None:
        writer = Writer(sqlite_engine, patience=Patience("the database", 20))
        await writer.do(add("before"))
        with reading(sqlite_engine) as connection:
            limit[0] = connection.execute(text("PRAGMA page_count")).scalar_one() + 5
        work = asyncio.gather(writer.do(add("small")), writer.do(large))
        await asyncio.sleep(0.5)
        assert names(sqlite_engine) == ["before"]
        with reading(sqlite_engine) as connection:
            assert connection.execute(text("PRAGMA integrity_check")).scalar_one() == "ok"
        limit[0] = 0
        await work
        await writer.close()

    asyncio.run(write())
    assert names(sqlite_engine)[:2] == ["before", "small"]
    assert len(names(sqlite_engine)) == 22


def test_a_commit_whose_answer_is_lost_is_not_done_twice(postgres_database: str) -> None:
    engine = open_database(make_url(postgres_database))
    commit, fates = engine.dialect.do_commit, ["committed", "not committed"]

    def breaks_off(connection: Any) -> None:
        if not fates:
            return commit(connection)
        if fates.pop(0) == "committed":
            commit(connection)
        connection.driver_connection.close()
        raise psycopg.OperationalError("server closed the connection unexpectedly")

    async def write() -> list[str]:
        writer = Writer(engine, patience=Patience("the database", 20))
        await writer.do(lambda _: None)  # nothing is written: nothing can be in doubt
        engine.dialect.do_commit = breaks_off  # type: ignore[method-assign]
        outcomes = [await writer.do(add("a")), await writer.do(add("b"))]
        await writer.close()
        return outcomes

    assert asyncio.run(write()) == ["a", "b"]
    assert names(engine) == ["a", "b"]
    assert fates == []
    engine.dispose()


def test_the_archive_is_on_disk_before_the_row_that_names_it(engine: Engine) -> None:
    happened: list[str] = []
    event.listen(engine, "commit", lambda _: happened.append("commit"))

    async def write(before_commit: Any) -> None:
        writer = Writer(engine, before_commit=before_commit)
        try:
            await writer.do(lambda connection: (happened.append("row"), add("a")(connection)))
        finally:
            await writer.close()

    asyncio.run(write(lambda: happened.append("archive")))
    assert happened == ["row", "archive", "commit"]

    def fails() -> None:
        raise StorageLost("the archive is gone", "unwritable")

    with pytest.raises(StorageLost):
        asyncio.run(write(fails))
    assert names(engine) == ["a"]


def test_what_needs_no_event_loop_is_waited_for_as_well(hasty: Engine) -> None:
    def work() -> str:
        with hasty.begin() as connection:
            return add("a")(connection)

    with locked(hasty), pytest.raises(StorageLost):
        steadily(work, Patience("the database", 0.3))
    assert steadily(work, Patience("the database", 5)) == "a"
    with pytest.raises(ZeroDivisionError):
        steadily(lambda: 1 // 0, Patience("the database", 5))
