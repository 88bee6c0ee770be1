"""What the fleet does now: the night, its groups of sites, the workers, and when the next night begins."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Connection

from cleaning.records.times import format_iso
from crawler.fleet.jobs import (
    DOING,
    FAILED,
    SUCCEEDED,
    TODO,
    GroupTask,
    find_failed_end,
    is_night_asked_for,
    load_group_tasks,
    pick_last_tasks,
)
from crawler.fleet.plan import Plan, load_plan
from crawler.fleet.start_night import is_fleet_night
from crawler.fleet.workers import Worker, load_workers
from crawler.night.desk import list_told_lines
from crawler.terminal.numbers import count_things
from storage.nights.stored_nights import StoredNight, load_stored_nights
from storage.runs import load_run

_LAST = 10  # nights among which the last one of a fleet is looked for


class RunningGroup(NamedTuple):
    """A group of sites that a worker crawls: since when, and how many pages it has fetched."""

    sites: tuple[str, ...]
    worker: str
    host: str
    since: datetime
    pages: int


class FleetStatus(NamedTuple):
    """All that `scrapy fleet status` tells. `pages` is by site, of the groups that are done."""

    night: StoredNight | None
    groups: list[GroupTask]  # the last task of each group
    running: list[RunningGroup]
    workers: list[tuple[Worker, bool]]  # each with whether it shows life
    pages: dict[str, int]
    plan: Plan | None
    failed_end: str | None = None  # why the night could not be closed
    is_asked_for: bool = False  # a night is to begin, as soon as a worker is free

    @property
    def all_pages(self) -> int:
        """How many pages were fetched in the night: of the groups that are done, and by now of the others."""
        under_way = {site: 0 for group in self.running for site in group.sites}
        stored = sum(number for site, number in self.pages.items() if site not in under_way)
        return stored + sum(
            max(group.pages, sum(self.pages.get(site, 0) for site in group.sites)) for group in self.running
        )

    def select(self, status: str) -> list[GroupTask]:
        return [group for group in self.groups if group.status == status]

    @property
    def unheard(self) -> int:
        """How many groups are under way, and no living worker tells of them: theirs is gone, or has just begun."""
        return max(0, len(self.select(DOING)) - len(self.running)) if self._is_open else 0

    @property
    def is_alive(self) -> bool:
        return any(is_alive for _, is_alive in self.workers)

    @property
    def _is_open(self) -> bool:
        return self.night is not None and self.night.ended_at is None

    @property
    def problems(self) -> list[str]:
        """What an operator has to look at; empty if all is well."""
        found = []
        if failed := self.select(FAILED):
            number = sum(len(group.sites) for group in failed)
            found.append(f"{count_things(number, 'site')} could not be crawled")
        if self._is_open and not self.is_alive:
            found.append("no worker shows life; start one: scrapy fleet worker")
        if self._is_open and self.failed_end is not None:
            found.append(
                f"the night could not be closed: {self.failed_end}; scrapy fleet schedule --now tries it again"
            )
        if lost := [worker.name for worker, is_alive in self.workers if not is_alive and worker.is_crawling]:
            found.append(f"gone, with sites that others will take: {', '.join(lost)}")
        return found


def load_fleet_status(connection: Connection, stale: timedelta) -> FleetStatus:
    """Return what the fleet does now, and of the last night if none is under way."""
    nights = load_stored_nights(connection, last=_LAST)
    night = next((one for one in nights if is_fleet_night(one)), None)
    groups = [] if night is None else list(pick_last_tasks(load_group_tasks(connection, night.id)).values())
    doing = {group.id for group in groups if group.status == DOING}
    workers = [(worker, worker.is_alive(stale)) for worker in load_workers(connection)]
    running = [
        RunningGroup(
            tuple(task["sites"]), worker.name, worker.host, datetime.fromisoformat(task["since"]), int(task["pages"])
        )
        for worker, is_alive in workers
        if is_alive
        for number, task in worker.running.items()
        if task.get("sites") and int(number) in doing
    ]
    failed_end = None if night is None else find_failed_end(connection, night.id)
    run = None if night is None or night.run_id is None else load_run(connection, night.run_id)
    counts = {} if run is None else run.counts
    pages = {site: stats.get("page/fetched", 0) for site, stats in counts.items() if site}
    return FleetStatus(
        night,
        groups,
        sorted(running),
        workers,
        pages,
        load_plan(connection),
        failed_end,
        is_night_asked_for(connection),
    )


def make_status_document(status: FleetStatus) -> dict[str, Any]:
    """Return the status as one JSON object."""
    night = status.night
    return {
        "night": None
        if night is None
        else {
            "id": night.id,
            "run": night.run_id,
            "started_at": format_iso(night.started_at),
            "ends_at": night.ends_at and format_iso(night.ends_at),
            "ended_at": night.ended_at and format_iso(night.ended_at),
            "step": night.step,
            "exit_status": night.exit_status,
            "told": list_told_lines(night, with_machines=True),
        },
        "groups": {
            "waiting": [_describe(group) for group in status.select(TODO)],
            "running": [
                {**group._asdict(), "sites": list(group.sites), "since": format_iso(group.since)}
                for group in status.running
            ],
            "failed": [_describe(group) for group in status.select(FAILED)],
            "done": [
                {"sites": list(group.sites), "pages": sum(status.pages.get(site, 0) for site in group.sites)}
                for group in status.select(SUCCEEDED)
            ],
            "under_way": len(status.select(DOING)),
        },
        "workers": [
            {
                "name": worker.name,
                "host": worker.host,
                "pid": worker.pid,
                "version": worker.version,
                "sites_at_once": worker.sites_at_once,
                "started_at": format_iso(worker.started_at),
                "seen_at": format_iso(worker.seen_at),
                "state": describe_state(worker, is_alive),
                "running": sum(bool(task.get("sites")) for task in worker.running.values()),
            }
            for worker, is_alive in status.workers
        ],
        "asked_for": status.is_asked_for,
        "next_night": None
        if status.plan is None
        else {"at": format_iso(status.plan.next_at), "cron": status.plan.cron, "zone": status.plan.zone},
        "problems": status.problems,
    }


def describe_state(worker: Worker, is_alive: bool) -> str:
    """Return what a worker does, in one word."""
    if not is_alive:
        return "gone"
    if worker.drains:
        return "draining"
    return "crawling" if worker.is_crawling else "idle"


def _describe(group: GroupTask) -> dict[str, Any]:
    return {
        "sites": list(group.sites),
        "failures": group.failures,
        "reason": group.reason,
        "again_at": group.scheduled_at and format_iso(group.scheduled_at),
    }
