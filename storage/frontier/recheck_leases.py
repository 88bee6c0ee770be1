"""Leases articles that are to be looked at again because of their age, whether a source lists them or not.

An article of which nothing is asked otherwise has a time in `recheck_at`, in whatever state its last answer left it.
The lease gives it the last of all ranks. A lease that is returned, after a kill or a pause, waits under that rank, so
it stays behind what is new.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Integer, Select, and_, bindparam, func, or_, select, update

from storage.database.types import UTCDateTime
from storage.frontier.addresses import DISCOVERY_KINDS, AddressKind, AddressState, Lease
from storage.frontier.hosts import select_hosts_on_hold
from storage.frontier.lease_rows import LEASED, make_leases
from storage.frontier.rechecks import RECHECK_RANK, Recheck, RecheckPlan
from storage.models import Address

_NOW, _OLDEST = bindparam("now", type_=UTCDateTime), bindparam("oldest", type_=UTCDateTime)
_LEASE = (
    update(Address)
    .where(Address.id.in_(bindparam("ids", expanding=True)))
    .values(state=AddressState.LEASED, last_run=bindparam("run"), rank=RECHECK_RANK, tries=0)
)
_DROP = (
    update(Address).where(Address.site == bindparam("in_site"), Address.recheck_at <= _OLDEST).values(recheck_at=None)
)


def lease_rechecks(
    connection: Connection, site: str, *, limit: int, plan: RecheckPlan, run: int, now: datetime
) -> list[Lease]:
    """Lease up to `limit` articles of a site that are due for a re-check.

    First come those that were missing at the last answer, then the youngest: they change most. One that is later than
    the plan allows is left out, and so is one that rests after a night in vain, or whose host is on hold.
    """
    binds = {"site": site, "now": now, "oldest": now - plan.latest, "limit": limit}
    leases = make_leases(connection.execute(_make_due(), binds), site, is_recheck=True)
    if leases:
        connection.execute(_LEASE, {"ids": [lease.id for lease in leases], "run": run})
    return leases


def count_due_rechecks(connection: Connection, site: str, *, plan: RecheckPlan, now: datetime) -> int:
    """Return how many articles of a site are due for a re-check, or were leased for one and given back."""
    binds = {"site": site, "now": now, "oldest": now - plan.latest}
    due: int = connection.execute(_make_due_count(), binds).scalar_one()
    returned: int = connection.execute(_make_returned_count(), binds).scalar_one()
    return due + returned


def drop_missed_rechecks(connection: Connection, sites: Iterable[str], *, plan: RecheckPlan, now: datetime) -> None:
    """Forget the re-checks of these sites that are later than the plan allows."""
    places = [{"in_site": site, "oldest": now - plan.latest} for site in sites]
    if places and plan.after:
        connection.execute(_DROP, places)


def plan_target(connection: Connection, address: int, recheck: Recheck) -> None:
    """Plan the re-checks of an article that was fetched by the lease of another address, which redirects to it."""
    values = {"first_fetched_at": recheck.first_fetched_at, "recheck_at": recheck.at}
    connection.execute(update(Address).where(Address.id == address).values(values))


def _is_due() -> ColumnElement[bool]:
    return and_(
        Address.site == bindparam("site"),
        Address.recheck_at <= _NOW,
        Address.recheck_at > _OLDEST,
        # Negated, so that the index of re-checks is used, and not that of the leases.
        Address.state.not_in((AddressState.PENDING, AddressState.LEASED)),
        Address.kind.not_in(DISCOVERY_KINDS),
        or_(Address.reason.is_(None), Address.due_at <= _NOW),
        Address.host.not_in(select_hosts_on_hold(_NOW)),
    )


@cache
def _make_due() -> Select[*tuple[Any, ...]]:
    order = (Address.missing_at.is_(None), Address.first_fetched_at.desc(), Address.id)
    return select(*LEASED).where(_is_due()).order_by(*order).limit(bindparam("limit", type_=Integer))


@cache
def _make_due_count() -> Select[int]:
    return select(func.count()).select_from(Address).where(_is_due())


@cache
def _make_returned_count() -> Select[int]:
    return (
        select(func.count())
        .select_from(Address)
        .where(
            Address.site == bindparam("site"),
            Address.state == AddressState.PENDING,
            Address.kind == AddressKind.ARTICLE,
            Address.rank == RECHECK_RANK,
        )
    )
