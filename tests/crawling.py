"""Runs crawls as an operator does: the real command, in a separate process, on a separate data folder."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from prepared_scrapy import run_prepared
from sqlalchemy import Row, select

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

Scrapy = Callable[..., subprocess.CompletedProcess[str]]


def command(*arguments: str, data: Path) -> list[str]:
    """Return the command line of `scrapy ARGUMENTS` on this data folder."""
    return [str(SCRAPY), *arguments, "-s", f"DATA_DIR={data}"]


def environment(**more: str) -> dict[str, str]:
    """Return the environment of this process without DATABASE_URL, which names another database."""
    inherited = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    return inherited | more


def run_scrapy(*arguments: str, data: Path, fast: bool = True, **env: str) -> subprocess.CompletedProcess[str]:
    """Run `scrapy ARGUMENTS` to its end, with more variables in its environment."""
    line = command(*arguments, *(FAST if fast and arguments[0] == "crawl" else ()), data=data)
    if not any(name.startswith("PYTHON") and name != "PYTHONPATH" for name in env):  # which say how Python starts
        return run_prepared(line, ROOT, environment(**env), timeout=100)
    return subprocess.run(
        line, cwd=ROOT, env=environment(**env), capture_output=True, text=True, timeout=100, check=False
    )


class Store:
    """The rows in the store of a data folder."""

    def __init__(self, data: Path, url: str | None = None) -> None:
        self._url = make_database_url(data, url)

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
        engine = open_database(self._url, create=False)
        with open_for_reading(engine) as connection:
            rows = list(connection.execute(select(model.__table__)))
        engine.dispose()
        return rows


def _get_path(url: str) -> str:
    return "/" + url.split("/", 3)[3]
