"""Real databases for the tests of the store: an SQLite file, and a PostgreSQL server that the tests start."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from itertools import groupby, islice
from pathlib import Path
from shutil import copyfile
from typing import Any

import pytest
from sqlalchemy import URL, Engine, insert, make_url

from storage.database.engine import open_database
from storage.models import Run, StoredArticle

MOMENT = datetime(2026, 11, 20, 8, tzinfo=UTC)
GiveArticles = Callable[[Engine, Iterable[dict[str, Any]]], None]


@pytest.fixture(scope="session")
def store_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make an empty store in a file of SQLite, for tests to copy."""
    path = tmp_path_factory.mktemp("store") / "store.db"
    open_database(URL.create("sqlite", database=str(path))).dispose()
    return path


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> URL:
    """Return the address of a database, once SQLite, once PostgreSQL; delete it after the test.

    It is empty, or an empty store where the test asks for `engine`.
    """
    is_store = "engine" in request.fixturenames
    if request.param == "postgresql":
        return make_url(request.getfixturevalue("postgres_store" if is_store else "postgres_database"))
    path = tmp_path / "broadsheet.db"
    if is_store:
        copyfile(request.getfixturevalue("store_file"), path)
    return URL.create("sqlite", database=str(path))


@pytest.fixture
def engine(database_url: URL) -> Iterator[Engine]:
    """Return an empty store with the newest schema."""
    engine = open_database(database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def sqlite_engine(store_file: Path, tmp_path: Path) -> Iterator[Engine]:
    """Return an empty store on SQLite, for tests that do not depend on the database."""
    engine = open_database(URL.create("sqlite", database=copyfile(store_file, str(tmp_path / "store.db"))))
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def give_articles() -> GiveArticles:
    """Return a function that inserts articles into a store in order; columns missing in a row get a default."""

    def give(engine: Engine, rows: Iterable[dict[str, Any]]) -> None:
        with engine.begin() as connection:
            run = connection.execute(
                insert(Run).values(spider="articles", started_at=MOMENT, counts={})
            ).inserted_primary_key
            assert run is not None
            complete = (_complete(row, run[0]) for row in rows)
            for _, alike in groupby(complete, key=frozenset):  # one statement has rows of the same columns
                while some := list(islice(alike, 500)):
                    connection.execute(insert(StoredArticle), some)

    return give


def _complete(row: dict[str, Any], run: int) -> dict[str, Any]:
    return {
        "url": f"https://news.example/{row['id']}",
        "site": "courier",
        "title": f"Headline of {row['id']}",
        "headline_key": f"headline of {row['id']}",
        "authors": [],
        "fetched_at": MOMENT,
        "language": "en",
        "language_probability": 0.99,
        "tags": [],
        "text": f"The text of {row['id']}.",
        "words": 4,
        "cleaner_version": "1",
        "run_id": run,
        **row,
    }
