"""What a worker does for each task of the queue (tasks.py)."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

from procrastinate import App
from procrastinate.exceptions import AlreadyEnqueued
from scrapy.crawler import AsyncCrawlerProcess
from sqlalchemy import URL, Engine

from cleaning.errors import DatabaseMissing
from cleaning.workers import Cleaners
from crawler.fleet.close_night import count_open_groups, find_end_of_crawl, finish_night, load_night
from crawler.fleet.group_crawl import (
    ENDS_WORKER,
    GroupCrawl,
    GroupFailed,
    GroupInterrupted,
    GroupOrder,
    GroupTaken,
)
from crawler.fleet.held_tasks import LOST_PAUSE, HeldTasks
from crawler.fleet.plan import Plan, advance_plan, find_due_night, is_due
from crawler.fleet.queue_names import START_NIGHT
from crawler.fleet.site_lists import fetch_site_list
from crawler.fleet.start_night import begin_fleet_night, defer_tasks
from crawler.fleet.tasks import TryAgain
from crawler.night.options import make_options
from crawler.run.session import now
from crawler.sites.site_groups import list_places
from crawler.sites.sites_file import load_sites
from crawler.terminal.output import write_output
from storage.runs import add_notices

logger = logging.getLogger(__name__)

_POLL = 2.0  # seconds between two looks whether the sites of a night are done
_TAKEN_PAUSE = 5.0  # seconds before a task is tried again whose sites another crawl has claimed


@dataclass(slots=True)
class TaskWork:
    """The work of one process. `draining` is set when it takes nothing new, `stopping` when its crawls are stopped.

    `end` drains it with an exit status, for what its machine lacks.
    """

    process: AsyncCrawlerProcess
    queue: App
    engine: Engine
    url: URL
    data_dir: Path
    cleaners: Cleaners
    held: HeldTasks
    draining: asyncio.Event
    stopping: asyncio.Event
    end: Callable[[int, str], None]

    async def crawl_group(self, job: int, *, night: int, run: int, sites: list[str], digest: str) -> None:
        """Crawl a group of sites of a night to its end."""
        async with self.held.hold(job, tuple(sites)) as task:
            listed = await self.held.store(partial(fetch_site_list, self.engine, self.data_dir, digest))
            own = [site for site in await asyncio.to_thread(load_sites, listed) if site.name in sites]
            stored, former = await self.held.store(partial(load_night, self.engine, night))
            if stored.ended_at is not None:
                return
            pages = make_options({}, stored.options).max_pages
            order = GroupOrder(
                run, tuple(sites), tuple(list_places(own)), listed, find_end_of_crawl(stored, former), pages
            )
            crawl = task.crawl = GroupCrawl(self.process, order, self.cleaners)
            if self.stopping.is_set():
                raise TryAgain("the worker is stopped")
            try:
                report = await crawl.run()
            except GroupTaken as error:
                raise TryAgain(str(error), _TAKEN_PAUSE) from error
            except GroupInterrupted as error:
                raise TryAgain(str(error)) from error
            except GroupFailed as error:
                logger.error("%s: %s", ", ".join(sites), error)  # noqa: TRY400 (one line)
                if error.exit_status in ENDS_WORKER:  # what this machine lacks, another may have
                    self.end(error.exit_status, str(error))
                    raise TryAgain(str(error), LOST_PAUSE) from error
                raise
            if report.notices:
                told = [(notice.site, notice.kind.value, notice.text) for notice in report.notices]
                await self.held.store(partial(self._add_notices, run, told))
            logger.info("%s: done, %d pages", ", ".join(sites), crawl.pages)

    async def start_night(self, job: int, *, digest: str, due_at: datetime | None) -> None:
        """Begin a night, or put what is missing of one into the queue.

        `due_at`: the moment of the timetable that it is for. The timetable goes on when all is in the queue: until then
        the night is due, whoever is killed.
        """
        async with self.held.hold(job):
            if due_at is not None and not await self.held.store(partial(self._is_due, due_at)):
                return  # it was begun already
            listed = await self.held.store(partial(fetch_site_list, self.engine, self.data_dir, digest))
            sites = await asyncio.to_thread(load_sites, listed)
            begin = partial(begin_fleet_night, self.engine, self.process.settings, sites, digest, now())
            try:
                begun = await self.held.store(begin)
            except DatabaseMissing as error:  # another process runs this night
                raise TryAgain(str(error), LOST_PAUSE) from error
            await defer_tasks(self.queue, begun, digest)
            if due_at is not None:
                await self.held.store(partial(self._advance_plan, due_at))
            logger.info("night %d: %d groups of sites are to be crawled", begun.night, len(begun.missing))

    async def close_night(self, job: int, *, night: int, digest: str) -> None:
        """Wait for the sites of a night, then do what follows them. A worker that drains leaves it to another."""
        async with self.held.hold(job):
            while await self.held.store(partial(count_open_groups, self.engine, night)):
                with suppress(TimeoutError):
                    await asyncio.wait_for(self.draining.wait(), _POLL)
                if self.draining.is_set():
                    raise TryAgain("the worker drains")
            listed = await self.held.store(partial(fetch_site_list, self.engine, self.data_dir, digest))
            finish = partial(
                finish_night,
                self.url,
                self.process.settings,
                self.data_dir,
                night,
                await asyncio.to_thread(load_sites, listed),
                now,
                lambda line: write_output(f"{line}\n"),
            )
            try:
                await self.held.store(finish)
            except DatabaseMissing as error:  # a crawl has claimed a site
                raise TryAgain(str(error), _TAKEN_PAUSE) from error

    async def tick(self, job: int) -> None:
        """Begin a night if one is due."""
        async with self.held.hold(job):
            plan = await self.held.store(self._find_due_night)
            if plan is not None:
                task = self.queue.configure_task(START_NIGHT, queueing_lock=START_NIGHT)
                with suppress(AlreadyEnqueued):
                    await task.defer_async(digest=plan.sites, due_at=plan.next_at.isoformat())

    def _add_notices(self, run: int, notices: list[tuple[str, str, str]]) -> None:
        with self.engine.begin() as connection:
            add_notices(connection, run, notices)

    def _find_due_night(self) -> Plan | None:
        with self.engine.begin() as connection:
            return find_due_night(connection, now())

    def _is_due(self, due_at: datetime) -> bool:
        with self.engine.connect() as connection:
            return is_due(connection, due_at)

    def _advance_plan(self, due_at: datetime) -> None:
        with self.engine.begin() as connection:
            advance_plan(connection, due_at, now())
