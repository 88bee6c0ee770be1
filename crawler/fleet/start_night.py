"""Begins a night of the fleet: its row, its run, and a task for each group of sites, and one that closes it.

Called again after a kill, it does what is missing: a night is begun once.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from scrapy.settings import BaseSettings
from sqlalchemy import Engine

from cleaning.errors import DatabaseMissing
from crawler.fleet.jobs import cancel_other_nights, count_open_tasks, load_group_tasks
from crawler.fleet.queue_names import (
    CLOSE_NIGHT,
    CRAWL_GROUP,
    NIGHT_QUEUE,
    SITES_QUEUE,
    lock_group,
    name_in_night,
)
from crawler.night.budget import CRAWL
from crawler.night.open_night import find_night_to_resume, open_night
from crawler.night.options import load_default_options
from crawler.sites.site import Site
from crawler.sites.site_groups import group_sites
from storage import runs
from storage.database.server_claim import is_claimed_as_a_whole
from storage.nights.series import SPIDER
from storage.nights.stored_nights import StoredNight, change_night

if TYPE_CHECKING:
    from procrastinate import App
    from procrastinate.jobs import Job

logger = logging.getLogger(__name__)

_BATCH = 1000  # tasks that are put into the queue at once
FLEET = "fleet"  # of the step `crawl`: that the night is one of a fleet, and the digest of its sites


class BegunNight(NamedTuple):
    """A night under way. `missing` are the groups of sites that have no task; `has_close`: whether its end has one."""

    night: int
    run: int
    missing: list[tuple[str, ...]]
    has_close: bool


def begin_fleet_night(
    engine: Engine, settings: BaseSettings, sites: Iterable[Site], digest: str, now: datetime
) -> BegunNight:
    """Begin a night, or find the one that was begun; return what its queue lacks. Blocking.

    A night that goes on keeps its options and its run. Its sites are those that are given now. Raise DatabaseMissing
    while one process runs the night (scrapy nightly).
    """
    running = find_night_to_resume(engine, now)
    if running is not None and not is_fleet_night(running) and is_claimed_as_a_whole(engine):
        raise DatabaseMissing(f"scrapy nightly runs night {running.id}; the fleet waits for its end")
    opened = open_night(engine, {}, load_default_options(settings), now)
    for note in opened.notes:
        logger.info("%s", note)
    night = opened.night
    if night.run_id is None or not is_fleet_night(night):
        night = _join_run(engine, night, digest, now)
    run = night.run_id
    assert run is not None  # noqa: S101 (set with FLEET)
    with engine.begin() as connection:
        if cancelled := cancel_other_nights(connection, night.id):
            logger.warning("%d tasks of an earlier night are cancelled", cancelled)
        known = {task.key for task in load_group_tasks(connection, night.id)}
        has_close = count_open_tasks(connection, night.id, CLOSE_NIGHT) > 0
    groups = [tuple(site.name for site in group) for group in group_sites(sites)]
    return BegunNight(night.id, run, [group for group in groups if min(group) not in known], has_close)


def is_fleet_night(night: StoredNight) -> bool:
    """Return whether a fleet crawls this night, and no single process."""
    return FLEET in night.steps.get(CRAWL, {})


def _join_run(engine: Engine, night: StoredNight, digest: str, now: datetime) -> StoredNight:
    steps: dict[str, Any] = night.steps | {CRAWL: {FLEET: digest}}
    with engine.begin() as connection:
        run = runs.begin(connection, spider=SPIDER, now=now)
        return change_night(connection, night, run_id=run, steps=steps)


async def defer_tasks(queue: App, begun: BegunNight, digest: str) -> None:
    """Put the tasks of a night into the queue that are not there yet.

    Raise AlreadyEnqueued if some are: after a try whose answer was lost. Ask `begin_fleet_night` again then.
    """
    jobs = [_make_group_task(queue, begun, sites, digest) for sites in begun.missing]
    if not begun.has_close:
        close = queue.configure_task(
            CLOSE_NIGHT, queue=NIGHT_QUEUE, lock=CLOSE_NIGHT, queueing_lock=name_in_night(begun.night, CLOSE_NIGHT)
        )
        jobs.append(close.make_new_job(night=begun.night, run=begun.run, digest=digest))
    for first in range(0, len(jobs), _BATCH):
        await queue.job_manager.batch_defer_jobs_async(jobs=jobs[first : first + _BATCH])


def _make_group_task(queue: App, begun: BegunNight, sites: tuple[str, ...], digest: str) -> Job:
    key = min(sites)
    task = queue.configure_task(
        CRAWL_GROUP, queue=SITES_QUEUE, lock=lock_group(key), queueing_lock=name_in_night(begun.night, f"sites {key}")
    )
    return task.make_new_job(night=begun.night, run=begun.run, sites=list(sites), digest=digest)
