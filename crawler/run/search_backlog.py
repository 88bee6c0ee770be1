"""Index for `scrapy search` what an older version of Broadsheet stored, and show how far it is."""

from __future__ import annotations

from sqlalchemy import Engine

from storage.database.engine import open_for_reading
from storage.search.index import count_backlog, index_backlog

LOG_INTERVAL = 30.0  # seconds between two log lines, where there is no terminal for a bar


def index_search_backlog(engine: Engine) -> int:
    """Index every article that is not in the search index yet, and return how many; goes on after an interruption."""
    with open_for_reading(engine) as connection:
        if not count_backlog(connection):
            return 0
    from crawler.terminal.progress import show_progress  # noqa: PLC0415 (an index is hardly ever incomplete)

    with show_progress("indexing for scrapy search:", "articles", every=LOG_INTERVAL) as report:
        return index_backlog(engine, report)
