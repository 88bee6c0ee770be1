"""Measures how much the store and the data folder take, by part and by site, and for how long the disk lasts.

A store of a million articles is measured in seconds: what would have to be read as a whole is estimated from a sample.
"""

from __future__ import annotations

import shutil
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine, func, select, text

from storage.archive.own_files import parse_own_name
from storage.archive.place import CACHE_FOLDER, FOLDER, ArchivePlace, FolderPlace
from storage.database.engine import open_for_reading
from storage.models import Run, StoredArticle
from storage.upkeep.search_size import measure_search
from storage.upkeep.site_sizes import SiteSize, estimate_sizes

GROWTH_NIGHTS = 30  # the last nights that the growth is measured on
_DAY = 86_400.0  # seconds
_FOLDERS = (FOLDER, "readings", "reports")  # in the data folder


class Growth(NamedTuple):
    """What the last nights added, in bytes. `a_day` counts the days between them, too."""

    nights: int
    a_night: int
    a_day: int


class StoreSize(NamedTuple):
    """Sizes in bytes.

    `parts`: the store is "articles" (metadata and texts), "blocks", "search" (its index), "others" (addresses, what is
    learnt of sites, all other indexes) and "free" (SQLite's journal, and pages of its file that new rows will take);
    the rest of the data folder is "archive", "readings", "reports" and "other files". Articles, blocks and what the
    sites take are estimates. `growth` is None before the second night; `days_left` until the disk of the data folder
    is full, None where nothing grows. It is not filled by what grows elsewhere: the store of a server, and an archive
    at an address, of which the data folder keeps an "archive cache".
    """

    database: str
    articles: int
    parts: dict[str, int]
    sites: tuple[SiteSize, ...]
    growth: Growth | None
    disk_free: int
    days_left: float | None

    @property
    def total(self) -> int:
        return sum(self.parts.values())

    def to_document(self) -> dict[str, Any]:
        """Return all of it as JSON can hold it."""
        growth = None if self.growth is None else self.growth._asdict()
        sites = [site._asdict() for site in self.sites]
        return {**self._asdict(), "sites": sites, "growth": growth, "total": self.total}


def measure_size(engine: Engine, data_dir: Path, archive: ArchivePlace | None = None) -> StoreSize:
    """Measure the store and its data folder; the archive is by default the folder in there."""
    place = archive or FolderPlace(data_dir / FOLDER)
    folders = {name: _measure_folder(data_dir / name) for name in _FOLDERS}
    beside = {}
    if place.folder != data_dir / FOLDER:
        beside = {FOLDER: sum(file.size for file in place.list_files())}
        folders = {"archive cache": _measure_folder(data_dir / CACHE_FOLDER), **folders}
        del folders[FOLDER]
    with open_for_reading(engine) as connection:
        archived = beside.get(FOLDER, folders.get(FOLDER, 0))
        estimated = estimate_sizes(connection, place, archived)
        whole, free = _measure_database(connection, engine)
        search = measure_search(connection)
        articles = sum(site.pages for site in estimated.sites)
        others = max(0, whole - free - estimated.rows - estimated.blocks - search)
        store = {"articles": estimated.rows, "blocks": estimated.blocks, "search": search, "others": others}
        is_here = engine.dialect.name == "sqlite"
        per_article = (whole - free) / articles if articles and is_here else 0.0
        growth = _measure_growth(connection, place, per_article)
    own = whole if is_here and Path(engine.url.database or "").parent.resolve() == data_dir.resolve() else 0
    rest = max(0, _measure_folder(data_dir) - sum(folders.values()) - own)
    disk_free = shutil.disk_usage(_find_existing(data_dir)).free
    return StoreSize(
        engine.url.render_as_string(),
        articles,
        {**store, "free": free, **beside, **folders, "other files": rest},
        estimated.sites,
        growth,
        disk_free,
        disk_free / growth.a_day if growth is not None and growth.a_day > 0 else None,
    )


def _measure_database(connection: Connection, engine: Engine) -> tuple[int, int]:
    """Return the bytes of the database, and how many of them are free for new rows."""
    if engine.dialect.name == "postgresql":
        return int(connection.execute(text("SELECT pg_database_size(current_database())")).scalar_one()), 0
    ask = connection.exec_driver_sql
    page_size = ask("PRAGMA page_size").scalar_one()
    beside = [Path(f"{engine.url.database}{end}") for end in ("-wal", "-shm")]
    journal = sum(path.stat().st_size for path in beside if path.is_file())
    pages, free = ask("PRAGMA page_count").scalar_one(), ask("PRAGMA freelist_count").scalar_one()
    return pages * page_size + journal, free * page_size + journal


def _measure_growth(connection: Connection, archive: ArchivePlace, per_article: float) -> Growth | None:
    """Return what the last nights added: their files of the archive, and their articles in SQLite's file."""
    ended = select(Run.id, Run.started_at).where(Run.spider == "articles", Run.ended_at.is_not(None))
    nights = connection.execute(ended.order_by(Run.id.desc()).limit(GROWTH_NIGHTS)).all()
    if len(nights) < 2:
        return None
    first = nights[-1].id
    stored = connection.execute(select(func.count()).where(StoredArticle.run_id >= first)).scalar_one()
    files = archive.list_files() if archive.folder is not None else []
    names = [(file, parse_own_name(file.name)) for file in files]
    archived = sum(file.size for file, name in names if name is not None and name.run >= first)
    added = archived + stored * per_article
    days = _count_days(nights[-1].started_at, nights[0].started_at) * len(nights) / (len(nights) - 1)
    return Growth(len(nights), round(added / len(nights)), round(added / max(days, 1.0)))


def _count_days(first: datetime, last: datetime) -> float:
    return (last - first).total_seconds() / _DAY


def _find_existing(folder: Path) -> Path:
    """Return the folder, or the one in which it would be made: a store of a server may have no archive here."""
    whole = folder.absolute()
    return next(path for path in (whole, *whole.parents) if path.exists())


def _measure_folder(folder: Path) -> int:
    total = 0
    for path in folder.rglob("*") if folder.is_dir() else ():
        try:
            total += path.stat().st_size if path.is_file() else 0
        except FileNotFoundError:  # a crawl has deleted it meanwhile
            continue
    return total
