"""The frontier: every address ever offered, its state, and when it is due.

An address is offered by discovery (storage.offering), leased to be fetched, and settled by what came of it:

    offer() -> PENDING -> lease() -> LEASED -> settle() -> DONE | GONE | REFUSED
                  ^                     |
                  +---- fail(), release() -> PENDING again, later; FAILED after its last try

Discovery (feeds, sitemaps, sections) is asked for once in every run; an article once, until its source says that it
changed since. All functions take a connection and leave the transaction to their caller, so that an article and the end
of its address are one commit.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, case, func, or_, select, true, update

from storage.addresses import GUESS, AddressKind, AddressState, Lease
from storage.models import Address

# A pause longer than this does not keep a run waiting.
PATIENCE = timedelta(seconds=60)

_DISCOVERY = [kind for kind in AddressKind if kind is not AddressKind.ARTICLE]  # a list, for the index's sake
_LEASED = (Address.id, Address.url, Address.kind, Address.depth, Address.source, Address.tries)


def lease(
    connection: Connection,
    site: str,
    *,
    most: int,
    articles: int | None,
    since: datetime | None,
    run: int,
    now: datetime,
) -> list[Lease]:
    """Hands out at most `most` addresses of a site that are due, discovery first, then the newest articles.

    `articles` is how many articles the run may still take from the site (none: no bound); where that many are due
    already, discovery goes no deeper than what the front page names, and guesses nothing. `since` leaves those alone
    whose source dates them before it. No article is handed out while discovery is under way: only after it is known
    which are newest.
    """
    due = and_(Address.site == site, Address.state == AddressState.PENDING, Address.due_at <= now)
    wanted = and_(due, Address.kind == AddressKind.ARTICLE, _not_before(since))
    discovery = and_(Address.kind.in_(_DISCOVERY), Address.last_run == run)
    if articles is not None and (articles <= 0 or _has(connection, wanted, skip=articles - 1)):
        named = and_(Address.depth <= case((Address.kind == AddressKind.SECTION, 0), else_=1), Address.source != GUESS)
        discovery = and_(discovery, named)
    kinds = case({kind: place for place, kind in enumerate(AddressKind)}, value=Address.kind)
    newest = (Address.rank, Address.id)
    leases = _leases(connection, site, select(*_LEASED).where(due, discovery).order_by(kinds, *newest).limit(most))
    under_way = or_(
        Address.state == AddressState.LEASED,
        and_(Address.state == AddressState.PENDING, Address.due_at <= now + PATIENCE),
    )
    if not leases and not _has(connection, Address.site == site, discovery, under_way):
        room = most if articles is None else max(0, min(most, articles))
        leases = _leases(connection, site, select(*_LEASED).where(wanted).order_by(*newest).limit(room))
    if leases:
        _set(connection, [lease.id for lease in leases], state=AddressState.LEASED, last_run=run)
    return leases


def next_due(
    connection: Connection, sites: Sequence[str], *, since: datetime | None, run: int, now: datetime
) -> datetime | None:
    """When the next address of these sites comes due after a pause, if that is soon enough for a run to wait for it."""
    soon = and_(
        Address.site.in_(sites),
        Address.state == AddressState.PENDING,
        Address.due_at > now,
        Address.due_at <= now + PATIENCE,
    )
    discovery = and_(Address.kind.in_(_DISCOVERY), Address.last_run == run)
    article = and_(Address.kind == AddressKind.ARTICLE, _not_before(since))
    return connection.execute(select(func.min(Address.due_at)).where(soon, or_(discovery, article))).scalar_one()


def settle(
    connection: Connection,
    address: int,
    state: AddressState,
    *,
    status: int | None = None,
    reason: str | None = None,
    now: datetime,
) -> None:
    """Ends a lease: nothing more is to be asked of this address until it is offered again."""
    fetched = {"fetched_at": now} if state is AddressState.DONE else {}
    _set(connection, [address], state=state, status=status, reason=reason, tries=0, due_at=now, **fetched)


def stop_guessing(connection: Connection, site: str, kind: AddressKind, *, run: int, now: datetime) -> None:
    """One guess has hit: the others of its kind need not be tried."""
    others = and_(Address.site == site, Address.kind == kind, Address.source == GUESS, Address.last_run == run)
    pending = and_(others, Address.state == AddressState.PENDING)
    connection.execute(update(Address).where(pending).values(state=AddressState.GONE, due_at=now, reason="not-needed"))


def fail(
    connection: Connection,
    address: int,
    *,
    pauses: Sequence[timedelta],
    reason: str,
    status: int | None = None,
    now: datetime,
) -> bool:
    """Notes a try that failed: PENDING after a pause, FAILED after the last one. Whether a run waits for the next try.

    `pauses` are those before the second, third ... try.
    """
    tries = connection.execute(select(Address.tries).where(Address.id == address)).scalar_one() + 1
    if tries > len(pauses):
        _set(connection, [address], state=AddressState.FAILED, reason=reason, status=status, tries=tries, due_at=now)
        return False
    pause = pauses[tries - 1]
    values = {"reason": reason, "status": status, "tries": tries, "due_at": now + pause}
    _set(connection, [address], state=AddressState.PENDING, **values)
    return pause <= PATIENCE


def postpone(connection: Connection, address: int, *, published_at: datetime) -> None:
    """Gives a lease back with the date that its page turned out to have, older than this run asks for."""
    _set(connection, [address], state=AddressState.PENDING, published_at=published_at)


def release(connection: Connection, addresses: Sequence[int] | None = None) -> int:
    """Gives leases back unasked: these, or (when no crawl runs on this database) all; how many."""
    which = Address.state == AddressState.LEASED
    if addresses is not None:
        which = and_(which, Address.id.in_(addresses))
    return connection.execute(update(Address).where(which).values(state=AddressState.PENDING)).rowcount


def _not_before(since: datetime | None) -> ColumnElement[bool]:
    if since is None:
        return true()
    return and_(
        or_(Address.changed_at.is_(None), Address.changed_at >= since),
        or_(Address.published_at.is_(None), Address.published_at >= since),
    )


def _leases(connection: Connection, site: str, query: Select[*tuple[Any, ...]]) -> list[Lease]:
    return [
        Lease(row.id, row.url, site, AddressKind(row.kind), row.depth, row.source, row.tries)
        for row in connection.execute(query)
    ]


def _has(connection: Connection, *where: ColumnElement[bool], skip: int = 0) -> bool:
    return connection.execute(select(Address.id).where(*where).limit(1).offset(skip)).first() is not None


def _set(connection: Connection, addresses: Sequence[int], **values: object) -> None:
    connection.execute(update(Address).where(Address.id.in_(addresses)).values(**values))
