"""Crawl forty sites by a fleet, and by one process: is it the same release, also where workers are killed?

    python tests/benchmarks/fleet.py
    python tests/benchmarks/fleet.py --kills 10 --restarts 2
    python tests/benchmarks/fleet.py --speed

The sites are served on loopback, each on an address of its own, but for two editions on one host; every fourth prints
stories of the one before it. `scrapy crawl articles` crawls them into SQLite, then --workers workers of `scrapy fleet`
into a real PostgreSQL. --kills kills random workers with SIGKILL, while pages are fetched: another is started for each
but the last. --restarts stops the PostgreSQL and starts it again, so many times. The exit status is 1 unless both make
the same release, with no article lost or stored twice, and no host was asked by two workers at once, as its own log
says.

--speed times two workers of one child process for cleaning each against one such worker: >= 1.8 times on two cores that
are quiet. The stories have as many elements as those of real papers. A worker and its child are held to one core, as if
it was a machine of one core; PostgreSQL and the papers run on both.
"""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import beside  # noqa: F401 (imported for its change of the path)
from crawling import FAST, ROOT, command, environment, run_scrapy
from fleets import Fleet, FleetPress, find_meetings, fix_fetch_times, open_press, read_release_id
from gold import parse_count
from servers.postgres import PostgresServer, run_server
from sqlalchemy import create_engine, text

from storage.database.engine import make_database_url

TARGET_SPEED = 1.8
TEASERS = 400  # beside each story: 2,000 elements of 100 kB


class FleetOutcome(NamedTuple):
    """What a fleet made of the sites, against one process."""

    expected: str  # the id of the release
    release: str
    lost: int  # addresses of articles
    twice: int
    other: int  # articles that differ
    meetings: int  # requests of two workers that one host answered at once
    again: int  # articles that were asked for more than once
    status: int  # of the night
    seconds: float

    @property
    def is_sound(self) -> bool:
        return self.expected == self.release and not (self.lost or self.twice or self.other or self.meetings)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--papers", type=parse_count, default=39, metavar="N")
    parser.add_argument("--stories", type=parse_count, default=25, metavar="N", help="of each paper")
    parser.add_argument("--workers", type=parse_count, default=4, metavar="N")
    parser.add_argument("--kills", type=int, default=0, metavar="N")
    parser.add_argument("--restarts", type=int, default=0, metavar="N", help="of PostgreSQL")
    parser.add_argument("--seed", type=int, default=1, metavar="N")
    parser.add_argument("--speed", action="store_true", help="time two workers against one")
    options = parser.parse_args(arguments)
    if options.speed:
        return _compare_speed(options.papers, options.stories)
    with tempfile.TemporaryDirectory(prefix="broadsheet-fleet-") as folder:
        outcome = crawl_by_fleet(
            Path(folder),
            papers=options.papers,
            stories=options.stories,
            workers=options.workers,
            kills=options.kills,
            restarts=options.restarts,
            seed=options.seed,
        )
    for name, value in outcome._asdict().items():
        print(f"{name:>10}: {value}")
    return 0 if outcome.is_sound else 1


def crawl_by_fleet(
    folder: Path, *, papers: int, stories: int, workers: int, kills: int = 0, restarts: int = 0, seed: int = 1
) -> FleetOutcome:
    """Crawl the same sites by one process and by a fleet with these faults, and compare."""
    with open_press(papers, stories) as press, run_server() as server:
        sites = press.write_sites(folder / "sites.toml")
        expected, articles = _crawl_alone(folder / "alone", sites)
        visits = press.count_visits()
        press.forget()
        fleet = Fleet(_name_database(server), folder, sites, "-s", "NIGHTLY_SKIP=report")
        try:
            began = time.monotonic()
            done = fleet.run("fleet", "schedule", "--now")
            if done.returncode:
                raise AssertionError(done.stderr)
            for _ in range(workers):
                fleet.start_worker()
            chance = random.Random(seed)
            faults = ["kill"] * kills + ["restart"] * restarts
            chance.shuffle(faults)
            last_kill = max((place for place, fault in enumerate(faults) if fault == "kill"), default=None)
            for place, share in enumerate(sorted(chance.uniform(0.02, 0.9) for _ in faults)):
                press.wait_for_visits(round(visits * share))
                _disturb(fleet, server, faults[place], chance, is_last=place == last_kill)
            status = fleet.wait_for_night(1200)
            seconds = time.monotonic() - began
            fleet.end_workers()
        finally:
            for worker in list(fleet.workers):
                fleet.kill(worker)
        fix_fetch_times(fleet.url.replace("postgresql://", "postgresql+psycopg://"))
        return _compare(fleet, press, expected, articles, folder, status, seconds)


def _name_database(server: PostgresServer) -> str:
    return server.url.set(drivername="postgresql").render_as_string(hide_password=False)


def _crawl_alone(data: Path, sites: Path) -> tuple[str, dict[str, tuple[object, ...]]]:
    """Return the id of the release that one process makes, and its articles by address."""
    line = command("crawl", "articles", *FAST, "-s", f"SITES_FILE={sites}", data=data)
    done = subprocess.run(line, cwd=ROOT, env=environment(), capture_output=True, text=True, timeout=1200, check=False)
    if done.returncode:
        raise AssertionError(done.stdout[-3000:] + done.stderr[-3000:])
    url = make_database_url(data, None).render_as_string()
    fix_fetch_times(url)
    release = data / "release"
    run_scrapy("export", str(release), "--include-duplicates", data=data)
    return read_release_id(release), _read_articles(url)


def _disturb(fleet: Fleet, server: PostgresServer, fault: str, chance: random.Random, *, is_last: bool) -> None:
    """Kill a random worker, or restart the server. The last worker that is killed is not replaced."""
    if fault == "kill":
        fleet.kill(chance.choice(fleet.workers))
        if not is_last:
            fleet.start_worker()
    else:
        server.stop("immediate" if chance.random() < 0.5 else "fast")
        time.sleep(chance.uniform(0.5, 5.0))
        server.start()


def _compare(
    fleet: Fleet,
    press: FleetPress,
    expected: str,
    articles: dict[str, tuple[object, ...]],
    folder: Path,
    status: int,
    seconds: float,
) -> FleetOutcome:
    release = folder / "release"
    fleet.run("export", str(release), "--include-duplicates")
    found = _read_articles(fleet.url.replace("postgresql://", "postgresql+psycopg://"))
    asked = Counter((paper.name, visit.path) for paper in press.papers for visit in paper.visits)
    return FleetOutcome(
        expected=expected,
        release=read_release_id(release),
        lost=len(articles.keys() - found.keys()),
        twice=len(found.keys() - articles.keys()),
        other=sum(found[url] != article for url, article in articles.items() if url in found),
        meetings=len(find_meetings(press.papers)),
        again=sum(number - 1 for (_, path), number in asked.items() if "-story-" in path),
        status=status,
        seconds=round(seconds, 1),
    )


def _read_articles(url: str) -> dict[str, tuple[object, ...]]:
    """Return by address all fields that readers see."""
    engine = create_engine(url)
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT url, title, text, rejected, duplicate_of, language FROM article")).all()
    engine.dispose()
    found = {row[0]: tuple(row[1:]) for row in rows}
    if len(found) != len(rows):
        raise AssertionError("an address is stored twice")
    return found


def _compare_speed(papers: int, stories: int) -> int:
    seconds = {}
    for workers in (1, 2):
        with (
            tempfile.TemporaryDirectory(prefix="broadsheet-fleet-") as folder,
            open_press(papers, stories, TEASERS) as press,
            run_server() as server,
        ):
            sites = press.write_sites(Path(folder, "sites.toml"))
            fleet = Fleet(_name_database(server), Path(folder), sites, "-s", "NIGHTLY_SKIP=report")
            try:
                fleet.run("fleet", "schedule", "--never")  # makes the store and the queue
                for number in range(workers):
                    core = sorted(os.sched_getaffinity(0))[number]
                    os.sched_setaffinity(fleet.start_worker().pid, {core})  # what it starts later is held to it, too
                while len(fleet.status()["workers"]) < workers:
                    time.sleep(0.5)
                fleet.run("fleet", "schedule", "--now")
                began = time.monotonic()
                fleet.wait_for_night(1200)
                seconds[workers] = time.monotonic() - began
                fleet.end_workers()
            finally:
                for worker in list(fleet.workers):
                    fleet.kill(worker)
        print(f"{workers} workers: {seconds[workers]:.1f} s", flush=True)
    factor = seconds[1] / seconds[2]
    print(f"two workers are {factor:.2f} times as fast as one (target: {TARGET_SPEED})")
    return 0 if factor >= TARGET_SPEED else 1


if __name__ == "__main__":
    sys.exit(main())
