"""Stores the observations of pages and the memory dependencies of their texts.

`cleaning.memory` packs both; the store does not read them. The caller holds the transaction.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, and_, bindparam, delete, func, insert, select

from storage.archive.location import ArchiveLocation
from storage.archive.part_locations import ArchivedPart, load_parts
from storage.database.query_batches import split_for_queries
from storage.models import StoredArticle, StoredMemoryDependency, StoredObservation

_DELETE_OBSERVATION = delete(StoredObservation).where(StoredObservation.article_id == bindparam("name"))
_INSERT_OBSERVATION = insert(StoredObservation)
_DELETE_DEPENDENCY = delete(StoredMemoryDependency).where(StoredMemoryDependency.article_id == bindparam("name"))
_INSERT_DEPENDENCY = insert(StoredMemoryDependency)


class PageDependency(NamedTuple):
    """A stored page, its archive location, and the part of the site memory that its text depends on.

    `digest` and `data` are those of its `TextDependency`; None if none was stored.
    """

    id: str
    url: str
    site: str
    fetched_at: datetime
    location: ArchiveLocation
    cleaner_version: str  # of the cleaner that made its text
    digest: str | None
    data: bytes | None
    rejected: str | None = None  # reason of the rejection; None for an article
    parts: tuple[ArchivedPart, ...] = ()  # the further pages of its article


def list_sites(connection: Connection) -> list[str]:
    """Return the names of the sites with a stored page, in order."""
    names: list[str] = []
    # One index look-up a site; DISTINCT would read an index entry for every article.
    newest = func.min(StoredArticle.site)
    while (
        name := connection.scalar(select(newest).where(StoredArticle.site > (names[-1] if names else "")))
    ) is not None:
        names.append(name)
    return sorted(names)


def sample_pages(connection: Connection, site: str, *, window: int, size: int) -> list[str]:
    """Return the ids of the pages that a site's memory is learnt from, in order: `size` of its `window` newest pages.

    A page is as new as its stated publication, or else its fetch; equally new pages are ordered by id. The pages with
    the smallest ids of the window are taken. This is as good as a random sample, because an id is a hash of the
    address, and it does not depend on the order of arrival. Pages that are not archived are left out, because they
    cannot be observed again. Rejected pages are included; their observation says that they are rejected.
    """
    newest = (
        select(StoredArticle.id)
        .where(StoredArticle.site == site, StoredArticle.archive_file.is_not(None))
        .order_by(func.coalesce(StoredArticle.published_at, StoredArticle.fetched_at).desc(), StoredArticle.id)
        .limit(window)
        .subquery()
    )
    return list(connection.scalars(select(newest.c.id).order_by(newest.c.id).limit(size)))


class PageObservation(NamedTuple):
    """The observation of the stored page with the id `name`, by this version of the cleaner.

    `fetched_at` is the fetch that was observed.
    """

    name: str
    site: str
    version: str
    fetched_at: datetime
    data: bytes


def save_observations(
    connection: Connection, observations: Sequence[PageObservation], *, are_first: bool = False
) -> None:
    """Store the observations of pages, in place of earlier ones. `are_first`: there are no earlier ones."""
    if observations and not are_first:
        connection.execute(_DELETE_OBSERVATION, [{"name": one.name} for one in observations])
    if observations:
        rows = [
            {
                "article_id": one.name,
                "site": one.site,
                "cleaner_version": one.version,
                "fetched_at": one.fetched_at,
                "data": one.data,
            }
            for one in observations
        ]
        connection.execute(_INSERT_OBSERVATION, rows)


def load_observations(connection: Connection, site: str, names: Collection[str], version: str) -> dict[str, bytes]:
    """Return the current observations of these pages by id: those that this version of the cleaner made.

    Leaves out a page that was fetched again since, or that belongs to another site now: it must be observed again.
    """
    row = StoredObservation
    current = (
        select(row.article_id, row.data)
        .join(StoredArticle, and_(StoredArticle.id == row.article_id, StoredArticle.fetched_at == row.fetched_at))
        .where(row.site == site, StoredArticle.site == site, row.cleaner_version == version)
    )
    return {
        name: data
        for some in split_for_queries(sorted(names))
        for name, data in connection.execute(current.where(row.article_id.in_(some)))
    }


def delete_observations(connection: Connection, site: str, keep: Collection[str]) -> int:
    """Delete the observations of a site except those of the pages `keep`, and return how many were deleted."""
    stored = connection.scalars(select(StoredObservation.article_id).where(StoredObservation.site == site))
    outdated = set(stored).difference(keep)
    for some in split_for_queries(sorted(outdated)):
        connection.execute(delete(StoredObservation).where(StoredObservation.article_id.in_(some)))
    return len(outdated)


class TextDependency(NamedTuple):
    """The part of the site memory that the text of the stored page with the id `name` depends on.

    `digest` is the fingerprint of that part when the text was cleaned.
    """

    name: str
    digest: str
    data: bytes


def save_memory_dependencies(
    connection: Connection, dependencies: Sequence[TextDependency], *, are_first: bool = False
) -> None:
    """Store on which part of the site memory each of these texts depends.

    Call this in the transaction that stores the texts, for every text that is cleaned. `are_first`: there are none of
    earlier texts.
    """
    if dependencies and not are_first:
        connection.execute(_DELETE_DEPENDENCY, [{"name": one.name} for one in dependencies])
    if dependencies:
        rows = [{"article_id": one.name, "digest": one.digest, "data": one.data} for one in dependencies]
        connection.execute(_INSERT_DEPENDENCY, rows)


def delete_memory_dependency(connection: Connection, name: str) -> None:
    """Forget what the text of a page depends on: it is due to be cleaned again."""
    connection.execute(_DELETE_DEPENDENCY, {"name": name})


def load_page_dependencies(connection: Connection, site: str, *, after: str = "", limit: int) -> list[PageDependency]:
    """Return the next `limit` archived pages of a site in order of their ids, beginning behind the id `after`.

    Continue with the id of the last one, also after a kill.
    """
    page = StoredArticle
    rows = connection.execute(
        select(
            page.id,
            page.url,
            page.site,
            page.fetched_at,
            page.archive_file,
            page.archive_offset,
            page.cleaner_version,
            page.rejected,
            StoredMemoryDependency.digest,
            StoredMemoryDependency.data,
        )
        .join(StoredMemoryDependency, StoredMemoryDependency.article_id == page.id, isouter=True)
        .where(page.site == site, page.id > after, page.archive_file.is_not(None))
        .order_by(page.id)
        .limit(limit)
    ).all()
    parts = load_parts(connection, [row.id for row in rows])
    return [
        PageDependency(
            row.id,
            row.url,
            row.site,
            row.fetched_at,
            ArchiveLocation(row.archive_file, row.archive_offset),
            row.cleaner_version,
            row.digest,
            row.data,
            row.rejected,
            parts.get(row.id, ()),
        )
        for row in rows
    ]
