"""Leases addresses to be fetched.

Discovery offers an address (storage.frontier.offering), the scheduler leases it, and its outcome settles it
(storage.frontier.settling):

    offer() -> PENDING -> lease() -> LEASED -> settle() -> DONE | GONE | REFUSED | FAILED
                  ^                     |
                  +---------------------+-- return_leases(), defer(), retry_or_fail(): PENDING again

Discovery (feeds, sitemaps, sections) is fetched once in every run; an article is fetched once, until its source says
that it has changed. Addresses of a host on hold (storage.frontier.hosts) are not leased; waiting costs them no try.
All functions take a connection and leave the transaction to their caller, so that an article and the end of its lease
are one commit.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, and_, case, func, or_, select, true, update

from storage.database.types import UTCDateTime
from storage.frontier.addresses import DISCOVERY_KINDS, GUESS, AddressKind, AddressState, Lease
from storage.frontier.hosts import select_hosts_on_hold
from storage.frontier.settling import MAX_WAIT
from storage.models import Address, Host

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
        due, Address.kind == AddressKind.ARTICLE, is_not_before(since), _is_offered_in(run if this_run_only else None)
    )
    discovery = and_(Address.kind.in_(DISCOVERY_KINDS), Address.last_run == run)
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
        leased = Address.id.in_([lease.id for lease in leases])
        # An address that failed for this run, and is leased again because the run goes on: how it ends is open again.
        ended_at = case((Address.tries > 0, None), else_=Address.ended_at)
        values = {"state": AddressState.LEASED, "last_run": run, "ended_at": ended_at}
        connection.execute(update(Address).where(leased).values(values))
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
    discovery = and_(Address.kind.in_(DISCOVERY_KINDS), Address.last_run == run)
    article = and_(
        Address.kind == AddressKind.ARTICLE, is_not_before(since), _is_offered_in(run if this_run_only else None)
    )
    soonest: datetime | None = connection.execute(
        select(func.min(turn, type_=UTCDateTime))
        .select_from(Address)
        .outerjoin(Host, Host.host == Address.host)
        .where(waiting, or_(discovery, article))
    ).scalar_one()
    return soonest


def is_not_before(since: FirstDay | None) -> ColumnElement[bool]:
    """Return the condition that neither the source nor the page of an address dates it before `since`. Never NULL."""
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
