"""Leases addresses to be fetched.

Discovery offers an address (storage.frontier.offering), the scheduler leases it, and its outcome settles it
(storage.frontier.settling):

    offer() -> PENDING -> lease() -> LEASED -> settle() -> DONE | GONE | REFUSED | FAILED
                  ^                     |
                  +---------------------+-- return_leases(), defer(), retry_or_fail(): PENDING again

Discovery (feeds, sitemaps, sections) is fetched once in every run; an article is fetched once, until its source says
that it has changed, or a re-check is due (storage.frontier.recheck_leases). Addresses of a host on hold
(storage.frontier.hosts) are not leased; waiting costs them no try. All functions take a connection and leave the
transaction to their caller, so that an article and the end of its lease are one commit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Integer,
    Select,
    and_,
    bindparam,
    case,
    func,
    or_,
    select,
    true,
    update,
)
from sqlalchemy.orm import aliased

from storage.database.types import UTCDateTime
from storage.frontier.addresses import DISCOVERY_KINDS, GUESS, AddressKind, AddressState, Lease
from storage.frontier.hosts import select_hosts_on_hold
from storage.frontier.lease_rows import LEASED, make_leases
from storage.frontier.recheck_leases import lease_rechecks
from storage.frontier.rechecks import RecheckPlan
from storage.frontier.settling import MAX_WAIT
from storage.models import Address, Host

_NEWEST = (Address.rank, Address.id)
_NO_RECHECKS = RecheckPlan()


class FirstDay(NamedTuple):
    """The first day of a site whose articles a run asks for."""

    begins_at: datetime  # by the clock of the site
    midnight: datetime  # of the same date in UTC, as which a source's date without a time is stored


def lease(  # noqa: PLR0913 (each of them bounds what is leased)
    connection: Connection,
    site: str,
    *,
    limit: int,
    ahead: int = 0,
    max_articles: int | None,
    max_lists: int | None = None,
    since: FirstDay | None,
    this_run_only: bool = False,
    rechecks: int = 0,
    recheck_plan: RecheckPlan = _NO_RECHECKS,
    run: int,
    now: datetime,
) -> list[Lease]:
    """Lease up to `limit` addresses of a site that are due: discovery first, then the newest articles.

    Where none of these is left, lease up to `rechecks` articles that are due for a re-check.

    If articles are leased, up to `ahead` more of them. A list may change what is due next, so none is leased ahead, and
    no guess while another of its kind is leased, which may be right.
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
    binds: dict[str, object] = {
        "site": site, "run": run, "now": now, "soon": now + MAX_WAIT,
        "begins_at": since and since.begins_at, "midnight": since and since.midnight,
    }  # fmt: skip
    shape = _make_statements(this_run_only=this_run_only, is_dated=since is not None)
    has_quota = max_lists is None or max_lists > 0

    def is_under_way(lists: _ListStatements) -> bool:
        return _exists(connection, lists.under_way if has_quota else lists.leased, binds)

    def is_quota_due() -> bool:
        if max_articles is None:
            return False
        return max_articles <= 0 or _exists(connection, shape.wanted_at, binds | {"skip": max_articles - 1})

    # Nearly all leases are of articles, so what bounds discovery is asked only while there is any.
    lists = shape.lists
    has_lists = is_under_way(lists)
    if has_lists and is_quota_due():
        lists = shape.near
        has_lists = is_under_way(lists)
    if has_lists:
        first = limit if max_lists is None else min(limit, max_lists)
        leases = _select_leases(connection, site, lists.due, binds | {"limit": first}) if has_quota else []
    else:
        quota = limit + ahead if max_articles is None else max(0, min(limit + ahead, max_articles))
        leases = _select_leases(connection, site, shape.wanted, binds | {"limit": quota}) if quota else []
        if not leases and rechecks > 0:
            most = min(limit + ahead, rechecks)
            return lease_rechecks(connection, site, limit=most, plan=recheck_plan, run=run, now=now)
    if leases:
        connection.execute(_LEASE, {"ids": [lease.id for lease in leases], "run": run})
    return leases


_Query = Select[*tuple[Any, ...]]


class _ListStatements(NamedTuple):
    """Of the lists of a site that a run fetches: those that are due, whether any is under way, whether any is leased.

    What is due is under way. Discovery that waits for a retry or for its host is so if it is due within MAX_WAIT.
    """

    due: _Query
    under_way: _Query
    leased: _Query


class _Statements(NamedTuple):
    """The queries of a lease. Building one takes as long as running it, so each is built once."""

    lists: _ListStatements
    near: _ListStatements  # no deeper than the links of the front page, and no guesses
    wanted: _Query  # articles that are due
    wanted_at: _Query  # the one after `skip` others


_NOW, _SOON = bindparam("now", type_=UTCDateTime), bindparam("soon", type_=UTCDateTime)
BEGINS_AT = bindparam("begins_at", type_=UTCDateTime)
# Whether neither the source nor the page of an address dates it before a first day, `begins_at` and `midnight`. Never
# NULL.
IS_RECENT = and_(
    or_(
        Address.changed_at.is_(None),
        Address.changed_at >= BEGINS_AT,
        Address.changed_at == bindparam("midnight", type_=UTCDateTime),
    ),
    or_(Address.published_at.is_(None), Address.published_at >= BEGINS_AT),
)
# An address that failed for this run, and is leased again because the run goes on: how it ends is open again.
_LEASE = (
    update(Address)
    .where(Address.id.in_(bindparam("ids", expanding=True)))
    .values(
        state=AddressState.LEASED,
        last_run=bindparam("run"),
        ended_at=case((Address.tries > 0, None), else_=Address.ended_at),
    )
)


@cache
def _make_statements(*, this_run_only: bool, is_dated: bool) -> _Statements:
    due = and_(
        Address.site == bindparam("site"),
        Address.state == AddressState.PENDING,
        Address.due_at <= _NOW,
        Address.host.not_in(select_hosts_on_hold(_NOW)),
    )
    wanted = and_(
        due,
        Address.kind == AddressKind.ARTICLE,
        IS_RECENT if is_dated else true(),
        _is_offered_in(bindparam("run") if this_run_only else None),
    )
    lists = and_(Address.kind.in_(DISCOVERY_KINDS), Address.last_run == bindparam("run"))
    near = and_(Address.depth <= case((Address.kind == AddressKind.SECTION, 0), else_=1), Address.source != GUESS)
    limit = bindparam("limit", type_=Integer)
    return _Statements(
        _make_list_statements(due, lists, limit),
        _make_list_statements(due, and_(lists, near), limit),
        select(*LEASED).where(wanted).order_by(*_NEWEST).limit(limit),
        select(Address.id).where(wanted).limit(1).offset(bindparam("skip", type_=Integer)),
    )


def _make_list_statements(
    due: ColumnElement[bool], lists: ColumnElement[bool], limit: BindParameter[int]
) -> _ListStatements:
    kinds = case({kind: place for place, kind in enumerate(AddressKind)}, value=Address.kind)
    # The states stand in a condition of their own, so that the index is used.
    of_site = select(Address.id).where(Address.site == bindparam("site"), lists).limit(1)
    is_leased = Address.state == AddressState.LEASED
    is_soon = and_(Address.due_at <= _SOON, Address.host.not_in(select_hosts_on_hold(_SOON)))
    other = aliased(Address)
    guessed = select(other.kind).where(
        other.site == bindparam("site"), other.state == AddressState.LEASED, other.source == GUESS
    )
    is_next_guess = or_(Address.source != GUESS, Address.kind.not_in(guessed))
    return _ListStatements(
        select(*LEASED).where(due, lists, is_next_guess).order_by(kinds, *_NEWEST).limit(limit),
        of_site.where(Address.state.in_((AddressState.LEASED, AddressState.PENDING)), or_(is_leased, is_soon)),
        of_site.where(is_leased),
    )


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
    binds: dict[str, object] = {
        "sites": list(sites), "run": run, "now": now, "latest": now + within,
        "begins_at": since and since.begins_at, "midnight": since and since.midnight,
    }  # fmt: skip
    next_due = _make_next_due(this_run_only=this_run_only, is_dated=since is not None)
    soonest: datetime | None = connection.execute(next_due, binds).scalar_one()
    return soonest


@cache
def _make_next_due(*, this_run_only: bool, is_dated: bool) -> _Query:
    turn = case((Host.held_until > Address.due_at, Host.held_until), else_=Address.due_at)
    waiting = and_(
        Address.site.in_(bindparam("sites", expanding=True)),
        Address.state == AddressState.PENDING,
        turn > _NOW,
        turn <= bindparam("latest", type_=UTCDateTime),
    )
    discovery = and_(Address.kind.in_(DISCOVERY_KINDS), Address.last_run == bindparam("run"))
    article = and_(
        Address.kind == AddressKind.ARTICLE,
        IS_RECENT if is_dated else true(),
        _is_offered_in(bindparam("run") if this_run_only else None),
    )
    return (
        select(func.min(turn, type_=UTCDateTime))
        .select_from(Address)
        .outerjoin(Host, Host.host == Address.host)
        .where(waiting, or_(discovery, article))
    )


def _is_offered_in(run: int | BindParameter[int] | None) -> ColumnElement[bool]:
    return true() if run is None else Address.last_run == run


def _select_leases(connection: Connection, site: str, query: _Query, binds: Mapping[str, object]) -> list[Lease]:
    return make_leases(connection.execute(query, binds), site)


def _exists(connection: Connection, query: _Query, binds: Mapping[str, object]) -> bool:
    return connection.execute(query, binds).first() is not None
