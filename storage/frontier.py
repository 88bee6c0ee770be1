"""The frontier: every address ever offered, its state, and when it is due.

An address is offered by discovery (storage.offering), leased to be fetched, and settled by what came of it:

    offer() -> PENDING -> lease() -> LEASED -> settle() -> DONE | GONE | REFUSED
                  ^                     |
                  +---- fail(), release() -> PENDING again, later; FAILED after its last try

Discovery (feeds, sitemaps, sections) is asked for once in every run; an article once, until its source says that it
changed since. Of a host that is on hold (storage.hosts) nothing is handed out; what waits for it costs no try.
All functions take a connection and leave the transaction to their caller, so that an article and the end
of its address are one commit.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, case, func, literal, or_, select, true, update

from storage.addresses import GUESS, AddressKind, AddressState, Lease
from storage.hosts import on_hold
from storage.models import Address, Host
from storage.types import UTCDateTime

# A pause longer than this does not keep a run waiting.
PATIENCE = timedelta(seconds=60)

_DISCOVERY = [kind for kind in AddressKind if kind is not AddressKind.ARTICLE]  # a list, for the index's sake
_LEASED = (Address.id, Address.url, Address.kind, Address.depth, Address.source, Address.tries)


def lease(  # noqa: PLR0913 (each of them bounds what is handed out)
    connection: Connection,
    site: str,
    *,
    most: int,
    articles: int | None,
    lists: int | None = None,
    since: datetime | None,
    named: bool = False,
    run: int,
    now: datetime,
) -> list[Lease]:
    """Hands out at most `most` addresses of a site that are due, discovery first, then the newest articles.

    `lists` is how much of discovery the run may still ask for (none: no bound); without any left it is through.
    `articles` is how many articles the run may still take from the site (none: no bound); where that many are due
    already, discovery goes no deeper than what the front page names, and guesses nothing. `since` leaves those alone
    whose source dates them before it. No article is handed out while discovery is under way: only after it is known
    which are newest. Discovery that waits for a retry or for its host is under way if its turn comes within PATIENCE.
    If it comes later, the articles on the site's other hosts are handed out without what it would have named; a run
    that lasts until then asks for it first, and for what it names after it. `named` leaves all alone that was not
    offered in this run.
    """
    due = and_(
        Address.site == site,
        Address.state == AddressState.PENDING,
        Address.due_at <= now,
        Address.host.not_in(on_hold(now)),
    )
    wanted = and_(due, Address.kind == AddressKind.ARTICLE, _not_before(since), _named_in(run if named else None))
    discovery = and_(Address.kind.in_(_DISCOVERY), Address.last_run == run)
    if articles is not None and (articles <= 0 or _has(connection, wanted, skip=articles - 1)):
        near = and_(Address.depth <= case((Address.kind == AddressKind.SECTION, 0), else_=1), Address.source != GUESS)
        discovery = and_(discovery, near)
    kinds = case({kind: place for place, kind in enumerate(AddressKind)}, value=Address.kind)
    newest = (Address.rank, Address.id)
    first = most if lists is None else max(0, min(most, lists))
    leases = _leases(connection, site, select(*_LEASED).where(due, discovery).order_by(kinds, *newest).limit(first))
    states = [AddressState.LEASED]  # a list beside what else must hold, for the index's sake
    under_way = Address.state == AddressState.LEASED
    if lists is None or lists > 0:
        states.append(AddressState.PENDING)
        under_way |= and_(Address.due_at <= now + PATIENCE, Address.host.not_in(on_hold(now + PATIENCE)))
    if not leases and not _has(connection, Address.site == site, Address.state.in_(states), discovery, under_way):
        room = most if articles is None else max(0, min(most, articles))
        leases = _leases(connection, site, select(*_LEASED).where(wanted).order_by(*newest).limit(room))
    if leases:
        _set(connection, [lease.id for lease in leases], state=AddressState.LEASED, last_run=run)
    return leases


def next_due(
    connection: Connection,
    sites: Sequence[str],
    *,
    since: datetime | None,
    named: bool = False,
    run: int,
    now: datetime,
    within: timedelta = PATIENCE,
) -> datetime | None:
    """When the next address of these sites comes due that is not due now: after a pause, or when its host's hold ends.

    None where that is later than `within` from now.
    """
    turn = case((Host.held_until > Address.due_at, Host.held_until), else_=Address.due_at)
    waiting = and_(Address.site.in_(sites), Address.state == AddressState.PENDING, turn > now, turn <= now + within)
    discovery = and_(Address.kind.in_(_DISCOVERY), Address.last_run == run)
    article = and_(Address.kind == AddressKind.ARTICLE, _not_before(since), _named_in(run if named else None))
    soonest: datetime | None = connection.execute(
        select(func.min(turn, type_=UTCDateTime))
        .select_from(Address)
        .outerjoin(Host, Host.host == Address.host)
        .where(waiting, or_(discovery, article))
    ).scalar_one()
    return soonest


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


def refuse(connection: Connection, addresses: Sequence[int], *, reason: str, now: datetime) -> None:
    """Ends leases unasked: nothing is to be asked of these addresses, for a reason of ours."""
    _set(connection, addresses, state=AddressState.REFUSED, reason=reason, tries=0, due_at=now)


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

    `pauses` are those before the second, third ... try. Where the host is on hold, the next try is not before its end.
    """
    row = connection.execute(
        select(Address.tries, Host.held_until).outerjoin(Host, Host.host == Address.host).where(Address.id == address)
    ).one()
    tries = row.tries + 1
    if tries > len(pauses):
        _set(connection, [address], state=AddressState.FAILED, reason=reason, status=status, tries=tries, due_at=now)
        return False
    due_at = max(now + pauses[tries - 1], row.held_until or now)
    values = {"reason": reason, "status": status, "tries": tries, "due_at": due_at}
    _set(connection, [address], state=AddressState.PENDING, **values)
    return bool(due_at <= now + PATIENCE)


def put_off(connection: Connection, address: int, *, until: datetime) -> None:
    """Gives a lease back unasked, because a host on the way to its page is on hold: no try is lost, nothing due before.

    That host need not be the address's own, which may redirect to it; else it would be handed out again at once.
    """
    moment = literal(until, UTCDateTime)
    due_at = case((Address.due_at > moment, Address.due_at), else_=moment)
    _set(connection, [address], state=AddressState.PENDING, due_at=due_at)


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


def _named_in(run: int | None) -> ColumnElement[bool]:
    return true() if run is None else Address.last_run == run


def _leases(connection: Connection, site: str, query: Select[*tuple[Any, ...]]) -> list[Lease]:
    return [
        Lease(row.id, row.url, site, AddressKind(row.kind), row.depth, row.source, row.tries)
        for row in connection.execute(query)
    ]


def _has(connection: Connection, *where: ColumnElement[bool], skip: int = 0) -> bool:
    return connection.execute(select(Address.id).where(*where).limit(1).offset(skip)).first() is not None


def _set(connection: Connection, addresses: Sequence[int], **values: object) -> None:
    connection.execute(update(Address).where(Address.id.in_(addresses)).values(**values))
