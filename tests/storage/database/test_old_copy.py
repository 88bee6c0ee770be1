"""The file of SQLite is copied before it is upgraded."""

from __future__ import annotations

import logging
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import pytest
from migrations import migrate
from sqlalchemy import create_engine, make_url

from cleaning.errors import BadArgument
from storage.database.engine import open_database
from storage.database.old_copy import copy_before_upgrade
from storage.database.schema import find_newest_version


def make_old(path: Path, revision: str) -> None:
    engine = create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        migrate(connection, revision)
    engine.dispose()


def read_version(path: Path) -> str:
    with closing(sqlite3.connect(path)) as store:
        return str(store.execute("SELECT version_num FROM alembic_version").fetchone()[0])


def copy_file(path: Path, current: str) -> Path:
    return copy_before_upgrade(path, current, "0099", lambda _done, _total: None)


def test_the_copy_is_the_old_file_and_stays_when_the_upgrade_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    make_old(path, "0003")
    copy = copy_file(path, "0003")
    assert copy == tmp_path / "store.db.before-0099"
    assert read_version(copy) == "0003"
    make_old(path, "0005")  # the upgrade, which is interrupted
    assert copy_file(path, "0005") == copy
    assert read_version(copy) == "0003"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["store.db", "store.db.before-0099"]


def test_a_copy_of_the_same_schema_may_be_an_old_one_and_is_made_anew(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    make_old(path, "0003")
    copy_file(path, "0003")
    with closing(sqlite3.connect(path)) as store:
        store.execute("INSERT INTO run (id, spider, started_at, counts) VALUES (1, 'articles', '2026-11-20', '{}')")
        store.commit()
    with closing(sqlite3.connect(copy_file(path, "0003"))) as copied:
        assert copied.execute("SELECT count(*) FROM run").fetchone() == (1,)


def test_whoever_upgrades_a_store_has_it_copied(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "store.db"
    make_old(path, "0003")
    with caplog.at_level(logging.INFO):
        open_database(make_url(f"sqlite:///{path}")).dispose()
    copy = tmp_path / f"store.db.before-{find_newest_version()}"
    assert read_version(copy) == "0003"
    assert read_version(path) == find_newest_version()
    assert f"{copy} is the store as it was" in caplog.text


def test_a_new_store_and_one_with_the_newest_schema_are_not_copied(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    for _ in range(2):
        open_database(make_url(f"sqlite:///{path}")).dispose()
    assert [each.name for each in tmp_path.iterdir()] == ["store.db"]


def test_a_file_that_cannot_be_copied_is_not_upgraded(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    make_old(path, "0003")
    with path.open("rb+") as file:
        file.truncate(path.stat().st_size - 4096)
    content = path.read_bytes()
    with pytest.raises(BadArgument, match=r"cannot be copied to store\.db\.before-0099 beside it: .*--no-copy"):
        copy_file(path, "0003")
    assert path.read_bytes() == content
    assert [each.name for each in tmp_path.iterdir()] == ["store.db"]


class Usage(NamedTuple):
    total: int
    used: int
    free: int


def test_without_room_for_the_copy_nothing_is_done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "store.db"
    make_old(path, "0003")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(10**9, 10**9 - 5, 5))
    with pytest.raises(BadArgument, match=r"beside .*, and 5 are free; .* --no-copy"):
        copy_file(path, "0003")
    assert [path.name for path in tmp_path.iterdir()] == ["store.db"]
