"""The tasks as Procrastinate runs them, and when one that has not ended well is tried again.

crawl_group    crawls a group of sites; whoever else has its lock is done before
start_night    begins a night
close_night    waits until all groups of a night are done, and does what is one step a night
tick           once a minute: begins a night that is due

Imports Procrastinate, of the extra `fleet`.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol

from procrastinate import App, BaseRetryStrategy, JobContext, RetryDecision
from procrastinate.utils import utcnow

from cleaning.errors import BroadsheetError
from crawler.fleet.patient_queue import describe_loss, is_unreachable
from crawler.fleet.queue_names import CLOSE_NIGHT, CRAWL_GROUP, NIGHT_QUEUE, SITES_QUEUE, START_NIGHT, TICK

if TYPE_CHECKING:
    from procrastinate.jobs import Job

MAX_FAILURES = 4  # of one task in a night; then it has failed for good
_PAUSES = (30, 120, 600)  # seconds after the first failure, the second, ...


class TryAgain(BroadsheetError):
    """A task goes back into the queue, to be taken again after `pause` seconds."""

    def __init__(self, message: str, pause: float = 0.0) -> None:
        super().__init__(message)
        self.pause = pause


class TaskFailed(BroadsheetError):
    """A task failed, for the how manieth time of its night."""

    def __init__(self, message: str, failures: int) -> None:
        super().__init__(message)
        self.failures = failures


class RetryTask(BaseRetryStrategy):
    """Tries a task again: one that was handed back at once, one that failed after a pause, MAX_FAILURES times."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:  # noqa: ARG002
        if isinstance(exception, TryAgain):
            return RetryDecision(retry_at=utcnow() + timedelta(seconds=exception.pause))
        if isinstance(exception, TaskFailed) and exception.failures < MAX_FAILURES:
            pause = _PAUSES[min(exception.failures, len(_PAUSES)) - 1]
            return RetryDecision(retry_at=utcnow() + timedelta(seconds=pause))
        return None


def configure_queue_log() -> None:
    """Log of Procrastinate what is wrong; without a traceback where a task goes back, or the server is away."""

    def drop_traceback(record: logging.LogRecord) -> bool:
        error = record.exc_info[1] if record.exc_info else None
        if isinstance(error, BroadsheetError):  # its reason is logged
            record.exc_info = None
        elif error is not None and is_unreachable(error):
            record.msg, record.args = f"{record.getMessage()}: {describe_loss(error)}", None
            record.exc_info = None
        return True

    logging.getLogger("procrastinate.worker").addFilter(drop_traceback)


class TaskWorker(Protocol):
    """What does the work of the tasks: the process of a worker. `job` is the id of the task."""

    async def crawl_group(self, job: int, *, night: int, run: int, sites: list[str], digest: str) -> None: ...

    async def start_night(self, job: int, *, digest: str, due_at: datetime | None) -> None: ...

    async def close_night(self, job: int, *, night: int, digest: str) -> None: ...

    async def tick(self, job: int) -> None: ...


def add_tasks(queue: App, worker: TaskWorker) -> None:
    """Let this process run the tasks of the queue."""
    add = queue.task

    @add(name=CRAWL_GROUP, queue=SITES_QUEUE, pass_context=True, retry=RetryTask())
    async def crawl_group(context: JobContext, night: int, run: int, sites: list[str], digest: str) -> None:
        await worker.crawl_group(_id(context), night=night, run=run, sites=sites, digest=digest)

    @add(name=START_NIGHT, queue=NIGHT_QUEUE, pass_context=True, retry=RetryTask(), lock=START_NIGHT)
    async def start_night(context: JobContext, digest: str, due_at: str | None = None) -> None:
        moment = None if due_at is None else datetime.fromisoformat(due_at)
        await worker.start_night(_id(context), digest=digest, due_at=moment)

    @add(name=CLOSE_NIGHT, queue=NIGHT_QUEUE, pass_context=True, retry=RetryTask(), lock=CLOSE_NIGHT)
    async def close_night(context: JobContext, night: int, run: int, digest: str) -> None:  # noqa: ARG001 (stored)
        await worker.close_night(_id(context), night=night, digest=digest)

    @queue.periodic(cron="* * * * *")
    @add(name=TICK, queue=NIGHT_QUEUE, pass_context=True, queueing_lock=TICK, lock=TICK)
    async def tick(context: JobContext, timestamp: int) -> None:  # noqa: ARG001 (Procrastinate gives it)
        await worker.tick(_id(context))


def _id(context: JobContext) -> int:
    assert context.job.id is not None  # noqa: S101 (it was fetched)
    return context.job.id
