"""Mark articles as gone whose address answers with 404 or 410 twice, a night or more apart, and take the mark away.

A gone article stays in the store as it is. The mark is set at the end of a run, when it is known what else the site
answered: a site all of whose pages are missing has failed, and has deleted nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from enum import Enum, auto
from typing import Any

from sqlalchemy import Connection, Select, and_, bindparam, func, select, update

from storage.articles.saving import make_article_id
from storage.database.query_batches import split_for_queries
from storage.database.types import UTCDateTime
from storage.frontier.addresses import AddressState, Lease
from storage.frontier.lease_rows import LEASED, make_leases
from storage.frontier.rechecks import NIGHT, RecheckPlan
from storage.models import Address, StoredArticle

_ROW = StoredArticle.__table__.c
_STORED: Select[Any] = select(_ROW.rejected, _ROW.gone_at).where(_ROW.id == bindparam("name"))

_WAS_MISSING = and_(Address.state == AddressState.GONE, Address.missing_at.is_not(None))
_WAS_SEEN = and_(Address.state == AddressState.DONE, Address.reason.is_(None))
_SINCE = bindparam("since", type_=UTCDateTime)
_IN_SITES = Address.site.in_(bindparam("sites", expanding=True))
_MISSING: Select[*tuple[Any, ...]] = (
    select(*LEASED, Address.site, Address.ended_at)
    .where(_IN_SITES, _WAS_MISSING, Address.ended_at > _SINCE)
    .order_by(Address.site, Address.id)
)
_COUNT_SEEN: Select[str, int] = (
    select(Address.site, func.count()).where(_IN_SITES, _WAS_SEEN, Address.ended_at > _SINCE).group_by(Address.site)
)


class Missing(Enum):
    """What the answer 404 or 410 says of the article at its address."""

    NO_ARTICLE = auto()  # none is stored
    UNSURE = auto()  # it may be there again the next night
    AGAIN = auto()  # so it answered a night ago, too: the end of the run decides whether it is gone
    STILL_GONE = auto()


def record_missing(connection: Connection, lease: Lease, *, plan: RecheckPlan, now: datetime) -> Missing:
    """Record the answer 404 or 410 of an address that was just settled as GONE.

    The first such answer plans a second look for the next night, whether a source lists the address then or not. After
    the second one `load_missing` returns the address, until its article is marked.
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
    if stored.gone_at is None:
        return Missing.AGAIN
    _plan_next(connection, lease, plan=plan, now=now)
    return Missing.STILL_GONE


def load_missing(connection: Connection, sites: Iterable[str], *, now: datetime) -> list[tuple[Lease, datetime]]:
    """Return the addresses of these sites that are missing for good, as they were leased, and when they answered so.

    They answered so within the last night, and a night or more after the first such answer, and their articles have no
    mark yet. The addresses of a site are left out if fewer of its pages and lists were there in that night than
    articles were missing: then the site has failed, and they are looked at again when they have rested.
    """
    found: list[tuple[Lease, datetime]] = []
    for some in split_for_queries(sorted(sites)):
        rows = connection.execute(_MISSING, {"sites": some, "since": now - NIGHT}).all()
        missing = Counter(row.site for row in rows)
        seen: dict[str, int] = dict(
            connection.execute(_COUNT_SEEN, {"sites": sorted(missing), "since": now - NIGHT}).tuples().all()
        )
        for row in rows:
            if row.missing_at + NIGHT <= row.ended_at and missing[row.site] <= seen.get(row.site, 0):
                found += [(lease, row.ended_at) for lease in make_leases([row], row.site, is_recheck=True)]
    return found


def mark_gone(connection: Connection, lease: Lease, *, plan: RecheckPlan, now: datetime) -> bool:
    """Mark the article of a missing address as gone since its first such answer; return False if it cannot be.

    It cannot be if there is none, or it has the mark already.
    """
    there = (_ROW.id == make_article_id(lease.url), _ROW.rejected.is_(None), _ROW.gone_at.is_(None))
    if not connection.execute(update(StoredArticle).where(*there).values(gone_at=lease.missing_at)).rowcount:
        return False
    _plan_next(connection, lease, plan=plan, now=now)
    return True


def _plan_next(connection: Connection, lease: Lease, *, plan: RecheckPlan, now: datetime) -> None:
    """Plan the re-check that follows of an address whose article is gone."""
    first = lease.first_fetched_at
    _plan(connection, lease, recheck_at=None if first is None else plan.find_next(first, now))


def record_return(connection: Connection, name: str, *, fetched_at: datetime) -> bool:
    """Take the mark from an article whose page is there again; return whether it had one."""
    is_back = (_ROW.id == name, _ROW.gone_at <= fetched_at)
    return connection.execute(update(StoredArticle).where(*is_back).values(gone_at=None)).rowcount > 0


def _plan(connection: Connection, lease: Lease, **values: datetime | None) -> None:
    connection.execute(update(Address).where(Address.id == lease.id).values(**values))
