"""The sweep: tasks that Procrastinate leaves in "doing" for ever go back, and tasks under way stay."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from crawling import ROOT, environment
from procrastinate import App, BaseRetryStrategy, RetryDecision
from sqlalchemy import URL, Engine, text

from crawler.fleet.jobs import load_group_tasks
from crawler.fleet.patient_queue import make_queue
from crawler.fleet.queue_names import CRAWL_GROUP, SITES_QUEUE
from crawler.fleet.sweep import MAX_LOST, GivenBack, Sweep, give_back_tasks
from crawler.fleet.workers import Registration, load_workers
from storage.database.engine import open_database
from storage.database.locks import claim_database

AT_ONCE = timedelta(0)
LONG = timedelta(hours=1)
GROUP = {"night": 1, "run": 1, "sites": ["courier"], "digest": "d"}


def sweep_lost_tasks(engine: Engine, stale: timedelta) -> list[GivenBack]:
    """Sweep as a worker that is sure at once of what it suspects."""
    return Sweep(engine, stale, confirm=0.0).run()


async def _defer(queue: App, **args: Any) -> int:
    task = queue.configure_task(CRAWL_GROUP, queue=SITES_QUEUE, lock="courier", queueing_lock="night 1 courier")
    return int(await task.defer_async(**GROUP | args))


async def _take(queue: App) -> tuple[int, int]:
    """Take the next task as a worker of Procrastinate does; return the ids of the task and of the worker (0: none)."""
    worker = await queue.job_manager.register_worker()
    job = await queue.job_manager.fetch_job(queues=[SITES_QUEUE], worker_id=worker)
    return (job.id or 0, worker) if job is not None else (0, worker)


def _lose_task(url: URL) -> int:
    """Let a worker take a task and be killed; return the task."""

    async def lose() -> int:
        async with make_queue(url, 0.0).open_async() as queue:
            await _defer(queue)
            job, _ = await _take(queue)
            return job

    return asyncio.run(lose())


def _read_status(engine: Engine, job: int) -> str:
    with engine.connect() as connection:
        question = text("SELECT status::text FROM procrastinate.procrastinate_jobs WHERE id = :job")
        return str(connection.execute(question, {"job": job}).scalar_one())


def test_a_task_whose_worker_was_started_again_under_its_id_goes_back(fleet_url: URL, fleet_engine: Engine) -> None:
    """Procrastinate's issue 1518: the id shows life, so that its own search for stalled tasks finds none."""

    async def restart() -> tuple[int, list[Any], int]:
        async with make_queue(fleet_url, 0.0).open_async() as queue:
            await _defer(queue)
            job, worker = await _take(queue)
            await queue.job_manager.update_heartbeat(worker)  # the new process, with the id of the one that is gone
            stalled = list(await queue.job_manager.get_stalled_jobs(seconds_since_heartbeat=30))
            await queue.configure_task(CRAWL_GROUP, queue=SITES_QUEUE, lock="courier").defer_async(**GROUP)
            return job, stalled, (await _take(queue))[0]

    job, stalled, taken = asyncio.run(restart())
    assert (stalled, taken) == ([], 0)  # nobody gets it, nor the next task of its lock
    assert sweep_lost_tasks(fleet_engine, LONG) == []  # it began lately: its worker may not have said so yet
    (back,) = sweep_lost_tasks(fleet_engine, AT_ONCE)
    assert (back.id, back.status) == (job, "todo")

    async def take_again() -> int:
        async with make_queue(fleet_url, 0.0).open_async() as queue:
            return (await _take(queue))[0]

    assert asyncio.run(take_again()) == job


def test_a_task_whose_workers_row_was_pruned_goes_back(fleet_url: URL, fleet_engine: Engine) -> None:
    job = _lose_task(fleet_url)
    with fleet_engine.begin() as connection:
        connection.execute(text("DELETE FROM procrastinate.procrastinate_workers"))
    assert [back.id for back in sweep_lost_tasks(fleet_engine, AT_ONCE)] == [job]


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_task_that_cannot_be_tried_again_because_another_waits_frees_its_lock(
    fleet_url: URL, fleet_engine: Engine
) -> None:
    """Procrastinate's issue 1543: the task to be tried again collides with the one that waits, and keeps the lock."""
    ran: list[int] = []

    class AtOnce(BaseRetryStrategy):
        def get_retry_decision(self, **_: Any) -> RetryDecision:
            return RetryDecision(retry_in={"seconds": 0})

    async def work() -> tuple[int, int]:
        queue = make_queue(fleet_url, 0.0)

        @queue.task(name=CRAWL_GROUP, pass_context=True, retry=AtOnce())
        async def crawl_group(context: Any, **_: Any) -> None:
            ran.append(context.job.id)
            if len(ran) == 1:
                twins.append(await _defer(queue))
                raise RuntimeError("the first try fails")

        twins: list[int] = []
        asyncio.get_running_loop().set_exception_handler(lambda *_: None)  # Procrastinate raises into the void
        async with queue.open_async():
            first = await _defer(queue)
            for _ in range(2):
                await queue.run_worker_async(queues=[SITES_QUEUE], wait=False, install_signal_handlers=False)
        return first, twins[0]

    first, twin = asyncio.run(work())
    assert ran == [first]  # the other one waits for the lock for ever
    assert (_read_status(fleet_engine, first), _read_status(fleet_engine, twin)) == ("doing", "todo")
    (back,) = sweep_lost_tasks(fleet_engine, AT_ONCE)
    assert (back.id, back.status) == (first, "aborted")

    async def take() -> int:
        async with make_queue(fleet_url, 0.0).open_async() as queue:
            return (await _take(queue))[0]

    assert asyncio.run(take()) == twin


def test_a_task_under_way_stays_with_its_worker(fleet_url: URL, fleet_engine: Engine) -> None:
    job = _lose_task(fleet_url)
    worker = Registration(fleet_engine, 1)
    assert worker.beat({str(job): {"sites": ["courier"], "since": "2026-12-02T00:00:00+00:00", "pages": 1}}) is False
    assert sweep_lost_tasks(fleet_engine, LONG) == []
    assert _read_status(fleet_engine, job) == "doing"
    assert sweep_lost_tasks(fleet_engine, AT_ONCE) != []  # it has shown no life for that long


def test_workers_that_were_silent_while_the_database_was_away_keep_their_tasks(
    fleet_url: URL, fleet_engine: Engine
) -> None:
    job = _lose_task(fleet_url)
    worker, sweep = Registration(fleet_engine, 1), Sweep(fleet_engine, AT_ONCE, confirm=0.2)
    task = {str(job): {"sites": ["courier"], "since": "2026-12-02T00:00:00+00:00", "pages": 1}}
    for _ in range(3):
        worker.beat(task)
        assert sweep.run() == []  # it has shown no life for longer than `stale`, but has done so since the last sweep
        time.sleep(0.1)
    assert sweep.run() == []
    time.sleep(0.2)
    assert [back.id for back in sweep.run()] == [job]


def test_a_task_that_nobody_has_told_of_yet_is_not_given_back_by_the_first_sweep(
    fleet_url: URL, fleet_engine: Engine
) -> None:
    job = _lose_task(fleet_url)
    sweep = Sweep(fleet_engine, AT_ONCE, confirm=0.1)
    assert sweep.run() == []
    time.sleep(0.1)
    assert [back.id for back in sweep.run()] == [job]


@contextmanager
def _killed_worker(url: URL, job: int) -> Iterator[str]:
    """Register a worker with this task from a process that is killed then; give its name."""
    script = (
        "import os, signal, sys\nfrom sqlalchemy import make_url\n"
        "from crawler.fleet.workers import Registration\nfrom storage.database.engine import open_database\n"
        "worker = Registration(open_database(make_url(sys.argv[1])), 1)\n"
        "worker.beat({sys.argv[2]: {'sites': ['courier'], 'since': '2026-12-02T00:00:00+00:00', 'pages': 0}})\n"
        "print(worker.name, flush=True)\nos.kill(os.getpid(), signal.SIGKILL)\n"
    )
    address = url.render_as_string(hide_password=False)
    line = [sys.executable, "-c", script, address, str(job)]
    done = subprocess.run(line, cwd=ROOT, env=environment(), capture_output=True, text=True, check=False)
    assert done.stdout, done.stderr
    yield done.stdout.strip()


def test_the_tasks_of_a_process_that_was_killed_here_go_back_at_once(fleet_url: URL, fleet_engine: Engine) -> None:
    job = _lose_task(fleet_url)
    with _killed_worker(fleet_url, job) as name:
        with fleet_engine.connect() as connection:
            assert [(one.name, one.is_alive(LONG)) for one in load_workers(connection)] == [(name, False)]
        assert [back.id for back in sweep_lost_tasks(fleet_engine, LONG)] == [job]
    with fleet_engine.connect() as connection:
        assert load_workers(connection) == []  # it is forgotten
        (task,) = load_group_tasks(connection, 1)
    assert (task.status, task.failures, task.reason) == ("todo", 1, f"its worker {name} is gone")


def test_a_task_is_not_given_back_while_its_sites_are_claimed(fleet_url: URL, fleet_engine: Engine) -> None:
    job = _lose_task(fleet_url)
    other = open_database(fleet_url)
    with claim_database(other, ["courier"]):
        assert sweep_lost_tasks(fleet_engine, AT_ONCE) == []
    other.dispose()
    assert [back.id for back in sweep_lost_tasks(fleet_engine, AT_ONCE)] == [job]


def test_sites_that_cost_many_workers_fail_for_good(fleet_url: URL, fleet_engine: Engine) -> None:
    job = _lose_task(fleet_url)
    for _ in range(MAX_LOST):
        assert [back.status for back in sweep_lost_tasks(fleet_engine, AT_ONCE)] == ["todo"]

        async def take() -> int:
            async with make_queue(fleet_url, 0.0).open_async() as queue:
                return (await _take(queue))[0]

        assert asyncio.run(take()) == job
    assert [back.status for back in sweep_lost_tasks(fleet_engine, AT_ONCE)] == ["failed"]


def test_a_worker_that_ends_gives_its_tasks_back(fleet_url: URL, fleet_engine: Engine) -> None:
    job = _lose_task(fleet_url)
    give_back_tasks(fleet_engine, [job])
    assert _read_status(fleet_engine, job) == "todo"
