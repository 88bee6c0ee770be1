"""A crawl that meets the store of an older version copies SQLite's file before it upgrades it."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from crawling import FAST, ROOT, Store, needs_sqlite_file, run_scrapy
from migrations import migrate
from servers.paper import Paper
from sqlalchemy import create_engine

from storage.database.engine import make_database_url
from storage.database.schema import find_newest_version

OLD = "0007"
STORY = "/2025/10/01/story-number-1-of-the-day"
FAULTY = os.pathsep.join([str(ROOT), str(ROOT / "tests" / "faulty")])

pytestmark = needs_sqlite_file


@pytest.fixture
def old_store(data: Path, paper: Paper) -> Path:
    paper.publish(STORY)
    data.mkdir()
    engine = create_engine(make_database_url(data, None))
    with engine.begin() as connection:
        migrate(connection, OLD)
    engine.dispose()
    return data


def read_version(path: Path) -> str:
    with closing(sqlite3.connect(path)) as store:
        return str(store.execute("SELECT version_num FROM alembic_version").fetchone()[0])


def test_the_old_file_is_kept_and_the_crawl_goes_on(old_store: Path, paper: Paper) -> None:
    done = run_scrapy("crawl", "articles", "-a", f"url={paper.url}/", data=old_store)
    assert done.returncode == 0, done.stderr
    copy = old_store / f"broadsheet.db.before-{find_newest_version()}"
    assert read_version(copy) == OLD
    assert f"{copy} is the store as it was" in done.stderr
    assert list(Store(old_store).texts()) == [STORY]


@pytest.mark.parametrize("command", ["crawl", "nightly"])
def test_without_room_for_the_copy_nothing_is_asked_or_changed(
    old_store: Path, paper: Paper, tmp_path: Path, command: str
) -> None:
    sites, free = tmp_path / "sites.toml", tmp_path / "free"
    sites.write_text(f'[[site]]\nname = "herald"\nurl = "{paper.url}/"\n', encoding="utf-8")
    free.write_text("5")
    words = ("crawl", "articles") if command == "crawl" else ("nightly", *FAST)
    env = {"PYTHONPATH": FAULTY, "FREE_BYTES": str(free)}
    done = run_scrapy(*words, "-s", f"SITES_FILE={sites}", data=old_store, **env)
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr
    assert done.stderr.splitlines()[-1].endswith("upgrade without a copy: scrapy db upgrade --no-copy")
    assert paper.asked == []
    assert read_version(old_store / "broadsheet.db") == OLD
