"""Counts the articles that still wait when a run ends, by the reason why the run did not fetch them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    Select,
    and_,
    bindparam,
    case,
    func,
    literal,
    not_,
    or_,
    select,
)

from storage.database.query_batches import split_for_queries
from storage.database.types import UTCDateTime
from storage.frontier.addresses import DISCOVERY_KINDS, GUESS, AddressKind, AddressState
from storage.frontier.hosts import select_hosts_on_hold
from storage.frontier.leasing import BEGINS_AT, IS_RECENT, FirstDay
from storage.frontier.rechecks import RECHECK_RANK
from storage.models import Address, Run

DUE = "due"  # it could be fetched now: the run was stopped, or `limit` was reached
ON_HOLD = "on-hold"  # its host is on hold
LATER = "later"  # its next try is due later
BEFORE_SINCE = "before-since"  # it is dated before the first day that the run asks for


def count_waiting(
    connection: Connection,
    site: str,
    *,
    since: FirstDay | None,
    this_run_only: bool = False,
    run: int,
    now: datetime,
) -> Counter[str]:
    """Count the articles of a site that are pending, by reason. Each that this run has fetched or failed is left out,
    and so are re-checks.

    Pending though it failed: it is tried again in another night. Pending though it was fetched: its page is older than
    `since`. With `this_run_only`, count only addresses that were offered in this run.
    """
    binds: dict[str, object] = {
        "site": site, "run": run, "now": now,
        "begins_at": since and since.begins_at, "midnight": since and since.midnight,
    }  # fmt: skip
    rows = connection.execute(_make_count(this_run_only=this_run_only, is_dated=since is not None), binds)
    return Counter({row[0]: int(row[1]) for row in rows})


def count_unread_lists(connection: Connection, sites: Sequence[str], run: int) -> Counter[str]:
    """Count by site the feeds, sitemaps and section pages that this run had to read and did not ask for in vain.

    A guess that was not made is none of them.
    """
    unread = (
        Address.state == AddressState.PENDING,
        Address.kind.in_(DISCOVERY_KINDS),
        Address.last_run == run,
        Address.source != GUESS,
        Address.tries == 0,
    )
    counts: Counter[str] = Counter()
    for some in split_for_queries(sites):
        question = select(Address.site, func.count()).where(Address.site.in_(some), *unread)
        counts.update({row[0]: int(row[1]) for row in connection.execute(question.group_by(Address.site))})
    return counts


@cache
def _make_count(*, this_run_only: bool, is_dated: bool) -> Select[*tuple[Any, ...]]:
    run, now = bindparam("run", type_=Integer), bindparam("now", type_=UTCDateTime)
    begun_at = select(Run.started_at).where(Run.id == run).scalar_subquery()
    has_failed = and_(Address.tries > 0, Address.ended_at.is_not(None), Address.ended_at >= begun_at)
    pending = [
        Address.site == bindparam("site"),
        Address.state == AddressState.PENDING,
        Address.kind == AddressKind.ARTICLE,
        Address.rank != RECHECK_RANK,
    ]
    pending.append(not_(has_failed))
    reasons: list[tuple[ColumnElement[bool], str]] = []
    if this_run_only:
        pending.append(Address.last_run == run)
    if is_dated:
        is_read = and_(Address.last_run == run, Address.published_at < BEGINS_AT)
        pending.append(or_(Address.published_at.is_(None), not_(is_read)))
        reasons.append((not_(IS_RECENT), BEFORE_SINCE))
    reasons.append((Address.host.in_(select_hosts_on_hold(now)), ON_HOLD))
    reasons.append((Address.due_at > now, LATER))
    reason = case(*((condition, literal(name)) for condition, name in reasons), else_=literal(DUE)).label("reason")
    waiting = select(reason).where(*pending).subquery()
    return select(waiting.c.reason, func.count()).group_by(waiting.c.reason)
