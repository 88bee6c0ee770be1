"""Check without a request to any site whether a night could begin: sites.toml, the data folder, its disk, the store."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from cleaning.errors import BroadsheetError, DatabaseMissing, StoreOutdated
from crawler.sites.sites_file import load_sites
from storage.database.engine import make_database_url, open_for_reading, open_read_only
from storage.database.faults import describe_error
from storage.models import Run

if TYPE_CHECKING:
    from scrapy.settings import BaseSettings


def find_local_problems(settings: BaseSettings) -> list[str]:
    """Return what keeps a night from beginning, one line each; none if all is well.

    A data folder or store that does not exist yet is well: the first crawl makes it. So is a store of an older version,
    which the next crawl upgrades.
    """
    problems = [*_check_sites(Path(settings["SITES_FILE"])), *_check_folder(settings)]
    return problems or _check_store(settings)


def _check_sites(path: Path) -> list[str]:
    try:
        sites = load_sites(path)
    except BroadsheetError as error:
        return [str(error)]
    return [] if sites else [f"{path} lists no site; scrapy sites add URL adds one"]


def _check_folder(settings: BaseSettings) -> list[str]:
    folder = Path(settings["DATA_DIR"]).resolve()
    existing = next((one for one in (folder, *folder.parents) if one.exists()), Path("/"))
    if not existing.is_dir() or not os.access(existing, os.W_OK | os.X_OK):
        return [f"the data folder {folder} cannot be written; give it to the user that crawls"]
    free, least = shutil.disk_usage(existing).free, int(settings.getfloat("DISK_LEAST"))
    if free < least:
        return [f"{free:,} bytes are free in {existing}, and DISK_LEAST asks for {least:,}; make space"]
    return []


def _check_store(settings: BaseSettings) -> list[str]:
    folder, configured = Path(settings["DATA_DIR"]), settings.get("DATABASE_URL")
    try:
        url = make_database_url(folder, configured)
        if url.get_backend_name() == "sqlite" and not Path(url.database or "").exists():
            return []
        engine = open_read_only(url)
    except StoreOutdated:
        return []
    except DatabaseMissing as error:
        return [str(error)]
    try:
        with open_for_reading(engine) as connection:
            connection.execute(select(Run.id).limit(1)).all()
    except DBAPIError as error:
        return [f"the store cannot be read: {describe_error(error)}"]
    finally:
        engine.dispose()
    return []
