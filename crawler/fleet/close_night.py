"""What is one step a night: when all sites are done, end the run and do what follows a crawl (crawler/night/steps)."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from scrapy.settings import Settings
from sqlalchemy import URL, Engine

from cleaning.errors import BroadsheetError
from crawler.finishing.metrics import write_metrics
from crawler.fleet.jobs import FAILED as FAILED_TASK
from crawler.fleet.jobs import GroupTask, count_open_tasks, load_group_tasks, pick_last_tasks
from crawler.fleet.queue_names import CRAWL_GROUP
from crawler.fleet.start_night import FLEET
from crawler.health.check_health import close_run, load_excused_sites
from crawler.night.budget import CRAWL, estimate_reserve, find_crawl_end
from crawler.night.desk import Desk
from crawler.night.options import make_options
from crawler.night.run_night import run_night
from crawler.night.steps.crawl import UNCRAWLED
from crawler.run.exit_codes import FAILED, get_exit_code
from crawler.run.time_budget import OVER
from crawler.sites.site import Site
from storage import runs
from storage.database.engine import open_database, open_for_reading
from storage.database.locks import claim_database
from storage.nights.stored_nights import StoredNight, change_night, load_stored_nights

logger = logging.getLogger(__name__)

_FORMER = 30  # nights that are looked through for those that were measured


def load_night(engine: Engine, number: int) -> tuple[StoredNight, list[StoredNight]]:
    """Return a night and those before it, the newest first."""
    with open_for_reading(engine) as connection:
        nights = load_stored_nights(connection, last=_FORMER)
    night = next(one for one in nights if one.id == number)
    return night, [one for one in nights if one.id < number]


def find_end_of_crawl(night: StoredNight, former: list[StoredNight]) -> datetime | None:
    """Return when the crawl of a night ends, so that time is left for what follows it; None if it has no end."""
    if night.ends_at is None:
        return None
    return find_crawl_end(night.started_at, night.ends_at, estimate_reserve(former, night.ends_at - night.started_at))


def count_open_groups(engine: Engine, night: int) -> int:
    """Return how many groups of sites of a night wait for a worker or are crawled. Blocking."""
    with engine.connect() as connection:
        return count_open_tasks(connection, night, CRAWL_GROUP)


def finish_night(
    url: URL,
    settings: Settings,
    data_dir: Path,
    number: int,
    sites: list[Site],
    now: Callable[[], datetime],
    tell: Callable[[str], None],
) -> int:
    """End the run of a night whose sites are done, run the other steps, and return the exit status. Blocking.

    After a kill it goes on at the step where it was. Raise DatabaseMissing while a crawl has claimed a site.
    """
    engine = open_database(url, upgrade=False)  # of its own: each of its transactions checks the claim
    try:
        night, former = load_night(engine, number)
        if night.ended_at is not None:
            return night.exit_status or 0
        with claim_database(engine):
            night = _end_run(engine, night, former, sites, now())
            desk = Desk(
                engine=engine,
                settings=settings,
                data_dir=data_dir,
                options=make_options({}, night.options),
                night=night,
                former=former,
                is_resumed=True,
                run_crawl=_refuse_crawl,
                now=now,
            )
            status = run_night(desk, tell)
        if desk.night.ended_at is None:
            raise BroadsheetError(f"the night stopped at its step {desk.night.step}; it goes on there")
        write_metrics(settings, engine)
        return status
    finally:
        engine.dispose()


def _end_run(
    engine: Engine, night: StoredNight, former: list[StoredNight], sites: list[Site], now: datetime
) -> StoredNight:
    """End the run as the end of a crawl by one process does (crawler/finishing/end_of_run.py), once."""
    run = night.run_id
    assert run is not None  # noqa: S101 (a night of a fleet has one from its beginning)
    with engine.begin() as connection:
        stored = runs.load_run(connection, run)
        if stored is None or stored.ended_at is not None:
            return night
        failed = _list_uncrawled(pick_last_tasks(load_group_tasks(connection, night.id)))
        end = find_end_of_crawl(night, former)
        outcome = OVER if end is not None and now >= end else "finished"
        counts = {site: stats for site, stats in stored.counts.items() if site}
        runs.end_shared(connection, run, outcome=outcome, exit_code=FAILED, now=now)
        notices, listed = runs.load_notices(connection, run), {site.name for site in sites}
        health = close_run(connection, run, now, is_night=True, notices=notices, listed=listed)
        code = get_exit_code(outcome, counts, load_excused_sites(connection, run))
        code = FAILED if failed or health.new else code
        runs.end_shared(connection, run, outcome=outcome, exit_code=code, now=now)
        crawl: dict[str, Any] = night.steps.get(CRAWL, {}) | {UNCRAWLED: failed}
        return change_night(connection, night, steps=night.steps | {CRAWL: crawl})


def _list_uncrawled(groups: dict[str, GroupTask]) -> dict[str, str]:
    """Return the sites whose group failed for good, each with the reason."""
    return {
        site: group.reason or "its task was lost"
        for group in groups.values()
        if group.status == FAILED_TASK
        for site in group.sites
    }


def _refuse_crawl(**_: Any) -> None:
    raise BroadsheetError(f"a night of a {FLEET} is crawled by its workers")
