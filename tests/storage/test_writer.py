"""The writer: one thread, grouped commits, nothing promised that is not on disk."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest
from sqlalchemy import Connection, Engine, event, func, insert, select

from storage.database import reading
from storage.models import Run
from storage.writer import Writer

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def add(name: str) -> object:
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
