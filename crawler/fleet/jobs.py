"""The tasks of the nights as they stand in the queue, and why some of them failed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, text

TODO, DOING, SUCCEEDED, FAILED = "todo", "doing", "succeeded", "failed"
LOST = "(lost)"  # stands for the worker of a failure that was a loss: the worker itself had gone

_LOAD_GROUPS = text(
    """SELECT job.id, ARRAY(SELECT jsonb_array_elements_text(job.args -> 'sites')) AS sites,
        job.status::text AS status, job.scheduled_at,
        (SELECT max(at) FROM procrastinate.procrastinate_events WHERE job_id = job.id AND type <> 'scheduled')
            AS changed_at,
        (SELECT count(*) FROM procrastinate.fleet_failure WHERE job_id = job.id) AS failures,
        (SELECT reason FROM procrastinate.fleet_failure WHERE job_id = job.id ORDER BY failed_at DESC LIMIT 1) AS reason
    FROM procrastinate.procrastinate_jobs job
    WHERE job.task_name = 'crawl_group' AND job.args ->> 'night' = :night ORDER BY job.id"""
)
_LOAD_END = text(
    """SELECT job.status::text AS status, (SELECT reason FROM procrastinate.fleet_failure WHERE job_id = job.id
        ORDER BY failed_at DESC LIMIT 1) AS reason
    FROM procrastinate.procrastinate_jobs job
    WHERE task_name = 'close_night' AND args ->> 'night' = :night ORDER BY id DESC LIMIT 1"""
)
_COUNT_OPEN = text(
    "SELECT count(*) FROM procrastinate.procrastinate_jobs WHERE task_name = :task AND args ->> 'night' = :night"
    " AND status IN ('todo', 'doing')"
)
_IS_ASKED_FOR = text(
    "SELECT EXISTS (SELECT FROM procrastinate.procrastinate_jobs WHERE task_name = 'start_night'"
    " AND status IN ('todo', 'doing'))"
)
_CANCEL_OTHERS = text(
    "UPDATE procrastinate.procrastinate_jobs SET status = 'cancelled' WHERE status = 'todo'"
    " AND task_name IN ('crawl_group', 'close_night') AND args ->> 'night' <> :night"
)
_ADD_FAILURE = text("INSERT INTO procrastinate.fleet_failure (job_id, worker, reason) VALUES (:job, :worker, :reason)")
_COUNT_FAILURES = text(
    "SELECT count(*) FROM procrastinate.fleet_failure WHERE job_id = :job AND (worker = :lost) = :is_loss"
)


class GroupTask(NamedTuple):
    """The task to crawl one group of sites in a night."""

    id: int
    sites: tuple[str, ...]
    status: str  # of Procrastinate: todo, doing, succeeded, failed, cancelled, aborted
    scheduled_at: datetime | None  # when it is tried again
    changed_at: datetime  # when it was given its status
    failures: int
    reason: str | None  # of the last failure

    @property
    def key(self) -> str:
        return min(self.sites)

    @property
    def is_open(self) -> bool:
        return self.status in (TODO, DOING)


def load_group_tasks(connection: Connection, night: int) -> list[GroupTask]:
    """Return the tasks of a night that crawl sites, the oldest first. A group may have several: its last one counts."""
    rows = connection.execute(_LOAD_GROUPS, {"night": str(night)}).mappings()
    return [GroupTask(**dict(row) | {"sites": tuple(row["sites"])}) for row in rows]


def pick_last_tasks(tasks: Iterable[GroupTask]) -> dict[str, GroupTask]:
    """Return the last task of each group that was not only the double of another, by the key of the group."""
    last: dict[str, GroupTask] = {}
    for task in tasks:
        if task.status != "aborted" or task.key not in last:
            last[task.key] = task
    return last


def count_open_tasks(connection: Connection, night: int, task: str) -> int:
    """Return how many tasks of this name wait or run in a night."""
    return int(connection.execute(_COUNT_OPEN, {"task": task, "night": str(night)}).scalar_one())


def is_night_asked_for(connection: Connection) -> bool:
    """Return whether a night is to begin as soon as a worker is free."""
    return bool(connection.execute(_IS_ASKED_FOR).scalar_one())


def find_failed_end(connection: Connection, night: int) -> str | None:
    """Return why the task that closes a night failed for good; None if it did not."""
    row = connection.execute(_LOAD_END, {"night": str(night)}).one_or_none()
    return None if row is None or row.status != FAILED else row.reason or "its task was lost"


def find_triggers(connection: Connection) -> None:
    """Let this transaction change tasks: the triggers of the queue look for its tables where the connection looks."""
    connection.execute(text("SET LOCAL search_path TO public, procrastinate"))


def cancel_other_nights(connection: Connection, night: int) -> int:
    """Cancel what still waits of nights before this one; return how many tasks."""
    find_triggers(connection)
    return int(connection.execute(_CANCEL_OTHERS, {"night": str(night)}).rowcount)


def add_failure(connection: Connection, job: int, worker: str, reason: str) -> int:
    """Record that a task failed, or was lost; return how often that has happened to it."""
    connection.execute(_ADD_FAILURE, {"job": job, "worker": worker, "reason": reason})
    binds = {"job": job, "lost": LOST, "is_loss": worker == LOST}
    return int(connection.execute(_COUNT_FAILURES, binds).scalar_one())
