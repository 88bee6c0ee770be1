"""Gives back the tasks of workers that are gone, so that others take them.

Procrastinate leaves a task in "doing" for ever, and with it the lock of its sites, in these cases:

- its worker was killed, and its row was pruned, or its id was taken by one that was started again (its issue 1518);
- the task was to be tried again while another task of the same queueing lock was waiting (its issue 1543): the worker
  lives on, and the task is nobody's.

So the sweep believes no row of Procrastinate's. A task is under way if a worker that shows life says so, or if it began
so lately that its worker may not have said so yet. Any other is lost. It is given back once the claims on its sites are
free, too: a worker that the database cannot hear may still be asking them.

Where the database itself was away, all workers have been silent, and the first that is back must not take the sites of
the others. So whoever shows no life is only suspected at first, and is gone if nothing is heard of it for another
CONFIRM seconds while the sweep reaches the database.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta
from time import monotonic
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine, text

from crawler.fleet.jobs import LOST, add_failure, find_triggers
from crawler.fleet.workers import Worker, drop_task, forget_worker, load_workers
from storage.database.server_claim import end_stale_claims, find_claims

logger = logging.getLogger(__name__)

SWEEP_EVERY = 15.0  # seconds between two sweeps of a worker
CONFIRM = 20.0  # seconds: the longest that a worker needs to reach a database that is back, and to tell that it lives
MAX_LOST = 10  # workers that one task may cost: sites that kill every worker must not stop the night
_LOCK_NUMBER = 0x464C454555  # of the advisory lock that one sweep at a time has
_DOING = text(
    """SELECT id, task_name, args, now() - started_at AS age, started_at
    FROM procrastinate.procrastinate_jobs job, LATERAL (SELECT max(at) AS started_at
        FROM procrastinate.procrastinate_events WHERE job_id = job.id AND type = 'started') AS event
    WHERE status = 'doing' ORDER BY id"""
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


class Sweep:
    """The sweep of one worker: gives back the tasks of those that have shown no life for `stale`, and then `confirm`.

    `confirm` is in seconds, and measured here: nobody is heard while the database is away.
    """

    def __init__(self, engine: Engine, stale: timedelta, *, confirm: float = CONFIRM) -> None:
        self._engine = engine
        self._stale = stale
        self._confirm = confirm
        self._suspected: dict[object, float] = {}  # what seems to be lost, and since when we know

    def run(self) -> list[GivenBack]:
        """Give back what is lost, and return it. Blocking.

        Workers that are gone and have no task left are forgotten. One sweep at a time does anything.
        """
        with self._engine.begin() as connection:
            if not connection.execute(
                text("SELECT pg_try_advisory_xact_lock(:number)"), {"number": _LOCK_NUMBER}
            ).scalar_one():
                return []
            find_triggers(connection)
            back = self._give_back_lost(connection)
        for one in back:
            logger.warning("task %d (%s) was lost with its worker: %s", one.id, _name(one), one.status)
        return back

    def _give_back_lost(self, connection: Connection) -> list[GivenBack]:
        suspected: dict[object, float] = {}
        workers = load_workers(connection)
        gone = [worker for worker in workers if self._is_gone(worker, suspected)]
        alive = {task for worker in workers if worker not in gone for task in worker.tasks}
        back, kept = [], set()
        for job, name, args, age, started_at in connection.execute(_DOING).all():
            owner = next((worker for worker in gone if job in worker.tasks), None)
            is_lost = job not in alive and (owner is not None or self._is_nobodys(job, age, started_at, suspected))
            if is_lost and _is_free(self._engine, args):
                back.append(_give_back(connection, job, name, args, owner))
            else:
                kept.add(job)
        for worker in gone:
            if not worker.tasks & kept:
                logger.warning("the worker %s is gone", worker.name)
                forget_worker(connection, worker.name)
        self._suspected = suspected
        return back

    def _is_gone(self, worker: Worker, suspected: dict[object, float]) -> bool:
        if worker.has_died_here:
            return True
        return not worker.is_alive(self._stale) and self._is_confirmed((worker.name, worker.seen_at), suspected)

    def _is_nobodys(
        self, job: int, age: timedelta | None, started_at: datetime | None, suspected: dict[object, float]
    ) -> bool:
        """Return whether a task that no worker has told of began too long ago."""
        return (age is None or age > self._stale) and self._is_confirmed((job, started_at), suspected)

    def _is_confirmed(self, suspect: object, suspected: dict[object, float]) -> bool:
        """Note what seems to be lost; return whether it has been so for CONFIRM seconds."""
        since = suspected[suspect] = self._suspected.get(suspect, monotonic())
        return monotonic() - since >= self._confirm


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
