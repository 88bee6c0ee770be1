"""Takes articles down, in an order that a kill cannot turn round.

1. The store: each page goes with its blocks, revisions and index entries, in the transaction that writes its tombstone.
2. The sites: what was learnt from the pages is learnt again without them, and articles that depend on it are cleaned
   again, as at the end of a crawl.
3. The archive: its records are erased. Only then its tombstone says that it is done, so that the next `scrapy remove`
   does what a killed one left of all three.
"""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Row

from crawler.recleaning.limits import SPOOL_NAME
from crawler.recleaning.site_readings import discard_site_readings
from crawler.storing.deduplicate import deduplicate
from storage.archive.place import CACHE_FOLDER, WORK_FOLDER
from storage.articles.erasing import (
    ErasablePage,
    empty_journal,
    erase_page,
    list_pages_of_site,
    load_erasable_pages,
    mark_erasable,
    overwrite_deleted,
)
from storage.articles.tombstones import (
    REMOVED,
    add_removed_site,
    add_tombstones,
    list_removed_sites,
    list_tombstones,
)
from storage.database.engine import open_for_reading
from storage.frontier.settling import forget_site, refuse_removed
from storage.search.index import purge_index
from storage.site_memory.memories import forget_memory

_BATCH = 50  # pages a transaction

Report = Callable[[int], None]  # how many pages are erased


def remove_pages(engine: Engine, pages: Iterable[ErasablePage], *, now: datetime, reason: str | None) -> Counter[str]:
    """Erase stored pages, in one transaction; return what went, by name."""
    with engine.begin() as connection:
        overwrite_deleted(connection)
        return _remove(connection, pages, now, reason)


def refuse_address(engine: Engine, url: str, site: str, *, now: datetime, reason: str | None) -> None:
    """Take down an address of which nothing is stored: it is not asked for, and no page of it is stored."""
    with engine.begin() as connection:
        add_tombstones(connection, [(url, site, ())], removed_at=now, reason=reason)
        refuse_removed(connection, [url], reason=REMOVED, now=now)


def remove_site(engine: Engine, site: str, report: Report, *, now: datetime, reason: str | None) -> Counter[str]:
    """Erase all pages of a site, its addresses and what was learnt of it; return what went, by name."""
    gone = Counter[str]()
    with engine.begin() as connection:  # first: from now on no page of it is stored
        add_removed_site(connection, site, removed_at=now, reason=reason)
    while True:
        with engine.begin() as connection:
            overwrite_deleted(connection)
            names = list_pages_of_site(connection, site, _BATCH)
            gone += _remove(connection, load_erasable_pages(connection, names), now, reason)
            if not names:
                forget_site(connection, site)
                forget_memory(connection, site)
                return gone
        report(gone["pages"])


def list_due(engine: Engine) -> tuple[list[Row[Any]], list[str]]:
    """Return what is not done yet: the sites to be taken down, as rows, and the names of those to be learnt again."""
    with open_for_reading(engine) as connection:
        sites = list_removed_sites(connection)
        due = {row.site for row in list_tombstones(connection) if row.records is not None}
    return [row for row in sites if not row.is_erased], sorted(due.difference(row.site for row in sites))


def discard_recleaning(data_dir: Path) -> None:
    """Discard an unfinished recleaning, what cleaning saw of pages, and copies of raw pages: all hold texts.

    First of all, because what goes on with them finds the texts.
    """
    (data_dir / SPOOL_NAME).unlink(missing_ok=True)
    discard_site_readings(data_dir)
    for name in (CACHE_FOLDER, WORK_FOLDER):  # of an archive elsewhere
        shutil.rmtree(data_dir / name, ignore_errors=True)


def discard_copies(engine: Engine) -> None:
    """Discard what may hold a copy of what was erased: former words of the search index, and the journal of SQLite."""
    with engine.begin() as connection:
        overwrite_deleted(connection)
        purge_index(connection)
    empty_journal(engine)


def _remove(connection: Connection, pages: Iterable[ErasablePage], now: datetime, reason: str | None) -> Counter[str]:
    gone = Counter[str]()
    for page in pages:
        mark_erasable(connection, page.id, REMOVED)
        deduplicate(connection, page.id)
        erase_page(connection, page.id)
        own = [one for one in page.locations if "/" not in one.file]
        rows = [(page.url, page.site, own), *((url, page.site, ()) for url in page.part_urls)]
        add_tombstones(connection, rows, removed_at=now, reason=reason)
        refuse_removed(connection, [page.url, *page.part_urls], reason=REMOVED, now=now)
        gone["pages"] += 1
        gone["revisions"] += page.revisions
        gone["foreign records"] += len(page.locations) - len(own)
    return gone
