"""A worker of a queue ends whenever it is asked to, also while it begins."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from sqlalchemy import URL, Engine, text

from crawler.fleet.patient_queue import PatientConnector, make_queue
from crawler.fleet.queue_names import SITES_QUEUE
from crawler.fleet.queue_worker import QueueWorker


@pytest.fixture
def losing_cancellations(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have each query answer though it is cancelled: by chance it is so where both come in one turn of the loop."""
    run = PatientConnector._run_patiently

    async def answer_in_any_case(*arguments: Any) -> Any:
        answer = asyncio.ensure_future(run(*arguments))
        try:
            return await asyncio.shield(answer)
        except asyncio.CancelledError:
            return await answer

    monkeypatch.setattr(PatientConnector, "_run_patiently", answer_in_any_case)


@pytest.mark.usefixtures("fleet_engine")
def test_a_worker_that_is_stopped_while_it_begins_ends(fleet_url: URL) -> None:
    start_and_stop(fleet_url, delays=[step / 2000 for step in range(20)])


@pytest.mark.usefixtures("losing_cancellations")
def test_a_worker_whose_cancellation_is_lost_ends(fleet_url: URL, fleet_engine: Engine) -> None:
    start_and_stop(fleet_url, delays=[0, 0.001, 0.002])
    assert count_workers(fleet_engine) == 0


def start_and_stop(url: URL, delays: list[float]) -> None:
    """Start two workers, and stop them after each of these times, in seconds."""
    queue = make_queue(url, patience=5)

    async def run() -> None:
        async with queue.open_async():
            for delay in delays:
                workers = [
                    QueueWorker(queue, SITES_QUEUE, name=name, most=2, deletes_done=False) for name in ("a", "b")
                ]
                tasks = [worker.start() for worker in workers]
                await asyncio.sleep(delay)
                for worker in workers:
                    worker.stop()
                _done, late = await asyncio.wait(tasks, timeout=20)
                assert not late, f"stopped after {delay} s"

    asyncio.run(run())


def count_workers(engine: Engine) -> int:
    with engine.connect() as connection:
        return connection.execute(text("SELECT count(*) FROM procrastinate.procrastinate_workers")).scalar_one()
