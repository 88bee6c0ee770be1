"""Finds addresses by what became of them: failed, gone, refused, waiting, or rejected for what their page is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, and_, func, or_, select

from storage.frontier.addresses import DISCOVERY_KINDS, GUESS, TWIN, AddressKind, AddressState
from storage.models import Address, Run, StoredArticle

_BATCH = 500  # rows that are held in memory


class AddressOutcome(StrEnum):
    """What became of an address, in the words of the table at the end of a crawl."""

    FAILED = "failed"  # it gave no page: all of the column "failed", whatever follows
    GONE = "gone"  # of those, the ones answered with 404 or 410
    REFUSED = "refused"  # of those, the ones that must not be asked: robots.txt, 403, another house
    REJECTED = "rejected"  # its page was fetched, and is no article
    WAITING = "waiting"  # it is to be fetched


@dataclass(frozen=True, slots=True)
class AddressFilter:
    """Which addresses are asked for. Without a value, a filter lets all pass."""

    outcome: AddressOutcome = AddressOutcome.FAILED
    sites: tuple[str, ...] = ()
    run: int | None = None
    reasons: tuple[str, ...] = ()
    kinds: tuple[AddressKind, ...] = ()
    since: date | None = None  # tried on this day (UTC) or later; of those that wait: offered
    limit: int | None = None


class FoundAddress(NamedTuple):
    """An address with its last outcome. Times are aware."""

    url: str
    site: str
    kind: str
    state: str  # AddressState
    reason: str | None
    status: int | None  # HTTP status of the last answer
    source: str
    run: int  # that asked for it, or offered it, last
    tried_at: datetime | None
    tries: int  # failed tries since it was last fetched or given up
    nights_in_vain: int
    due_at: datetime  # when it may be asked for again; unless it waits, only if a source still lists it
    title: str | None = None  # of a rejected page
    archive_file: str | None = None  # where a rejected page lies
    archive_offset: int | None = None


def find_addresses(connection: Connection, wanted: AddressFilter) -> Iterator[FoundAddress]:
    """Yield the addresses that match, by the run that asked for them last, the oldest first.

    Those that wait come by site, the newest articles first.

    Memory does not depend on how many there are. Guessed addresses of lists that do not exist are left out.
    """
    query = (
        _select_rejected(wanted) if wanted.outcome is AddressOutcome.REJECTED else _select_others(connection, wanted)
    )
    for row in connection.execution_options(yield_per=_BATCH).execute(query.limit(wanted.limit)):
        yield FoundAddress(*row)


def list_frontier_sites(connection: Connection) -> list[str]:
    """Return the names of the sites in the frontier, in order: one index look-up a site."""
    names: list[str] = []
    first = func.min(Address.site)
    while (name := connection.scalar(select(first).where(Address.site > (names[-1] if names else "")))) is not None:
        names.append(name)
    return names


def load_last_run_id(connection: Connection) -> int | None:
    """Return the id of the newest run; None if there was none."""
    return connection.execute(select(func.max(Run.id))).scalar_one()


def has_run(connection: Connection, run: int) -> bool:
    return connection.execute(select(Run.id).where(Run.id == run)).first() is not None


def _select_others(connection: Connection, wanted: AddressFilter) -> Select[*tuple[Any, ...]]:
    row = Address
    tried_at = func.coalesce(row.ended_at, row.fetched_at, type_=row.ended_at.type)
    query = select(
        row.url,
        row.site,
        row.kind,
        row.state,
        row.reason,
        row.status,
        row.source,
        row.last_run,
        tried_at,
        row.tries,
        row.vain,
        row.due_at,
    )
    is_missing_guess = and_(row.source == GUESS, row.kind.in_(DISCOVERY_KINDS), row.state == AddressState.GONE)
    query = query.where(_has_outcome(wanted.outcome), ~is_missing_guess)
    # The sites are always named: the index of those that wait begins with the site.
    if wanted.sites or wanted.outcome is AddressOutcome.WAITING:
        query = query.where(row.site.in_(wanted.sites or list_frontier_sites(connection)))
    if wanted.run is not None:
        query = query.where(row.last_run == wanted.run)
    if wanted.reasons:
        query = query.where(row.reason.in_(wanted.reasons))
    if wanted.kinds:
        query = query.where(row.kind.in_(wanted.kinds))
    if wanted.since is not None:
        moment = row.offered_at if wanted.outcome is AddressOutcome.WAITING else tried_at
        query = query.where(moment >= _find_midnight(wanted.since))
    # Each is the order of an index: nothing is sorted, and the first lines come at once.
    if wanted.outcome is AddressOutcome.WAITING:
        return query.order_by(row.site, row.kind, row.rank, row.id)
    return query.order_by(row.last_run, row.id)


def _has_outcome(outcome: AddressOutcome) -> ColumnElement[bool]:
    state = Address.state
    if outcome is AddressOutcome.WAITING:
        return state == AddressState.PENDING
    if outcome is AddressOutcome.GONE:
        return and_(Address.reason.is_not(None), state == AddressState.GONE)
    if outcome is AddressOutcome.REFUSED:
        return and_(Address.reason.is_not(None), state == AddressState.REFUSED)
    # Pending with a failed try: it is given up for this run, and tried again in another.
    is_postponed = and_(state == AddressState.PENDING, Address.tries > 0)
    is_twin = and_(state == AddressState.DONE, Address.reason == TWIN)
    final = state.in_((AddressState.FAILED, AddressState.GONE, AddressState.REFUSED))
    # A separate condition, so that the index of those with a reason is used.
    return and_(Address.reason.is_not(None), or_(final, is_postponed, is_twin))


def _select_rejected(wanted: AddressFilter) -> Select[*tuple[Any, ...]]:
    page, row = StoredArticle, Address
    query = select(
        page.url,
        page.site,
        func.coalesce(row.kind, AddressKind.ARTICLE.value),
        func.coalesce(row.state, AddressState.DONE.value),
        page.rejected,
        row.status,
        func.coalesce(row.source, ""),
        page.run_id,
        page.fetched_at,
        func.coalesce(row.tries, 0),
        func.coalesce(row.vain, 0),
        func.coalesce(row.due_at, page.fetched_at, type_=page.fetched_at.type),
        page.title,
        page.archive_file,
        page.archive_offset,
    ).outerjoin(row, row.url == page.url)
    query = query.where(page.rejected.is_not(None))
    if wanted.run is not None:
        query = query.where(page.run_id == wanted.run)
    if wanted.sites:
        query = query.where(page.site.in_(wanted.sites))
    if wanted.reasons:
        query = query.where(page.rejected.in_(wanted.reasons))
    if wanted.kinds:
        query = query.where(func.coalesce(row.kind, AddressKind.ARTICLE.value).in_(wanted.kinds))
    if wanted.since is not None:
        query = query.where(page.fetched_at >= _find_midnight(wanted.since))
    return query.order_by(page.run_id, page.id)


def _find_midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, UTC)
