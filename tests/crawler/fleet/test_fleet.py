"""Fleets of real workers on a real PostgreSQL: the same release as by one process, whoever is killed."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path
from threading import Event

import pytest
from fleet import crawl_by_fleet
from fleets import Fleet, FleetPress, find_meetings, open_press
from servers.paper import Answer
from servers.s3 import FaultyS3
from written_warc import write_own

pytestmark = [pytest.mark.timeout(300), pytest.mark.slow]


@pytest.fixture
def press() -> Iterator[FleetPress]:
    with open_press(3, 6) as papers:
        yield papers


@pytest.fixture
def fleet(press: FleetPress, postgres_database: str, s3: FaultyS3, tmp_path: Path) -> Iterator[Fleet]:
    """A fleet whose archive is in S3."""
    url = postgres_database.replace("postgresql+psycopg://", "postgresql://")
    sites = press.write_sites(tmp_path / "sites.toml")
    found = Fleet(url, tmp_path, sites, "-s", "NIGHTLY_SKIP=report", **s3.settings)
    yield found
    for worker in list(found.workers):
        found.kill(worker)


def test_two_workers_one_of_them_killed_make_the_release_of_one_process(tmp_path: Path) -> None:
    outcome = crawl_by_fleet(tmp_path, papers=5, stories=10, workers=2, kills=1, restarts=1, seed=2)
    assert outcome.is_sound, outcome
    assert outcome.status == 0


def test_a_night_by_two_workers_leaves_what_a_night_leaves(fleet: Fleet, press: FleetPress) -> None:
    scheduled = fleet.run("fleet", "schedule", "--now")
    assert scheduled.stdout == "4 sites in 3 groups; the night begins as soon as a worker is free\n"
    waiting = fleet.run("fleet", "status")
    assert waiting.returncode == 0, waiting.stderr
    for _ in range(2):
        fleet.start_worker("--sites-at-once", "2")
    assert fleet.wait_for_night(120) == 0, fleet.read_log()
    status = fleet.wait_for_idle_workers()
    assert [len(group["sites"]) for group in status["groups"]["done"]] in ([2, 1, 1], [1, 2, 1], [1, 1, 2])
    assert fleet.end_workers() == [0, 0]
    assert fleet.status()["workers"] == []
    assert find_meetings(press.papers) == []
    assert "finished" in fleet.run("runs").stdout
    log = fleet.read_log()
    assert "Traceback" not in log, log
    assert "\nhealth: nothing odd\n" in log
    assert "small objects of the archive went into 1 large one\n" in log
    checked = fleet.run("db", "check", "--all")
    assert "all of them read" in checked.stdout
    assert "no problem found" in checked.stdout, checked.stdout + checked.stderr


@pytest.fixture
def gate(press: FleetPress) -> Iterator[Event]:
    """Return what lets the front pages be answered."""
    opened = Event()
    for paper in press.papers:
        for path in ("/", "/en/"):
            if isinstance(answer := paper.routes.get(path), Answer):
                answer.before = lambda: _wait_for(opened)
    yield opened
    opened.set()


def test_a_worker_that_drains_ends_when_its_sites_are_done(fleet: Fleet, press: FleetPress, gate: Event) -> None:
    worker = fleet.start_worker("--sites-at-once", "1")
    fleet.run("fleet", "schedule", "--now")
    press.wait_for_visits(1)  # robots.txt
    told = fleet.run("fleet", "drain")
    assert told.stdout.endswith(": takes nothing new\n")
    fleet.wait_for_log("asked to drain: nothing new is taken")
    gate.set()
    assert worker.wait(60) == 0
    fleet.workers.clear()
    status = fleet.status()
    assert (len(status["groups"]["done"]), len(status["groups"]["waiting"])) == (1, 2)
    assert status["problems"] == ["no worker shows life; start one: scrapy fleet worker"]
    fleet.start_worker()
    assert fleet.wait_for_night(120) == 0, fleet.read_log()


def test_a_worker_that_is_stopped_twice_gives_its_sites_back(fleet: Fleet, press: FleetPress, gate: Event) -> None:
    worker = fleet.start_worker()
    fleet.run("fleet", "schedule", "--now")
    press.wait_for_visits(1)
    worker.send_signal(signal.SIGTERM)
    fleet.wait_for_log("asked to stop (once more: at once)")
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(60) == 130
    fleet.workers.clear()
    gate.set()
    status = fleet.status()
    assert len(status["groups"]["waiting"]) == 3
    assert status["groups"]["failed"] == []
    fleet.start_worker()
    assert fleet.wait_for_night(120) == 0, fleet.read_log()


def test_a_worker_repairs_the_archive_that_the_settings_name(fleet: Fleet, tmp_path: Path) -> None:
    path = write_own(tmp_path / "shared")
    whole = path.read_bytes()
    path.write_bytes(whole + b"\x1f\x8b torn")
    fleet.start_worker("-s", f"ARCHIVE_URI=file://{tmp_path / 'shared'}")
    fleet.wait_for_log("groups of sites at once")
    assert path.read_bytes() == whole
    assert fleet.end_workers() == [0]
    fleet.workers.clear()


def _wait_for(event: Event) -> None:
    event.wait(100)
