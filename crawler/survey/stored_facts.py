"""Loads from the store what a survey must know: hosts on hold, and the newest articles of each site."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from cleaning.errors import DatabaseMissing, StoreOutdated
from storage.database.engine import make_database_url, open_for_reading, open_read_only
from storage.frontier.hosts import Hold, load_holds
from storage.models import StoredArticle
from storage.site_memory.observations import sample_pages

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import TypeVar

    from scrapy.settings import BaseSettings
    from sqlalchemy import Connection

    T = TypeVar("T")

_LOOKED_THROUGH = 40  # newest pages of a site, among which its long articles are
MIN_LENGTH = 1_000  # characters of a stored article that a new fetch is compared with


class KnownArticle(NamedTuple):
    """An article of the store."""

    url: str
    text: str


def load_current_holds(settings: BaseSettings) -> list[Hold]:
    """Return the hosts of which nothing may be asked now; none where there is no store."""
    now = datetime.now(UTC)
    return read_store(settings, lambda connection: [hold for hold in load_holds(connection) if hold.until > now], [])


def load_newest_articles(settings: BaseSettings, sites: Iterable[str], most: int) -> dict[str, list[KnownArticle]]:
    """Return the newest long articles of each site that has some in the store; empty where there is no store."""

    def load(connection: Connection) -> dict[str, list[KnownArticle]]:
        table, found = StoredArticle, {}
        for site in sites:
            # By an index that holds all it needs: the conditions below would go through the texts of the whole site.
            newest = sample_pages(connection, site, window=_LOOKED_THROUGH, size=_LOOKED_THROUGH)
            rows = connection.execute(
                select(table.url, table.text, table.rejected, table.duplicate_of)
                .where(table.id.in_(newest))
                .order_by(table.fetched_at.desc(), table.id)
            )
            articles = [
                KnownArticle(row.url, row.text)
                for row in rows
                if row.rejected is None and row.duplicate_of is None and len(row.text) >= MIN_LENGTH
            ]
            if articles:
                found[site] = articles[:most]
        return found

    return read_store(settings, load, {})


def read_store(settings: BaseSettings, read: Callable[[Connection], T], otherwise: T) -> T:
    """Return what `read` finds in the store; `otherwise` if none can be read: the quick check tells why."""
    try:
        engine = open_read_only(make_database_url(Path(settings["DATA_DIR"]), settings.get("DATABASE_URL")))
    except (DatabaseMissing, StoreOutdated):
        return otherwise
    try:
        with open_for_reading(engine) as connection:
            return read(connection)
    except DBAPIError:
        return otherwise
    finally:
        engine.dispose()
