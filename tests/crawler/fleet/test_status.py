"""What an operator is told of a fleet: also of a night that nobody can close."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from scrapy.settings import Settings
from sqlalchemy import URL, Engine, text

from crawler.fleet.jobs import add_failure, find_triggers
from crawler.fleet.patient_queue import make_queue
from crawler.fleet.queue_names import NIGHT_QUEUE, START_NIGHT
from crawler.fleet.show_status import print_status
from crawler.fleet.start_night import begin_fleet_night, defer_tasks
from crawler.fleet.status import FleetStatus, load_fleet_status
from crawler.fleet.workers import Registration
from crawler.sites.site import Site
from storage.database.engine import open_for_reading

NOW = datetime(2026, 12, 2, 2, tzinfo=UTC)
SITES = [Site("courier", "https://courier.example/"), Site("herald", "https://herald.example/")]


def _begin(url: URL, engine: Engine) -> None:
    """Begin the night, or put what it lacks into the queue."""
    settings = Settings()
    settings.setmodule("crawler.settings")
    begun = begin_fleet_night(engine, settings, SITES, "digest", NOW)

    async def defer() -> None:
        queue = make_queue(url, 0.0)
        async with queue.open_async():
            await defer_tasks(queue, begun, "digest")

    asyncio.run(defer())


def _load(engine: Engine) -> FleetStatus:
    with open_for_reading(engine) as connection:
        return load_fleet_status(connection, timedelta(minutes=1))


def test_a_night_that_could_not_be_closed_is_told_until_it_is_tried_again(fleet_url: URL, fleet_engine: Engine) -> None:
    Registration(fleet_engine, 1)
    _begin(fleet_url, fleet_engine)
    assert (len(_load(fleet_engine).groups), _load(fleet_engine).problems) == (2, [])
    with fleet_engine.begin() as connection:
        find_triggers(connection)
        change = "UPDATE procrastinate.procrastinate_jobs SET status = 'failed' WHERE task_name = 'close_night'"
        job = connection.execute(text(f"{change} RETURNING id")).scalar_one()
        add_failure(connection, job, "worker", "no space is left")
    (problem,) = _load(fleet_engine).problems
    assert problem == "the night could not be closed: no space is left; scrapy fleet schedule --now tries it again"
    _begin(fleet_url, fleet_engine)
    assert _load(fleet_engine).problems == []


def test_a_night_that_waits_for_a_worker_is_told(
    fleet_url: URL, fleet_engine: Engine, capsys: pytest.CaptureFixture[str]
) -> None:
    with make_queue(fleet_url, 0.0).open() as queue:
        queue.configure_task(START_NIGHT, queue=NIGHT_QUEUE).defer(digest="digest")
    print_status(_load(fleet_engine), NOW)
    assert capsys.readouterr().out == "a night is asked for: it begins with the first worker: scrapy fleet worker\n"


def test_groups_of_a_worker_that_is_gone_are_counted(
    fleet_url: URL, fleet_engine: Engine, capsys: pytest.CaptureFixture[str]
) -> None:
    _begin(fleet_url, fleet_engine)
    with fleet_engine.begin() as connection:
        find_triggers(connection)
        change = "UPDATE procrastinate.procrastinate_jobs SET status = 'doing' WHERE task_name = 'crawl_group'"
        connection.execute(text(f"{change} AND args -> 'sites' ? 'courier'"))
    print_status(_load(fleet_engine), NOW)
    told = capsys.readouterr().out
    assert "groups of sites: 1 waiting, 0 running, 0 done, 0 failed, 1 with no sign of life; 0 pages" in told
