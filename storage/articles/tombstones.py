"""Remembers what was taken down, so that it is never stored again. The caller holds the transaction."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, exists, insert, select, update

from storage.archive.location import ArchiveLocation
from storage.articles.saving import make_article_id
from storage.database.query_batches import split_for_queries
from storage.models import RemovedSite, Tombstone

_ANY = select(
    exists().select_from(RemovedSite).where(RemovedSite.site == bindparam("site")).label("is_removed_site"),
    exists().select_from(Tombstone).label("has_tombstones"),
)
_REMOVED_SITE = select(RemovedSite.removed_at).where(RemovedSite.site == bindparam("site"))
REMOVED = "removed"  # the reason of addresses and pages that were taken down


def find_removed_urls(connection: Connection, site: str, urls: Collection[str]) -> set[str]:
    """Return those of these canonical URLs that were taken down: all of them, if their site was."""
    is_site_removed, is_any_removed = connection.execute(_ANY, {"site": site}).one()
    if is_site_removed:
        return set(urls)
    if not is_any_removed:
        return set()  # the usual case
    names = {make_article_id(url): url for url in urls}
    return {
        names[name]
        for some in split_for_queries(sorted(names))
        for name in connection.scalars(select(Tombstone.article_id).where(Tombstone.article_id.in_(some)))
    }


def has_removed(connection: Connection, site: str) -> bool:
    """Return whether the site was taken down, or any article of any site."""
    return any(connection.execute(_ANY, {"site": site}).one())


def is_removed_site(connection: Connection, site: str) -> bool:
    return find_removed_site(connection, site) is not None


def find_removed_site(connection: Connection, site: str) -> datetime | None:
    """Return when a site was taken down, None if it was not."""
    return connection.execute(_REMOVED_SITE, {"site": site}).scalar_one_or_none()


def add_tombstones(
    connection: Connection,
    rows: Sequence[tuple[str, str, Sequence[ArchiveLocation]]],
    *,
    removed_at: datetime,
    reason: str | None = None,
) -> None:
    """Take down articles: canonical URL, site, and where the archive has pages of it.

    One that was taken down before keeps its day and reason; its records are erased, too.
    """
    for url, site, locations in rows:
        name, records = make_article_id(url), [[one.file, one.offset] for one in locations]
        known = connection.execute(select(Tombstone.records).where(Tombstone.article_id == name)).one_or_none()
        if known is None:
            values = {"url": url, "site": site, "removed_at": removed_at, "reason": reason, "records": records}
            connection.execute(insert(Tombstone).values(article_id=name, **values))
        elif records:
            every = [*(known.records or ()), *(one for one in records if one not in (known.records or ()))]
            connection.execute(update(Tombstone).where(Tombstone.article_id == name).values(records=every))


def add_removed_site(connection: Connection, site: str, *, removed_at: datetime, reason: str | None) -> None:
    """Take down a site. One that was taken down before keeps its day and reason, and is erased once more."""
    if is_removed_site(connection, site):
        connection.execute(update(RemovedSite).where(RemovedSite.site == site).values(is_erased=False))
    else:
        values = {"site": site, "removed_at": removed_at, "reason": reason, "is_erased": False}
        connection.execute(insert(RemovedSite).values(values))


def list_tombstones(connection: Connection) -> list[Row[Any]]:
    """Return the articles that were taken down: id, url, site, removed_at, reason, records; the last first."""
    row = Tombstone.__table__
    return list(connection.execute(select(row).order_by(row.c.removed_at.desc(), row.c.article_id)))


def list_removed_sites(connection: Connection) -> list[Row[Any]]:
    """Return the sites that were taken down: site, removed_at, reason, is_erased; the last first."""
    row = RemovedSite.__table__
    return list(connection.execute(select(row).order_by(row.c.removed_at.desc(), row.c.site)))


def mark_erased(connection: Connection, names: Collection[str], sites: Collection[str]) -> None:
    """Record that the archive holds no page of these articles (by id) and sites any more."""
    for some in split_for_queries(sorted(names)):
        connection.execute(update(Tombstone).where(Tombstone.article_id.in_(some)).values(records=None))
    connection.execute(update(RemovedSite).where(RemovedSite.site.in_(sites)).values(is_erased=True))


def lift_tombstone(connection: Connection, url: str) -> bool:
    """Allow that an article is stored again; return whether it had been taken down."""
    return bool(connection.execute(delete(Tombstone).where(Tombstone.article_id == make_article_id(url))).rowcount)


def lift_removed_site(connection: Connection, site: str) -> bool:
    """Allow that a site and its articles are stored again; return whether it had been taken down."""
    connection.execute(delete(Tombstone).where(Tombstone.site == site))
    return bool(connection.execute(delete(RemovedSite).where(RemovedSite.site == site)).rowcount)
