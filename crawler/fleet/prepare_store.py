"""What is done to a store before the crawls of a worker: they join a run, and leave it to whoever started them."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import URL

from cleaning.errors import DatabaseMissing
from crawler.run.open_archive import repair_after_kill
from crawler.run.search_backlog import index_search_backlog
from crawler.storing.deduplicate import index_missing_articles
from storage.database.engine import open_database
from storage.database.locks import claim_database


def prepare_store(url: URL, archive: Path | None) -> bool:
    """Repair the archive and index what an older version has stored; return False while others crawl.

    Then the first of them has done so. `archive` is the folder of the archive; None: it is elsewhere, in whole objects.
    """
    engine = open_database(url, upgrade=False)
    try:
        with claim_database(engine):
            index_missing_articles(engine)
            index_search_backlog(engine)
            if archive is not None:
                repair_after_kill(engine, archive)
    except DatabaseMissing:
        return False
    finally:
        engine.dispose()
    return True
