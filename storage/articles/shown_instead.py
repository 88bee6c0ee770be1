"""Rejects stored pages that a site showed instead of its articles, and reads the texts of those that were rejected."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, delete, select, update

from storage.articles.story_lock import lock_stories
from storage.models import StoredArticle, StoredObservation

_ROW = StoredArticle.__table__.c
_REMEMBERED = 20  # pages of a site: more than it has walls


def reject_stored_page(connection: Connection, name: str, reason: str) -> None:
    """Mark a stored page as rejected, and forget its observation: nothing is learnt of a site from it.

    The caller judges its duplicates again.
    """
    lock_stories(connection)
    connection.execute(update(StoredArticle).where(_ROW.id == name).values(rejected=reason))
    connection.execute(delete(StoredObservation).where(StoredObservation.article_id == name))


def load_rejected_texts(
    connection: Connection, sites: Collection[str], reason: str
) -> dict[str, list[tuple[str, str]]]:
    """Return headline key and text of the last pages of each site that were rejected for this reason, each once."""
    found: dict[str, list[tuple[str, str]]] = {}
    for site in sites:
        rows = connection.execute(
            select(_ROW.headline_key, _ROW.text)
            .where(_ROW.site == site, _ROW.rejected == reason)
            .order_by(_ROW.fetched_at.desc())
            .limit(_REMEMBERED)
        )
        found[site] = list(dict.fromkeys((row.headline_key, row.text) for row in rows))
    return found
