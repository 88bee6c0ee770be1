"""The frontier: every address ever offered, its state, and when it is due.

An address is offered by discovery, leased to be fetched, and settled by what came of it:

    offer() -> PENDING -> lease() -> LEASED -> settle() -> DONE | GONE | REFUSED
                  ^                     |
                  +---- fail(), release() -> PENDING again, later; FAILED after its last try

Discovery (feeds, sitemaps, sections) is asked for once in every run; an article once, until its source says that it
changed since. All functions take a connection and leave the transaction to their caller, so that an article and the end
of its address are one commit.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, case, func, insert, or_, select, true, update

from storage.addresses import AddressKind, AddressState, Lease, Offer
from storage.models import Address

# An article whose source says that it changed is fetched again, but not twice within a night.
RECHECK_AFTER = timedelta(hours=20)
# A guessed address that led nowhere, and an address that robots.txt refused, are tried again after this long.
FORGIVEN_AFTER = timedelta(days=30)
# A pause longer than this does not keep a run waiting.
PATIENCE = timedelta(seconds=60)

# The source of an address that nobody named: where feeds and sitemaps usually are.
GUESS = "usual-path"

_DISCOVERY = [kind for kind in AddressKind if kind is not AddressKind.ARTICLE]  # a list, for the index's sake
_LEASED = (Address.id, Address.url, Address.kind, Address.depth, Address.source, Address.tries)
_LOOKUP = 500  # addresses a query: SQLite allows 32,766 variables, older builds 999


@dataclass(frozen=True, slots=True)
class Offered:
    """What became of the articles among a list of offers."""

    new: int = 0  # never seen before
    again: int = 0  # known, and to be asked again
    known: int = 0  # known, and not due
    fresh: int = 0  # of all these: first offered in this run


def offer(connection: Connection, site: str, offers: Iterable[Offer], *, run: int, now: datetime) -> Offered:
    """Puts addresses into the frontier; known ones stop here unless they are due again."""
    offers = [_dated(offer, now) for offer in {offer.url: offer for offer in reversed(list(offers))}.values()][::-1]
    known = _known(connection, [offer.url for offer in offers])
    new = [offer for offer in offers if offer.url not in known]
    if new:
        connection.execute(insert(Address), [_row(offer, site, run, now) for offer in new])
    counts = Counter[str]()
    for offer in offers:
        row = known.get(offer.url)
        due = row is not None and _offer_again(connection, row, offer, run, now)
        if (row.kind if row is not None else offer.kind) == AddressKind.ARTICLE:
            counts["new" if row is None else "again" if due else "known"] += 1
            counts["fresh"] += row is None or row.first_run == run
    return Offered(**counts)


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
    if not leases and not _has(connection, Address.site == site, discovery, Address.state == AddressState.LEASED):
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


def postpone(connection: Connection, address: int, *, changed_at: datetime) -> None:
    """Gives a lease back with the date that its page turned out to have, older than this run asks for."""
    _set(connection, [address], state=AddressState.PENDING, changed_at=changed_at, rank=_rank(changed_at))


def release(connection: Connection, addresses: Sequence[int] | None = None) -> int:
    """Gives leases back unasked: these, or (when no crawl runs on this database) all; how many."""
    which = Address.state == AddressState.LEASED
    if addresses is not None:
        which = and_(which, Address.id.in_(addresses))
    return connection.execute(update(Address).where(which).values(state=AddressState.PENDING)).rowcount


def know(connection: Connection, site: str, url: str, *, status: int, run: int, fetched_at: datetime) -> int:
    """The id of the article address `url`, entered as fetched at that time if it was not known (a replayed archive)."""
    known = connection.execute(select(Address.id).where(Address.url == url)).scalar()
    if known is not None:
        return known
    row = _row(Offer(url, AddressKind.ARTICLE, source="archive"), site, run, fetched_at)
    row |= {"state": AddressState.DONE, "fetched_at": fetched_at, "status": status}
    return connection.execute(insert(Address).values(row).returning(Address.id)).scalar_one()


def _dated(offer: Offer, now: datetime) -> Offer:
    """A date in the future says nothing; one of a clock that runs ahead, or of another zone, says now."""
    if offer.changed_at is None or offer.changed_at <= now:
        return offer
    return replace(offer, changed_at=now if offer.changed_at <= now + timedelta(days=1) else None)


def _known(connection: Connection, urls: list[str]) -> dict[str, Row[Any]]:
    known: dict[str, Row[Any]] = {}
    for start in range(0, len(urls), _LOOKUP):
        rows = connection.execute(select(Address.__table__).where(Address.url.in_(urls[start : start + _LOOKUP])))
        known.update({row.url: row for row in rows})
    return known


def _row(offer: Offer, site: str, run: int, now: datetime) -> dict[str, object]:
    return {
        "url": offer.url,
        "site": site,
        "kind": offer.kind,
        "state": AddressState.PENDING,
        "source": offer.source,
        "depth": offer.depth,
        "changed_at": offer.changed_at,
        "rank": _rank(offer.changed_at),
        "offered_at": now,
        "first_run": run,
        "last_run": run,
        "due_at": now,
        "tries": 0,
        "fetched_at": None,
        "status": None,
        "reason": None,
    }


def _offer_again(connection: Connection, row: Row[Any], offer: Offer, run: int, now: datetime) -> bool:
    """Whether a known address is to be asked again because of this offer."""
    changed = offer.changed_at is not None and (row.changed_at is None or offer.changed_at > row.changed_at)
    values: dict[str, object] = {}
    if changed:
        values |= {"changed_at": offer.changed_at, "rank": _rank(offer.changed_at)}
    due = (
        _article_is_due(row, offer, now) if row.kind == AddressKind.ARTICLE else _discovery_is_due(row, offer, run, now)
    )
    if due:
        values |= {"state": AddressState.PENDING, "due_at": now, "tries": 0, "last_run": run, "depth": offer.depth}
    if values:
        _set(connection, [row.id], **values)
    return due


def _article_is_due(row: Row[Any], offer: Offer, now: datetime) -> bool:
    match row.state:
        case AddressState.PENDING | AddressState.LEASED:
            return False
        case AddressState.DONE:
            changed_since = offer.changed_at is not None and offer.changed_at > row.fetched_at
            return bool(changed_since and row.fetched_at <= now - RECHECK_AFTER)
        case _:
            return bool(row.due_at <= now - FORGIVEN_AFTER)


def _discovery_is_due(row: Row[Any], offer: Offer, run: int, now: datetime) -> bool:
    if row.last_run == run:
        return False  # asked, or to be asked, in this run
    if row.state == AddressState.REFUSED or (row.state == AddressState.GONE and offer.source == GUESS):
        return bool(row.due_at <= now - FORGIVEN_AFTER)
    unchanged = offer.changed_at is not None and row.fetched_at is not None and offer.changed_at <= row.fetched_at
    return not (unchanged and row.state == AddressState.DONE)


def _not_before(since: datetime | None) -> ColumnElement[bool]:
    return true() if since is None else or_(Address.changed_at.is_(None), Address.changed_at >= since)


def _leases(connection: Connection, site: str, query: Select[*tuple[Any, ...]]) -> list[Lease]:
    return [
        Lease(row.id, row.url, site, AddressKind(row.kind), row.depth, row.source, row.tries)
        for row in connection.execute(query)
    ]


def _has(connection: Connection, *where: ColumnElement[bool], skip: int = 0) -> bool:
    return connection.execute(select(Address.id).where(*where).limit(1).offset(skip)).first() is not None


def _rank(changed_at: datetime | None) -> int:
    return 0 if changed_at is None else -int(changed_at.timestamp())


def _set(connection: Connection, addresses: Sequence[int], **values: object) -> None:
    connection.execute(update(Address).where(Address.id.in_(addresses)).values(**values))
