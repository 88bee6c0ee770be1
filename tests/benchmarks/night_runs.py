"""Runs the nights of a press one after the other, each a real crawl, and keeps what is told in each."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from crawling import FAST, ROOT, command, environment
from nights import let_a_night_pass
from prepared_scrapy import run_prepared
from servers.night_press.press import NightPress

from storage.database.engine import make_database_url, open_database, open_for_reading
from storage.nights.findings import Finding, load_findings

PATIENCE = 600  # seconds for a night, on however busy a machine


class Night(NamedTuple):
    """What one night told. `status` is the exit status of its crawl."""

    number: int
    status: int
    new: tuple[Finding, ...]
    persisting: tuple[Finding, ...]
    healed: tuple[Finding, ...]

    @property
    def has_right_status(self) -> bool:
        """The status is 1 in the nights in which something new is found, and in no other."""
        return self.status == (1 if self.new else 0)


def run_nights(
    press: NightPress,
    folder: Path,
    nights: int,
    *,
    order: Sequence[int] | None = None,
    report: Callable[[Night], None] = lambda night: None,
) -> list[Night]:
    """Crawl the press for so many nights into `folder`/data, its sites in this order of sites.toml."""
    sites = folder / "sites.toml"
    sites.write_text(press.write_sites(order), encoding="utf-8")
    data = folder / "data"
    told = []
    for number in range(1, nights + 1):
        press.start_night(number)
        if number > 1:
            let_a_night_pass(data, pages=False)
        log = folder / f"night-{number}.log"
        words = ("crawl", "articles", "-s", f"SITES_FILE={sites}", "-s", "AUTOTHROTTLE_ENABLED=False")
        line = command(*words, *FAST, "--logfile", str(log), data=data)
        done = run_prepared(line, ROOT, environment(), timeout=PATIENCE)
        if done.returncode not in (0, 1):
            raise AssertionError(f"night {number} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
        told.append(_read_night(data, number, done.returncode))
        report(told[-1])
    return told


def _read_night(data: Path, number: int, status: int) -> Night:
    engine = open_database(make_database_url(data, None), create=False)
    with open_for_reading(engine) as connection:
        findings = load_findings(connection, open_only=False)
    engine.dispose()
    # Each night is one run.
    return Night(
        number,
        status,
        tuple(finding for finding in findings if finding.first_run == number),
        tuple(finding for finding in findings if finding.first_run < number and finding.healed_at is None),
        tuple(finding for finding in findings if finding.healed_run == number),
    )


def load_numbers(data: Path, site: str) -> list[tuple[int, dict[str, float]]]:
    """Return the numbers of a site's nights, the oldest first."""
    with closing(sqlite3.connect(data / "broadsheet.db")) as connection:
        rows = connection.execute("SELECT run_id, numbers FROM site_night WHERE site = ? ORDER BY run_id", (site,))
        return [(run, json.loads(numbers)) for run, numbers in rows]


# What a reader of the corpus sees, and what the operator is told; not the times, which are those of this crawl.
_QUESTIONS = (
    "SELECT id, url, site, title, text, language, authors, rejected, published_at IS NULL, duplicate_of FROM article",
    "SELECT article_id, count(*) FROM revision GROUP BY 1",
    "SELECT url, kind, state, reason FROM address",
    "SELECT site, name, first_run, last_run, healed_run, advice FROM finding",
)


def digest_store(data: Path) -> list[str]:
    """Return the digests of articles, revisions, addresses and findings."""
    with closing(sqlite3.connect(data / "broadsheet.db")) as connection:
        stored = [sorted(connection.execute(question).fetchall(), key=repr) for question in _QUESTIONS]
    return [sha256(repr(rows).encode()).hexdigest() for rows in stored]
