"""What is kept beside a stored text of the page that it came from: what it told of its site, what it depends on."""

from __future__ import annotations

import logging
from datetime import datetime

from sqlalchemy import Connection

from cleaning.article import Article
from cleaning.errors import MemoryUnreadable
from cleaning.memory.site_memory import SiteMemory
from cleaning.memory.traces import Trace
from storage import articles
from storage.observations import TracedPage, keep_observation, keep_trace

logger = logging.getLogger(__name__)


def keep_sight(connection: Connection, site: str, article: Article, fetched_at: datetime) -> None:
    """Keeps what a page told of its site and what of the site's memory its text depends on, beside the stored text."""
    name = articles.article_id(article.url)
    keep_trace(connection, name, article.recalled, article.trace)
    if article.observation:
        keep_observation(connection, name, site, article.cleaner_version, fetched_at, article.observation)


def recalled(page: TracedPage, memory: SiteMemory | None) -> str:
    """A name for what a memory says of a page: where it is the same as when the page was cleaned, its text is.

    "" where what the text depends on cannot be read: then that is to be found out again.
    """
    try:
        trace = Trace.unpacked(page.data) if page.data else Trace.of(())
    except MemoryUnreadable as error:
        logger.warning("%s is cleaned again: %s", page.url, error)
        return ""
    return trace.digest(memory or SiteMemory())


def is_due(page: TracedPage, memory: SiteMemory) -> bool:
    """Whether a page would now be cleaned with other knowledge than its stored text was."""
    return page.data is None or recalled(page, memory) != page.digest
