"""The tasks that this process has: the fleet is told of each, and a failure of it is counted."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from time import monotonic
from typing import Any, TypeVar

from sqlalchemy import Engine

from cleaning.errors import BroadsheetError, StorageLost
from crawler.fleet.group_crawl import GroupCrawl
from crawler.fleet.jobs import add_failure
from crawler.fleet.tasks import TaskFailed, TryAgain
from crawler.fleet.workers import BEAT, Registration
from crawler.run.session import now
from storage.database.retry import StorageRetry, run_with_retries

T = TypeVar("T")
logger = logging.getLogger(__name__)

LOST_PAUSE = 30.0  # seconds before a task is tried again whose worker has lost its storage
_REMEMBERED = 3 * BEAT  # seconds for which a task that has ended here may still stand as under way in the queue


@dataclass(slots=True)
class HeldTask:
    """A task of this process. `crawl` is set when it crawls."""

    sites: tuple[str, ...]
    began_at: str
    crawl: GroupCrawl | None = None


class HeldTasks:
    """The tasks of one worker. All that is asked of the database waits while that is away."""

    def __init__(self, engine: Engine, registration: Registration, patience: float) -> None:
        self._engine = engine
        self._registration = registration
        self._patience = patience
        self._tasks: dict[int, HeldTask] = {}
        self._ended: dict[int, float] = {}  # when

    def __len__(self) -> int:
        return len(self._tasks)

    @property
    def ids(self) -> list[int]:
        return list(self._tasks)

    @property
    def crawls(self) -> list[GroupCrawl]:
        return [task.crawl for task in self._tasks.values() if task.crawl is not None]

    @asynccontextmanager
    async def hold(self, job: int, sites: tuple[str, ...] = ()) -> AsyncIterator[HeldTask]:
        """Tell the fleet that this process has a task, until it has ended.

        An error becomes TaskFailed, with the number of failures, or TryAgain where the database does not hear of it.
        """
        task = self._tasks[job] = HeldTask(sites, now().isoformat())
        try:
            await self.store(self.beat)
            yield task
        except TryAgain:
            raise
        except StorageLost as error:  # says nothing of the sites
            raise TryAgain(str(error), LOST_PAUSE) from error
        except Exception as error:
            is_ours = isinstance(error, BroadsheetError)
            reason = str(error) if is_ours else f"{type(error).__name__}: {error}"
            if not is_ours:
                logger.exception("task %d failed", job)
            try:
                failures = await self.store(partial(self._add_failure, job, reason))
            except StorageLost:
                raise TryAgain(reason, LOST_PAUSE) from error
            raise TaskFailed(reason, failures) from error
        finally:
            if self._tasks.get(job) is task:  # else this process has it once more: it was given back meanwhile
                del self._tasks[job]
                self._ended[job] = monotonic()

    async def store(self, work: Callable[[], T]) -> T:
        """Return the result of `work` on the database, in a thread, tried again while that is away."""
        return await asyncio.to_thread(run_with_retries, work, StorageRetry("the database", self._patience))

    def beat(self) -> bool:
        """Show life, and tell what this process has; return whether it is to drain. Blocking."""
        ended = [job for job, moment in list(self._ended.items()) if monotonic() - moment < _REMEMBERED]
        self._ended = {job: self._ended[job] for job in ended}
        running: dict[str, dict[str, Any]] = {str(job): {} for job in ended}
        for job, task in list(self._tasks.items()):
            pages = task.crawl.pages if task.crawl is not None else 0
            running[str(job)] = {"sites": list(task.sites), "since": task.began_at, "pages": pages}
        return self._registration.beat(running)

    def _add_failure(self, job: int, reason: str) -> int:
        with self._engine.begin() as connection:
            return add_failure(connection, job, self._registration.name, reason)
