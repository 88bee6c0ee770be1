"""The days of a site that are not settled: pages of these days came, went or changed since it was settled last.

The caller holds the transaction.
"""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import Connection, bindparam, delete, insert, select

from storage.models import StoredArticle, UnsettledDay

EVERYTHING = ""  # instead of a day: what was learnt from the pages of all days
_ROW = UnsettledDay.__table__.c
_MARKED = select(_ROW.day).where(_ROW.site == bindparam("site"), _ROW.day == bindparam("day"))
_MARK = insert(UnsettledDay)
_STORED = select(StoredArticle.site, StoredArticle.published_at, StoredArticle.fetched_at).where(
    StoredArticle.id == bindparam("name")
)


def mark_unsettled(connection: Connection, site: str, moment: datetime | None = None) -> None:
    """Note that a page of this date came or changed; without a date, that the whole site is to be settled."""
    day = EVERYTHING if moment is None else moment.astimezone(UTC).date().isoformat()
    row = {"site": site, "day": day}
    if connection.execute(_MARKED, row).first() is None:
        connection.execute(_MARK, row)


def mark_page_unsettled(connection: Connection, article_id: str) -> None:
    """Note that the stored page with this id changes, moves or goes; do nothing if none is stored."""
    stored = connection.execute(_STORED, {"name": article_id}).one_or_none()
    if stored is not None:
        mark_unsettled(connection, stored.site, stored.published_at or stored.fetched_at)


def list_unsettled_days(connection: Connection, site: str) -> list[str]:
    """Return the days of a site that are not settled, in ISO form and in order; EVERYTHING is the first."""
    return list(connection.scalars(select(_ROW.day).where(_ROW.site == site).order_by(_ROW.day)))


def forget_unsettled_days(connection: Connection, site: str) -> None:
    """Note that a site is settled."""
    connection.execute(delete(UnsettledDay).where(_ROW.site == site))
