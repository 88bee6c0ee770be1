"""`scrapy fleet`: mistakes are answered in one line, and what there is to see without a worker."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from crawling import run_scrapy
from servers.postgres import create_database
from sqlalchemy import URL, make_url

from storage.database.engine import open_database

SITES = '[[site]]\nname = "courier"\nurl = "http://127.0.0.1:9/"\n'


@pytest.fixture(scope="module")
def store(postgres_url: URL) -> Iterator[str]:
    """Return the address of an empty store."""
    with create_database(postgres_url) as url:
        open_database(make_url(url)).dispose()
        yield url


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ((), "name one of: worker, schedule, status, drain"),
        (("work",), "name one of: worker, schedule, status, drain"),
        (("status", "--now"), "--now goes with: scrapy fleet schedule"),
        (("worker", "--json"), "--json goes with: scrapy fleet status"),
        (("worker", "--sites-at-once", "0"), "--sites-at-once must be a whole number of at least 1, got '0'"),
        (("worker", "-s", "ARCHIVE_URI=nowhere"), "ARCHIVE_URI must be an address like s3://bucket/prefix or file://"),
        (("schedule",), "give --now, --at WHEN or --never"),
        (("schedule", "--at", "soon"), "--at must be a time as '02:00 Europe/Berlin', or cron"),
    ],
)
def test_a_mistake_is_answered_in_one_line(words: tuple[str, ...], told: str, tmp_path: Path, store: str) -> None:
    (tmp_path / "sites.toml").write_text(SITES, "utf-8")
    sites = ("-s", f"SITES_FILE={tmp_path / 'sites.toml'}")
    done = run_scrapy("fleet", *words, *sites, data=tmp_path, DATABASE_URL=store)
    assert done.returncode == 2
    assert done.stderr.startswith(f"scrapy fleet: {told}")
    assert done.stderr.count("\n") == 1


def test_a_store_without_a_fleet_has_nothing_to_show_and_nobody_to_drain(
    tmp_path: Path, postgres_database: str
) -> None:
    open_database(make_url(postgres_database)).dispose()
    for word in ("status", "drain"):
        done = run_scrapy("fleet", word, data=tmp_path, DATABASE_URL=postgres_database)
        told = "scrapy fleet: this database has no fleet yet; begin with: scrapy fleet schedule --now\n"
        assert (done.returncode, done.stderr) == (2, told)


def test_a_store_in_a_file_has_no_fleet(tmp_path: Path) -> None:
    done = run_scrapy("fleet", "status", data=tmp_path, DATABASE_URL=f"sqlite:///{tmp_path / 'store.db'}")
    assert done.returncode == 2
    assert done.stderr.startswith("scrapy fleet: a fleet shares one PostgreSQL; set DATABASE_URL to postgresql://")
    assert done.stderr.count("\n") == 1


def test_a_timetable_is_kept_and_shown(tmp_path: Path, postgres_database: str) -> None:
    def fleet(*words: str) -> str:
        path = tmp_path / "sites.toml"
        path.write_text(SITES, "utf-8")
        done = run_scrapy(
            "fleet", *words, "-s", f"SITES_FILE={path}", data=tmp_path / "data", DATABASE_URL=postgres_database
        )
        assert (done.returncode, done.stderr) == (0, "")
        return done.stdout

    assert fleet("schedule", "--at", "02:00").startswith("1 site in 1 group; the next night begins at 20")
    assert "no night of a fleet yet" in (shown := fleet("status"))
    assert "UTC (0 2 * * * UTC)" in shown
    document = json.loads(fleet("status", "--json"))
    assert document["next_night"]["cron"] == "0 2 * * *"
    assert (document["night"], document["workers"], document["problems"]) == (None, [], [])
    assert fleet("schedule", "--now").endswith("the night begins as soon as a worker is free\n")
    assert fleet("schedule", "--never") == "no more nights begin by themselves\n"
    assert fleet("drain") == "there is no worker\n"
