"""Gives back the tasks of workers that are gone, so that others take them.

Procrastinate leaves a task in "doing" for ever, and with it the lock of its sites, in these cases:

- its worker was killed, and its row was pruned, or its id was taken by one that was started again (its issue 1518);
- the task was to be tried again while another task of the same queueing lock was waiting (its issue 1543): the worker
  lives on, and the task is nobody's.

So the sweep believes no row of Procrastinate's. A task is under way if a worker that shows life says so, or if it began
so lately that its worker may not have said so yet. Any other is lost. It is given back once the claims on its sites are
free, too: a worker that the database cannot hear may still be asking them.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import timedelta
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine, text

from crawler.fleet.jobs import LOST, add_failure, find_triggers
from crawler.fleet.workers import Worker, drop_task, forget_worker, load_workers
from storage.database.server_claim import end_stale_claims, find_claims

logger = logging.getLogger(__name__)

SWEEP_EVERY = 15.0  # seconds between two sweeps of a worker
MAX_LOST = 10  # workers that one task may cost: sites that kill every worker must not stop the night
_LOCK_NUMBER = 0x464C454555  # of the advisory lock that one sweep at a time has
_DOING = text(
    """SELECT id, task_name, args, now() - (SELECT max(at) FROM procrastinate.procrastinate_events
        WHERE job_id = job.id AND type = 'started') AS age
    FROM procrastinate.procrastinate_jobs job WHERE status = 'doing' ORDER BY id"""
)
# Where another task of the same queueing lock waits, that one does the work.
_GIVE_BACK = text(
    """UPDATE procrastinate.procrastinate_jobs job SET worker_id = NULL, abort_requested = false, scheduled_at = NULL,
        status = CASE WHEN :is_hopeless THEN 'failed' WHEN EXISTS (SELECT FROM procrastinate.procrastinate_jobs twin
            WHERE twin.status = 'todo' AND twin.queueing_lock = job.queueing_lock) THEN 'aborted' ELSE 'todo' END
            ::procrastinate.procrastinate_job_status
    WHERE id = :job AND status = 'doing' RETURNING status::text"""
)


class GivenBack(NamedTuple):
    """A task that was lost, and its status now: todo, aborted because another does its work, or failed for good."""

    id: int
    task_name: str
    args: dict[str, Any]
    status: str


def sweep_lost_tasks(engine: Engine, stale: timedelta) -> list[GivenBack]:
    """Give back the tasks of workers that have shown no life for `stale`; return them. Blocking.

    Workers that are gone and have no task left are forgotten. One sweep at a time does anything.
    """
    with engine.begin() as connection:
        if not connection.execute(
            text("SELECT pg_try_advisory_xact_lock(:number)"), {"number": _LOCK_NUMBER}
        ).scalar_one():
            return []
        find_triggers(connection)
        workers = load_workers(connection)
        alive = {task for worker in workers if worker.is_alive(stale) for task in worker.tasks}
        gone = [worker for worker in workers if not worker.is_alive(stale)]
        back, kept = [], set()
        for job, name, args, age in connection.execute(_DOING).all():
            owner = next((worker for worker in gone if job in worker.tasks), None)
            is_lost = job not in alive and (owner is not None or age is None or age > stale)
            if is_lost and _is_free(engine, args):
                back.append(_give_back(connection, job, name, args, owner))
            else:
                kept.add(job)
        for worker in gone:
            if not worker.tasks & kept:
                logger.warning("the worker %s is gone", worker.name)
                forget_worker(connection, worker.name)
    for one in back:
        logger.warning("task %d (%s) was lost with its worker: %s", one.id, _name(one), one.status)
    return back


def give_back_tasks(engine: Engine, jobs: Iterable[int]) -> None:
    """Give back tasks of this worker, which ends before they do. Blocking."""
    with engine.begin() as connection:
        find_triggers(connection)
        for job in jobs:
            connection.execute(_GIVE_BACK, {"job": job, "is_hopeless": False})


def _is_free(engine: Engine, args: dict[str, Any]) -> bool:
    """Return whether nobody has claimed the sites of a task; claims without a sign of life are ended."""
    sites: list[str] = args.get("sites", [])
    end_stale_claims(engine, sites)
    return not find_claims(engine, sites)


def _give_back(connection: Connection, job: int, name: str, args: dict[str, Any], owner: Worker | None) -> GivenBack:
    lost = f"its worker {owner.name} is gone" if owner is not None else "no worker had it"
    if owner is not None:
        drop_task(connection, owner.name, job)
    is_hopeless = add_failure(connection, job, LOST, lost) > MAX_LOST
    status = connection.execute(_GIVE_BACK, {"job": job, "is_hopeless": is_hopeless}).scalar_one_or_none()
    return GivenBack(job, name, args, status or "ended meanwhile")


def _name(task: GivenBack) -> str:
    return ", ".join(task.args.get("sites", ())) or task.task_name
