"""What all tests share: a real PostgreSQL server, for those that need one, and the order in which they start."""

from __future__ import annotations

import os
import signal
import sys
import warnings
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from shutil import disk_usage
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, settings
from servers.postgres import create_database, run_postgres
from servers.s3 import LOGIN, FaultyS3, run_s3
from sqlalchemy import URL, make_url

# A shell ignores Ctrl-C in background processes; crawls that a test interrupts would inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)
# Or each of the many processes that the tests start would compile our packages anew.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

# urllib3 warns whoever imports trafilatura first that PySocks is missing; a test that runs alone would be the first.
with warnings.catch_warnings(action="ignore"):
    import_module("trafilatura")

# How long an example takes says how busy the machine is.
settings.register_profile("any-machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any-machine")

# Files whose tests wait for crawls: begun last, one of them would run alone at the end.
FIRST = (
    "tests/benchmarks/test_thirty_nights.py",
    "tests/crawler/crawls/",
    "tests/crawler/night/",
    "tests/crawler/survey/",
    "tests/test_recipes.py",
)


MEMORY, ROOM = Path("/dev/shm"), 4 << 30  # bytes for the servers of all processes of pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: not item.nodeid.startswith(FIRST))


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[URL]:
    """Start a PostgreSQL server for all tests; return the address of its maintenance database."""
    # Not in the folder of pytest, which is closed to other users. Databases are made four times as fast in memory.
    is_roomy = MEMORY.is_dir() and disk_usage(MEMORY).free > ROOM
    with run_postgres(MEMORY if is_roomy else None) as url:
        yield url


@pytest.fixture(scope="session", autouse=os.environ.get("BROADSHEET_TEST_DATABASE") == "postgresql")
def crawl_into_postgres(request: pytest.FixtureRequest) -> None:
    """Have the crawls of all tests store in databases of the server, under `make test-postgres`."""
    from crawling import servers

    servers.append(request.getfixturevalue("postgres_url"))


@pytest.fixture
def postgres_database(postgres_url: URL) -> Iterator[str]:
    """Return the address of an empty PostgreSQL database; delete it after the test."""
    with create_database(postgres_url) as url:
        yield url


@pytest.fixture(scope="session")
def store_template(postgres_url: URL) -> Iterator[str]:
    """Make an empty store in the PostgreSQL server, for `create_database` to copy; return the name of its database."""
    from storage.database.engine import open_database

    with create_database(postgres_url) as url:
        open_database(make_url(url)).dispose()
        yield make_url(url).database or ""


@pytest.fixture
def postgres_store(postgres_url: URL, store_template: str) -> Iterator[str]:
    """Return the address of a PostgreSQL database with an empty store; delete it after the test."""
    with create_database(postgres_url, store_template) as url:
        yield url


@pytest.fixture(scope="session")
def s3_server() -> Iterator[FaultyS3]:
    """Start a server of S3 for all tests."""
    with run_s3() as server:
        yield server


@pytest.fixture
def s3(s3_server: FaultyS3, monkeypatch: pytest.MonkeyPatch) -> FaultyS3:
    """Return a server of S3 that works, with an empty archive, and have this process log in there."""
    for name, value in LOGIN.items():
        monkeypatch.setenv(name, value)
    s3_server.recover()
    s3_server.latency, s3_server.prefix = 0.0, f"news-{uuid4().hex}"
    s3_server.asked.clear()
    return s3_server
