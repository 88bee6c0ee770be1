"""The process of a worker: one reactor, in which Procrastinate hands out tasks and several crawls run side by side.

At the first SIGTERM or Ctrl-C, and after `scrapy fleet drain`, it takes nothing new, and ends when what it crawls is
done. At the second its crawls are stopped, and their sites go back into the queue.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

from scrapy.crawler import AsyncCrawlerProcess
from sqlalchemy import URL, Engine
from sqlalchemy.exc import SQLAlchemyError
from twisted.internet.error import ReactorNotRunning

from cleaning.errors import BroadsheetError
from cleaning.workers import Cleaners
from crawler.fleet.held_tasks import HeldTasks
from crawler.fleet.patient_queue import make_queue, tell_lost_task
from crawler.fleet.queue_names import NIGHT_QUEUE, SITES_QUEUE
from crawler.fleet.queue_worker import QueueWorker
from crawler.fleet.sweep import SWEEP_EVERY, Sweep, give_back_tasks
from crawler.fleet.task_work import TaskWork
from crawler.fleet.tasks import add_tasks, configure_queue_log
from crawler.fleet.workers import BEAT, Registration
from crawler.run.exit_codes import DATABASE_LOST, FINISHED, INTERRUPTED

logger = logging.getLogger(__name__)

_STOP_GRACE = 10.0  # seconds for crawls that were stopped; then the process ends without them
_THREADS = 8  # that wait for the database or settle texts, beside those of each group
_THREADS_PER_GROUP = 2
_NIGHT_TASKS = 3  # that run at once, beside the groups of sites: one closes a night, one begins the next, one ticks


class WorkerProcess:
    """Runs until it is drained or stopped; `exit_status` says how it ended."""

    def __init__(
        self,
        process: AsyncCrawlerProcess,
        engine: Engine,
        url: URL,
        data_dir: Path,
        *,
        sites_at_once: int,
        stale: timedelta,
        closes_nights: bool = True,
    ) -> None:
        self._process = process
        self._engine = engine
        self._sites_at_once = sites_at_once
        self._sweeps = Sweep(engine, stale)
        self._closes_nights = closes_nights
        settings = process.settings
        patience = settings.getfloat("STORAGE_PATIENCE")
        self._queue = make_queue(url, patience)
        processes = settings.getint("CLEANING_PROCESSES") or os.cpu_count() or 1
        deadline, most = settings.getfloat("CLEANING_DEADLINE"), settings.getint("CLEANING_MEMORY")
        self._cleaners = Cleaners(count=processes, deadline=deadline, max_memory=most)
        self._registration = Registration(engine, sites_at_once)
        self._held = HeldTasks(engine, self._registration, patience)
        self._heart = ThreadPoolExecutor(1, thread_name_prefix="heart")  # no work of a crawl may delay a sign of life
        self._draining = asyncio.Event()
        self._stopping = asyncio.Event()
        self.exit_status = FINISHED
        work = TaskWork(
            process,
            self._queue,
            engine,
            url,
            data_dir,
            self._cleaners,
            self._held,
            self._draining,
            self._stopping,
            self._end,
        )
        add_tasks(self._queue, work)
        configure_queue_log()

    def run(self) -> None:
        """Work until the end. Blocking; for the main thread."""
        self._cleaners.prepare()
        main = asyncio.get_event_loop().create_task(self._work())
        main.add_done_callback(_stop_reactor)
        try:
            self._process.start(stop_after_crawl=False, install_signal_handlers=False)
        finally:
            self._cleaners.stop()
            self._heart.shutdown()
            self._leave()
        if main.done() and not main.cancelled() and (error := main.exception()) is not None:
            raise error

    def _leave(self) -> None:
        """Give back what is left of this worker, where the database can be reached; else the sweep of others does."""
        try:
            give_back_tasks(self._engine, self._held.ids)
            self._registration.forget()
        except (SQLAlchemyError, BroadsheetError) as error:
            logger.warning("the database does not know that this worker has ended: %s", error)

    async def _work(self) -> None:
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(tell_lost_task)
        loop.set_default_executor(ThreadPoolExecutor(_THREADS + _THREADS_PER_GROUP * self._sites_at_once))
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self._on_signal)
        await asyncio.to_thread(self._cleaners.start)
        sides = [
            asyncio.create_task(_repeat(self._beat, BEAT)),
            asyncio.create_task(_repeat(self._sweep, SWEEP_EVERY)),
        ]
        async with self._queue.open_async():
            workers = [self._make_queue_worker(SITES_QUEUE, self._sites_at_once)]
            if self._closes_nights:
                workers.append(self._make_queue_worker(NIGHT_QUEUE, _NIGHT_TASKS))
            tasks = [worker.start() for worker in workers]
            logger.info("the worker %s takes %d groups of sites at once", self._registration.name, self._sites_at_once)
            drained = asyncio.create_task(_await_event(self._draining))
            await asyncio.wait([drained, *tasks], return_when=asyncio.FIRST_COMPLETED)
            if not self._draining.is_set():  # a queue was lost, for longer than the patience
                for ended_early in tasks:
                    if ended_early.done() and not ended_early.cancelled() and (why := ended_early.exception()):
                        logger.error("%s: %s", type(why).__name__, why.__cause__ or why)
                self._end(DATABASE_LOST, "the queue could not be reached")
            for worker in workers:
                worker.stop()
            ended = asyncio.gather(*tasks, return_exceptions=True)
            stopped = asyncio.create_task(_await_event(self._stopping))
            either: list[asyncio.Future[Any]] = [ended, stopped]
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
            if not ended.done():
                await self._stop_crawls()
                await asyncio.wait([ended], timeout=_STOP_GRACE)
            for one in (stopped, drained, *sides):
                one.cancel()
        logger.info("the worker %s has ended", self._registration.name)

    def _make_queue_worker(self, queue_name: str, most: int) -> QueueWorker:
        name = f"{self._registration.name} {queue_name}"
        return QueueWorker(self._queue, queue_name, name=name, most=most, deletes_done=queue_name == NIGHT_QUEUE)

    def _end(self, status: int, why: str) -> None:
        """Drain, because this machine cannot go on, and end with this status."""
        self.exit_status = self.exit_status or status
        self._drain(why)

    def _drain(self, why: str) -> None:
        if not self._draining.is_set():
            logger.info("%s: nothing new is taken; %d tasks are under way", why, len(self._held))
            self._draining.set()

    def _on_signal(self) -> None:
        if self._draining.is_set():
            logger.info("stopping at once: what is not done goes back into the queue")
            self.exit_status = self.exit_status or INTERRUPTED
            self._stopping.set()
        else:
            self._drain("asked to stop (once more: at once)")

    async def _stop_crawls(self) -> None:
        stops = [asyncio.create_task(crawl.stop()) for crawl in self._held.crawls]
        if stops:
            await asyncio.wait(stops, timeout=_STOP_GRACE)

    async def _beat(self) -> None:
        if await asyncio.get_running_loop().run_in_executor(self._heart, self._held.beat):
            self._drain("asked to drain")

    async def _sweep(self) -> None:
        await asyncio.to_thread(self._sweeps.run)


async def _repeat(work: Callable[[], Awaitable[None]], seconds: float) -> None:
    """Do this again and again; while the database is away, it is done the next time."""
    while True:
        try:
            await work()
        except (SQLAlchemyError, BroadsheetError) as error:
            logger.debug("the database did not hear of this worker: %s", error)
        await asyncio.sleep(seconds)


async def _await_event(event: asyncio.Event) -> None:
    await event.wait()


def _stop_reactor(_: object = None) -> None:
    from twisted.internet import reactor  # noqa: PLC0415 (the import installs one where there is none)

    running: Any = reactor  # Twisted chooses it when it is imported
    with suppress(ReactorNotRunning):  # it is stopping
        running.stop()
