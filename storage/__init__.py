"""Stores what a crawl finds: the frontier, articles and runs (SQLAlchemy), raw pages (WARC), and releases of them.

archive/        raw pages in WARC files: write, read back, repair
articles/       articles, their revisions, the index of near-duplicates, stories
database/       open the database, write to it, retry while it fails
export/         releases: select articles, write their files, verify and compare
frontier/       every address ever offered: offer, lease and settle them; hosts on hold
completeness/   how complete a night was, and what no source listed
nights/         the nights of each site as series of numbers, and what was found of them
migrations/     the schema, version by version (Alembic)
models/         the tables and their columns
runs.py         the row of each crawl: when it began, how it ended
run_parts.py    what the crawls of a shared run count, by site, until it ends
search/         full-text search over headlines and texts
site_memory/    observations of pages, and what was learnt of each site from them
reading/        what `from storage import open_store` gives: the store as a Python program reads it
upkeep/         keep a store in order as it grows: how large it is, whether it is sound, what may go, where it moves
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from storage.reading.article_record import ArticleRecord
    from storage.reading.open_store import open_store
    from storage.reading.raw_page import RawPage
    from storage.reading.store import Store

__all__ = ["ArticleRecord", "RawPage", "Store", "open_store"]

# A name is looked up when it is first used: `import storage.x` must not load SQLAlchemy and all of the reading room.
_MODULES = {
    "ArticleRecord": "storage.reading.article_record",
    "RawPage": "storage.reading.raw_page",
    "Store": "storage.reading.store",
    "open_store": "storage.reading.open_store",
}


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(_MODULES[name]), name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
