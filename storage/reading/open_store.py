"""Opens a store that a crawl made. Start here."""

from __future__ import annotations

from collections.abc import Mapping
from os import PathLike
from pathlib import Path
from typing import Any

from sqlalchemy import URL

from storage.archive.open_place import open_place
from storage.database.engine import make_database_url
from storage.reading.store import Store


def open_store(
    place: str | PathLike[str] | URL,
    *,
    data_dir: str | PathLike[str] | None = None,
    archive: str = "",
    archive_options: Mapping[str, Any] | None = None,
) -> Store:
    """Open a store for reading. Nothing in it is ever changed, and it can be read while a crawl writes it.

    `place` is the data folder of a crawl, or the address of its database ("postgresql://user:password@host/name",
    "sqlite:///data/broadsheet.db"). `data_dir` is the data folder beside such a database, whose archive `Store.raw`
    reads. `archive` is the address of an archive elsewhere ("s3://bucket/prefix"), with `archive_options` for fsspec:
    what the settings ARCHIVE_URI and ARCHIVE_OPTIONS say to a crawl. Close the store, or use it as a context manager.

    Raise DatabaseMissing if there is no store or it cannot be opened, StoreOutdated if an older version of Broadsheet
    made it: `scrapy db upgrade` brings it up to date.
    """
    if isinstance(place, URL) or "://" in str(place):
        url = place if isinstance(place, URL) else make_database_url(Path(), str(place))
        folder = Path(url.database or "").parent if url.get_backend_name() == "sqlite" else None
    else:
        path = Path(place)
        folder = path.parent if path.is_file() else path
        url = URL.create("sqlite", database=str(path)) if path.is_file() else make_database_url(path, None)
    home = folder if data_dir is None else Path(data_dir)
    return Store(url, open_place(home, archive, archive_options or {}))
