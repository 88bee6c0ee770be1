"""What is kept of single pages for their site's memory: which of them it is learnt from, what each of them told, and
what of the memory each text depends on.

Observations and traces are packed by `cleaning.memory`, of which the store knows nothing. The transaction is the
caller's.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, and_, delete, func, insert, select

from storage.models import StoredArticle, StoredObservation, Trace
from storage.warc import Place

_LOOKUP = 500  # ids a query: SQLite allows 32,766 variables, older builds 999


class TracedPage(NamedTuple):
    """A stored page, where it is archived, and what its text depends on: `digest` and `data` as `keep_trace` got them.

    Both are None where no trace was kept.
    """

    id: str
    url: str
    site: str
    fetched_at: datetime
    place: Place
    cleaner_version: str  # that made its text
    digest: str | None
    data: bytes | None
    rejected: str | None = None  # why the stored page is no article


def site_names(connection: Connection) -> list[str]:
    """The sites of which a page is stored, in order."""
    names: list[str] = []
    # One look into the index a site; DISTINCT would read an entry for every article there is.
    newest = func.min(StoredArticle.site)
    while (
        name := connection.scalar(select(newest).where(StoredArticle.site > (names[-1] if names else "")))
    ) is not None:
        names.append(name)
    return sorted(names)


def sample(connection: Connection, site: str, *, window: int, size: int) -> list[str]:
    """Ids of the pages that a site's memory is learnt from, in order: at most `size` of its `window` newest pages.

    A page is as new as it says, or where it does not say as its fetch; of two that are alike the first by id comes
    first. Of the window those with the smallest ids are taken: as good as drawn by lot, since an id is a hash of the
    address, and the same in whichever order they came. Pages without a place in the archive do not count, since they
    could not be looked at again; rejected ones do: what they told says that they are.
    """
    newest = (
        select(StoredArticle.id)
        .where(StoredArticle.site == site, StoredArticle.archive_file.is_not(None))
        .order_by(func.coalesce(StoredArticle.published_at, StoredArticle.fetched_at).desc(), StoredArticle.id)
        .limit(window)
        .subquery()
    )
    return list(connection.scalars(select(newest.c.id).order_by(newest.c.id).limit(size)))


def keep_observation(
    connection: Connection, name: str, site: str, version: str, fetched_at: datetime, data: bytes
) -> None:
    """Keeps what the page of article `name`, fetched at that time, told to this version of the cleaner.

    What it told before is forgotten. The article is stored already.
    """
    connection.execute(delete(StoredObservation).where(StoredObservation.article_id == name))
    connection.execute(
        insert(StoredObservation).values(
            article_id=name, site=site, cleaner_version=version, fetched_at=fetched_at, data=data
        )
    )


def observations(connection: Connection, site: str, names: Collection[str], version: str) -> dict[str, bytes]:
    """What those of the pages `names` told that were observed by this version of the cleaner as they are stored now.

    A page that was fetched again since, or is another site's now, is not among them: it is to be observed again.
    """
    row = StoredObservation
    current = (
        select(row.article_id, row.data)
        .join(StoredArticle, and_(StoredArticle.id == row.article_id, StoredArticle.fetched_at == row.fetched_at))
        .where(row.site == site, StoredArticle.site == site, row.cleaner_version == version)
    )
    return {
        name: data
        for some in _batches(names)
        for name, data in connection.execute(current.where(row.article_id.in_(some)))
    }


def forget_observations(connection: Connection, site: str, keep: Collection[str]) -> int:
    """Forgets what pages of a site told that are not among `keep`; answers how many they were."""
    told = connection.scalars(select(StoredObservation.article_id).where(StoredObservation.site == site))
    forgotten = set(told).difference(keep)
    for some in _batches(forgotten):
        connection.execute(delete(StoredObservation).where(StoredObservation.article_id.in_(some)))
    return len(forgotten)


def keep_trace(connection: Connection, name: str, digest: str, data: bytes) -> None:
    """Keeps what of its site's memory the stored text of article `name` depends on, and what that was like then.

    It belongs to the text: keep one in the same transaction as every text that is cleaned.
    """
    connection.execute(delete(Trace).where(Trace.article_id == name))
    connection.execute(insert(Trace).values(article_id=name, digest=digest, data=data))


def traces(connection: Connection, site: str, *, after: str = "", limit: int) -> list[TracedPage]:
    """The first `limit` pages of a site whose id comes after `after`, in order of their ids; those in the archive only.

    The id of the last one is where to go on, also after a kill.
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
            Trace.digest,
            Trace.data,
        )
        .join(Trace, Trace.article_id == page.id, isouter=True)
        .where(page.site == site, page.id > after, page.archive_file.is_not(None))
        .order_by(page.id)
        .limit(limit)
    )
    return [
        TracedPage(
            row.id,
            row.url,
            row.site,
            row.fetched_at,
            Place(row.archive_file, row.archive_offset),
            row.cleaner_version,
            row.digest,
            row.data,
            row.rejected,
        )
        for row in rows
    ]


def _batches(names: Collection[str]) -> Iterator[list[str]]:
    ordered = sorted(names)
    for start in range(0, len(ordered), _LOOKUP):
        yield ordered[start : start + _LOOKUP]
