"""Leases addresses to be fetched, and settles, returns or retries them.

Discovery offers an address (storage.frontier.offering), the scheduler leases it, and its outcome settles it:

    offer() -> PENDING -> lease() -> LEASED -> settle() -> DONE | GONE | REFUSED
                  ^                     |
                  +---------------------+-- return_leases(), defer(): PENDING again
                                        +-- retry_or_fail(): PENDING again, later; FAILED after the last try

Discovery (feeds, sitemaps, sections) is fetched once in every run; an article is fetched once, until its source says
that it has changed. Addresses of a host on hold (storage.frontier.hosts) are not leased; waiting costs them no try.
All functions take a connection and leave the transaction to their caller, so that an article and the end of its lease
are one commit.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, and_, case, func, literal, or_, select, true, update

from storage.database.types import UTCDateTime
from storage.frontier.addresses import GUESS, AddressKind, AddressState, Lease
from storage.frontier.hosts import select_hosts_on_hold
from storage.frontier.rechecks import GUESS_REST, MAX_VAIN, NO_OUTLOOK, Outlook, find_rest_after
from storage.models import Address, Host

# A run ends instead of waiting longer than this for an address.
MAX_WAIT = timedelta(seconds=60)

_DISCOVERY = [
    kind for kind in AddressKind if kind is not AddressKind.ARTICLE
]  # IN (...), not !=, so that the index is used
_LEASED = (Address.id, Address.url, Address.kind, Address.depth, Address.source, Address.tries, Address.vain)


class FirstDay(NamedTuple):
    """The first day of a site whose articles a run asks for."""

    begins_at: datetime  # by the clock of the site
    midnight: datetime  # of the same date in UTC, as which a source's date without a time is stored


def lease(  # noqa: PLR0913 (each of them bounds what is leased)
    connection: Connection,
    site: str,
    *,
    limit: int,
    max_articles: int | None,
    max_lists: int | None = None,
    since: FirstDay | None,
    this_run_only: bool = False,
    run: int,
    now: datetime,
) -> list[Lease]:
    """Lease up to `limit` addresses of a site that are due: discovery first, then the newest articles.

    `max_lists` bounds the discovery that the run may still fetch (None: no bound); at 0, discovery is complete.
    `max_articles` bounds the articles that the run may still fetch from the site (None: no bound). If that many are due
    already, discovery goes no deeper than the links of the front page, and guesses nothing. With `since`, leave out
    articles that their source or their page dates before it. With `this_run_only`, leave out articles that were not
    offered in this run.

    Lease no article while discovery is under way: which articles are newest is known only afterwards. Discovery that
    waits for a retry or for its host is under way if it is due within MAX_WAIT. If it is due later, articles on the
    site's other hosts are leased without those that it would have found; a run that lasts until then fetches it first,
    and its articles after it.
    """
    due = and_(
        Address.site == site,
        Address.state == AddressState.PENDING,
        Address.due_at <= now,
        Address.host.not_in(select_hosts_on_hold(now)),
    )
    wanted = and_(
        due, Address.kind == AddressKind.ARTICLE, _is_not_before(since), _is_offered_in(run if this_run_only else None)
    )
    discovery = and_(Address.kind.in_(_DISCOVERY), Address.last_run == run)
    if max_articles is not None and (max_articles <= 0 or _exists(connection, wanted, skip=max_articles - 1)):
        near = and_(Address.depth <= case((Address.kind == AddressKind.SECTION, 0), else_=1), Address.source != GUESS)
        discovery = and_(discovery, near)
    kinds = case({kind: place for place, kind in enumerate(AddressKind)}, value=Address.kind)
    newest = (Address.rank, Address.id)
    first = limit if max_lists is None else max(0, min(limit, max_lists))
    leases = _select_leases(
        connection, site, select(*_LEASED).where(due, discovery).order_by(kinds, *newest).limit(first)
    )
    states = [AddressState.LEASED]  # a separate condition, so that the index is used
    under_way = Address.state == AddressState.LEASED
    if max_lists is None or max_lists > 0:
        states.append(AddressState.PENDING)
        under_way |= and_(Address.due_at <= now + MAX_WAIT, Address.host.not_in(select_hosts_on_hold(now + MAX_WAIT)))
    if not leases and not _exists(connection, Address.site == site, Address.state.in_(states), discovery, under_way):
        quota = limit if max_articles is None else max(0, min(limit, max_articles))
        leases = _select_leases(connection, site, select(*_LEASED).where(wanted).order_by(*newest).limit(quota))
    if leases:
        _update(connection, [lease.id for lease in leases], state=AddressState.LEASED, last_run=run)
    return leases


def find_next_due(
    connection: Connection,
    sites: Sequence[str],
    *,
    since: FirstDay | None,
    this_run_only: bool = False,
    run: int,
    now: datetime,
    within: timedelta = MAX_WAIT,
) -> datetime | None:
    """Return when the next address of these sites will be due, after a pause or when the hold of its host ends.

    Addresses that are due already do not count. Return None if the time is later than `within` from now.
    """
    turn = case((Host.held_until > Address.due_at, Host.held_until), else_=Address.due_at)
    waiting = and_(Address.site.in_(sites), Address.state == AddressState.PENDING, turn > now, turn <= now + within)
    discovery = and_(Address.kind.in_(_DISCOVERY), Address.last_run == run)
    article = and_(
        Address.kind == AddressKind.ARTICLE, _is_not_before(since), _is_offered_in(run if this_run_only else None)
    )
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
    outlook: Outlook = NO_OUTLOOK,
    now: datetime,
) -> None:
    """End a lease with a final state: the address is not fetched again until it is offered again.

    `outlook` is of a page that was fetched (DONE). Any other state is a night in vain, after which the address rests.
    """
    values: dict[str, Any] = {"state": state, "status": status, "reason": reason, "tries": 0, "ended_at": now}
    if state is AddressState.DONE:
        values |= {"fetched_at": now, "due_at": now + outlook.again_after}
        values["vain"] = Address.vain + 1 if outlook.is_in_vain else 0
        if outlook.is_changed:
            values["changes"] = Address.changes + 1
    else:
        values |= _rest(reason, now)
    _update(connection, [address], **values)


def refuse(connection: Connection, addresses: Sequence[int], *, reason: str, now: datetime) -> None:
    """End leases without a request, because these addresses are not to be fetched."""
    values = {"state": AddressState.REFUSED, "reason": reason, "tries": 0, "ended_at": now}
    _update(connection, addresses, **values, **_rest(reason, now))


def stop_guessing(connection: Connection, site: str, kind: AddressKind, *, run: int, now: datetime) -> None:
    """Settle the other guesses of this kind as GONE, because one guess was right."""
    others = and_(Address.site == site, Address.kind == kind, Address.source == GUESS, Address.last_run == run)
    pending = and_(others, Address.state == AddressState.PENDING)
    values = {"state": AddressState.GONE, "due_at": now + GUESS_REST, "ended_at": now, "reason": "not-needed"}
    connection.execute(update(Address).where(pending).values(values))


def retry_or_fail(
    connection: Connection,
    address: int,
    *,
    pauses: Sequence[timedelta],
    reason: str,
    status: int | None = None,
    now: datetime,
) -> bool:
    """Record a failed try: PENDING until a pause is over, or FAILED after the last try.

    `pauses` are the pauses before the second, third ... try. The next try is not before the hold of the host ends.
    Return whether the next try comes within MAX_WAIT, so that the run waits for it.
    """
    row = connection.execute(
        select(Address.tries, Address.vain, Host.held_until)
        .outerjoin(Host, Host.host == Address.host)
        .where(Address.id == address)
    ).one()
    tries = row.tries + 1
    if tries > len(pauses):
        settle(connection, address, AddressState.FAILED, status=status, reason=reason, now=now)
        return False
    due_at = max(now + pauses[tries - 1], row.held_until or now)
    values = {"reason": reason, "status": status, "tries": tries, "due_at": due_at}
    _update(connection, [address], state=AddressState.PENDING, **values)
    return bool(due_at <= now + MAX_WAIT)


def defer(connection: Connection, address: int, *, until: datetime) -> None:
    """Return a lease until a host is no longer on hold, without counting a try.

    The host may be another than that of the address, which redirects to it. Without `until` the address would be leased
    again at once.
    """
    moment = literal(until, UTCDateTime)
    due_at = case((Address.due_at > moment, Address.due_at), else_=moment)
    _update(connection, [address], state=AddressState.PENDING, due_at=due_at)


def return_outdated(connection: Connection, address: int, *, published_at: datetime) -> None:
    """Return a lease and store the date of its page, which is older than this run asks for."""
    _update(connection, [address], state=AddressState.PENDING, published_at=published_at)


def return_leases(connection: Connection, addresses: Sequence[int] | None = None) -> int:
    """Return these leases without a request, or all of them; return how many. All: only while no crawl runs."""
    which = Address.state == AddressState.LEASED
    if addresses is not None:
        which = and_(which, Address.id.in_(addresses))
    return connection.execute(update(Address).where(which).values(state=AddressState.PENDING)).rowcount


def _rest(reason: str | None, now: datetime) -> dict[str, Any]:
    """Return the columns of addresses that end in vain: one night more, and when they may be asked again."""
    rests = {vain: now + find_rest_after(reason, vain + 1) for vain in range(MAX_VAIN)}
    longest = literal(now + find_rest_after(reason, MAX_VAIN), UTCDateTime)
    rest = case({vain: literal(until, UTCDateTime) for vain, until in rests.items()}, value=Address.vain, else_=longest)
    guess = and_(Address.source == GUESS, Address.kind.in_(_DISCOVERY))
    return {"vain": Address.vain + 1, "due_at": case((guess, literal(now + GUESS_REST, UTCDateTime)), else_=rest)}


def _is_not_before(since: FirstDay | None) -> ColumnElement[bool]:
    if since is None:
        return true()
    is_recent = or_(Address.changed_at >= since.begins_at, Address.changed_at == since.midnight)
    return and_(
        or_(Address.changed_at.is_(None), is_recent),
        or_(Address.published_at.is_(None), Address.published_at >= since.begins_at),
    )


def _is_offered_in(run: int | None) -> ColumnElement[bool]:
    return true() if run is None else Address.last_run == run


def _select_leases(connection: Connection, site: str, query: Select[*tuple[Any, ...]]) -> list[Lease]:
    return [
        Lease(row.id, row.url, site, AddressKind(row.kind), row.depth, row.source, row.tries, row.vain)
        for row in connection.execute(query)
    ]


def _exists(connection: Connection, *where: ColumnElement[bool], skip: int = 0) -> bool:
    return connection.execute(select(Address.id).where(*where).limit(1).offset(skip)).first() is not None


def _update(connection: Connection, addresses: Sequence[int], **values: object) -> None:
    connection.execute(update(Address).where(Address.id.in_(addresses)).values(**values))
