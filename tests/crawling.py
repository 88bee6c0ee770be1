"""Runs crawls as an operator does: the real command, in a separate process, on a separate data folder."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from prepared_scrapy import run_prepared
from sqlalchemy import URL, Row, create_engine, select, text

from storage.database.engine import make_database_url, open_database, open_for_reading
from storage.models import Address, StoredArticle

ROOT = Path(__file__).parents[1]
SCRAPY = Path(sys.executable).with_name("scrapy")
# A server on loopback needs no pauses between requests.
FAST = tuple(
    part
    for setting in (
        "DOWNLOAD_DELAY=0",
        "AUTOTHROTTLE_START_DELAY=0",
        "RETRY_PAUSES=0.2,0.4,43200,172800",
        "CLEANING_PROCESSES=1",
        "ALLOWED_NETWORKS=127.0.0.0/8",
    )
    for part in ("-s", setting)
)

# `make test-postgres`: each data folder has a database of its own on a real server, instead of an SQLite file.
ON_POSTGRESQL = os.environ.get("BROADSHEET_TEST_DATABASE") == "postgresql"
needs_sqlite_file = pytest.mark.skipif(ON_POSTGRESQL, reason="opens, breaks or names the SQLite file itself")
servers: list[URL] = []  # the server of that run: tests/conftest.py starts it
_databases: dict[Path, URL] = {}

Scrapy = Callable[..., subprocess.CompletedProcess[str]]


def locate_database(data: Path) -> URL:
    """Return the URL of the database of this data folder; on PostgreSQL, create it if it is not there."""
    return _find_database(data.resolve()) if ON_POSTGRESQL else make_database_url(data, None)


def _find_database(data: Path, template: str = "template1") -> URL:
    if data not in _databases:
        _databases[data] = servers[0].set(database=f"data_{sha256(os.fsencode(data)).hexdigest()[:32]}")
        maintenance = create_engine(servers[0], isolation_level="AUTOCOMMIT")
        with maintenance.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {_databases[data].database} TEMPLATE {template}"))
        maintenance.dispose()
    return _databases[data]


def name_database(data: Path) -> dict[str, str]:
    """Return the variables for a process that is no command and is to store in the database of this data folder."""
    return {"DATABASE_URL": locate_database(data).render_as_string(hide_password=False)} if ON_POSTGRESQL else {}


def copy_data(data: Path, to: Path) -> Path:
    """Copy a data folder with its database; return the copy."""
    if ON_POSTGRESQL:
        _find_database(to.resolve(), locate_database(data).database or "")
    return Path(shutil.copytree(data, to))


def command(*arguments: str, data: Path, own_database: bool = False) -> list[str]:
    """Return the command line of `scrapy ARGUMENTS` on this data folder.

    `own_database` says that DATABASE_URL will be in its environment.
    """
    line = [str(SCRAPY), *arguments, "-s", f"DATA_DIR={data}"]
    if ON_POSTGRESQL and not own_database and not any(word.startswith("DATABASE_URL=") for word in arguments):
        line += ["-s", f"DATABASE_URL={locate_database(data).render_as_string(hide_password=False)}"]
    return line


def environment(**more: str) -> dict[str, str]:
    """Return the environment of this process without DATABASE_URL, which names another database."""
    inherited = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    return inherited | more


def run_scrapy(*arguments: str, data: Path, fast: bool = True, **env: str) -> subprocess.CompletedProcess[str]:
    """Run `scrapy ARGUMENTS` to its end, with more variables in its environment."""
    pace = FAST if fast and arguments[0] == "crawl" else ()
    line = command(*arguments, *pace, data=data, own_database="DATABASE_URL" in env)
    if not any(name.startswith("PYTHON") and name != "PYTHONPATH" for name in env):  # which say how Python starts
        return run_prepared(line, ROOT, environment(**env), timeout=100)
    return subprocess.run(
        line, cwd=ROOT, env=environment(**env), capture_output=True, text=True, timeout=100, check=False
    )


def wait_until(is_true: Callable[[], bool], seconds: float = 60.0) -> None:
    """Wait until something is true; fail if that takes longer."""
    deadline = time.monotonic() + seconds
    while not is_true():
        assert time.monotonic() < deadline
        time.sleep(0.1)


class Store:
    """The rows in the store of a data folder."""

    def __init__(self, data: Path, url: str | None = None) -> None:
        self._data, self._url = data, url

    def articles(self) -> dict[str, Row[Any]]:
        """Return all articles, by the path of their address."""
        return {_get_path(row.url): row for row in self._load_rows(StoredArticle)}

    def addresses(self) -> dict[str, Row[Any]]:
        """Return all addresses, by their path."""
        return {_get_path(row.url): row for row in self._load_rows(Address)}

    def texts(self) -> dict[str, str]:
        """Return the texts of all pages that are articles, by path."""
        return {path: row.text for path, row in self.articles().items() if row.rejected is None}

    def _load_rows(self, model: type[StoredArticle | Address]) -> list[Row[Any]]:
        url = make_database_url(self._data, self._url) if self._url else locate_database(self._data)
        engine = open_database(url, create=False)
        with open_for_reading(engine) as connection:
            rows = list(connection.execute(select(model.__table__)))
        engine.dispose()
        return rows


def _get_path(url: str) -> str:
    return "/" + url.split("/", 3)[3]
