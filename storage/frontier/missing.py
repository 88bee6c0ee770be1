"""Mark articles as gone whose address answers with 404 or 410 twice, a night or more apart, and take the mark away.

A gone article stays in the store as it is.
"""

from __future__ import annotations

from datetime import datetime
from enum import Enum, auto
from typing import Any

from sqlalchemy import Connection, Select, bindparam, select, update

from storage.articles.saving import make_article_id
from storage.frontier.addresses import Lease
from storage.frontier.rechecks import NIGHT, RecheckPlan
from storage.models import Address, StoredArticle

_ROW = StoredArticle.__table__.c
_STORED: Select[Any] = select(_ROW.rejected, _ROW.gone_at).where(_ROW.id == bindparam("name"))


class Missing(Enum):
    """What the answer 404 or 410 says of the article at its address."""

    NO_ARTICLE = auto()  # none is stored
    UNSURE = auto()  # it may be there again the next night
    MARKED = auto()  # it is gone now
    STILL_GONE = auto()


def record_missing(connection: Connection, lease: Lease, *, plan: RecheckPlan, now: datetime) -> Missing:
    """Record the answer 404 or 410 of an address that was just settled as GONE.

    The first such answer plans a second look for the next night, whether a source lists the address then or not. The
    second one marks the article: it is gone since the first.
    """
    name = make_article_id(lease.url)
    stored = connection.execute(_STORED, {"name": name}).one_or_none()
    if stored is None or stored.rejected is not None:
        return Missing.NO_ARTICLE
    since = lease.missing_at
    if since is None:
        again_at = now + NIGHT
        _plan(connection, lease, missing_at=now, recheck_at=again_at if plan.after else None, due_at=again_at)
        return Missing.UNSURE
    if now < since + NIGHT:
        return Missing.UNSURE
    first = lease.first_fetched_at
    _plan(connection, lease, recheck_at=None if first is None else plan.find_next(first, now))
    if stored.gone_at is not None:
        return Missing.STILL_GONE
    connection.execute(update(StoredArticle).where(_ROW.id == name).values(gone_at=since))
    return Missing.MARKED


def record_return(connection: Connection, name: str, *, fetched_at: datetime) -> bool:
    """Take the mark from an article whose page is there again; return whether it had one."""
    is_back = (_ROW.id == name, _ROW.gone_at <= fetched_at)
    return connection.execute(update(StoredArticle).where(*is_back).values(gone_at=None)).rowcount > 0


def _plan(connection: Connection, lease: Lease, **values: datetime | None) -> None:
    connection.execute(update(Address).where(Address.id == lease.id).values(**values))
