"""Refuses a fleet where the database is no PostgreSQL or a package is missing: before anything is opened."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from scrapy.settings import BaseSettings
from sqlalchemy import URL

from cleaning.errors import DatabaseMissing, LibraryMissing, tell_install
from storage.database.engine import make_database_url


def check_fleet(settings: BaseSettings) -> URL:
    """Return the address of the fleet's database.

    Raise a UsageError if it is no PostgreSQL, or if a package is missing.
    """
    url = make_database_url(Path(settings["DATA_DIR"]), settings["DATABASE_URL"])
    if url.get_backend_name() != "postgresql":
        raise DatabaseMissing(
            "a fleet shares one PostgreSQL; set DATABASE_URL to postgresql://user:password@host/name on each machine"
        )
    if find_spec("procrastinate") is None or find_spec("psycopg") is None:
        raise LibraryMissing(f"a fleet needs more packages; run: {tell_install('fleet')}")
    return url
