"""What is done to a store before the crawls of a worker: they join a run, and leave it to whoever started them."""

from __future__ import annotations

import logging
from pathlib import Path

from sqlalchemy import URL

from cleaning.errors import DatabaseMissing
from crawler.run.search_backlog import index_search_backlog
from crawler.storing.deduplicate import index_missing_articles
from storage.archive.repair import repair_archive
from storage.database.engine import open_database, open_for_reading
from storage.database.locks import claim_database

logger = logging.getLogger(__name__)


def prepare_store(url: URL, archive: Path) -> bool:
    """Repair the archive and index what an older version has stored; return False while others crawl.

    Then the first of them has done so. `archive` is the folder of the archive on this machine.
    """
    engine = open_database(url, upgrade=False)
    try:
        with claim_database(engine):
            index_missing_articles(engine)
            index_search_backlog(engine)
            with open_for_reading(engine) as connection:
                repair_archive(connection, archive)
    except DatabaseMissing:
        return False
    except OSError as error:
        logger.warning("the newest file of the archive cannot be read: %s", error)
    finally:
        engine.dispose()
    return True
