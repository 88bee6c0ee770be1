"""Ends leases: settles an address for good, returns it, or has it tried again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Connection, Update, and_, bindparam, case, delete, literal, select, update

from storage.database.query_batches import split_for_queries
from storage.database.types import UTCDateTime
from storage.frontier.addresses import DISCOVERY_KINDS, GUESS, AddressKind, AddressState
from storage.frontier.rechecks import GUESS_REST, MAX_VAIN, NO_OUTLOOK, Outlook, find_rest_after
from storage.models import Address, Host, Validator

# A run ends instead of waiting longer than this for an address.
MAX_WAIT = timedelta(seconds=60)
_TRIED = (
    select(Address.tries, Host.held_until)
    .outerjoin(Host, Host.host == Address.host)
    .where(Address.id == bindparam("address"))
)
_RETURN_ALL = update(Address).where(Address.state == AddressState.LEASED).values(state=AddressState.PENDING)
_RETURN = _RETURN_ALL.where(Address.id.in_(bindparam("ids", expanding=True)))


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
    if state is AddressState.DONE:
        recheck = outlook.recheck
        done = _make_done(
            is_in_vain=outlook.is_in_vain,
            is_changed=outlook.is_changed,
            keeps_vain=outlook.is_recheck and outlook.is_in_vain and reason is None,
            has_recheck=recheck is not None,
        )
        due_at = now + outlook.again_after
        binds = {"address": address, "status": status, "reason": reason, "now": now, "again_at": due_at}
        if recheck is not None:
            binds |= {"first_fetched_at_": recheck.first_fetched_at, "recheck_at_": recheck.at}
        connection.execute(done, binds)
    else:
        _end_in_vain(connection, [address], state, reason=reason, now=now, status_=status)


@cache
def _make_done(*, is_in_vain: bool, is_changed: bool, keeps_vain: bool, has_recheck: bool) -> Update:
    """Return the statement that settles an address as DONE; built once, because that takes as long as running it."""
    moment = bindparam("now", type_=UTCDateTime)
    values: dict[str, Any] = {
        "state": AddressState.DONE,
        "status": bindparam("status"),
        "reason": bindparam("reason"),
        "tries": 0,
        "ended_at": moment,
        "fetched_at": moment,
        "due_at": bindparam("again_at", type_=UTCDateTime),
    }
    if not keeps_vain:
        values["vain"] = Address.vain + 1 if is_in_vain else 0
    if is_changed:
        values["changes"] = Address.changes + 1
    if has_recheck:
        values["first_fetched_at"] = bindparam("first_fetched_at_", type_=UTCDateTime)
        values["recheck_at"] = bindparam("recheck_at_", type_=UTCDateTime)
        values["missing_at"] = None
    return update(Address).where(Address.id == bindparam("address")).values(values)


def refuse(connection: Connection, addresses: Sequence[int], *, reason: str, now: datetime) -> None:
    """End leases without a request, because these addresses are not to be fetched."""
    if not addresses:
        return
    _end_in_vain(connection, addresses, AddressState.REFUSED, reason=reason, now=now)


def refuse_removed(connection: Connection, urls: Sequence[str], *, reason: str, now: datetime) -> None:
    """Refuse addresses that were taken down, and forget what their sources said of them."""
    for some in split_for_queries(urls):
        known = select(Address.id).where(Address.url.in_(some)).scalar_subquery()
        connection.execute(delete(Validator).where(Validator.address_id.in_(known)))
        connection.execute(
            update(Address)
            .where(Address.url.in_(some))
            .values(
                state=AddressState.REFUSED,
                reason=reason,
                ended_at=now,
                headline_key=None,
                headline_source=None,
                recheck_at=None,
            )
        )


def find_sites(connection: Connection, urls: Sequence[str]) -> dict[str, str]:
    """Return the site of each of these addresses that the frontier knows."""
    return {
        url: site
        for some in split_for_queries(urls)
        for url, site in connection.execute(select(Address.url, Address.site).where(Address.url.in_(some)))
    }


def forget_site(connection: Connection, site: str) -> None:
    """Delete every address of a site that was taken down, and what is known of them."""
    connection.execute(delete(Address).where(Address.site == site))


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
    row = connection.execute(_TRIED, {"address": address}).one()
    tries = row.tries + 1
    if tries > len(pauses):
        settle(connection, address, AddressState.FAILED, status=status, reason=reason, now=now)
        return False
    due_at = max(now + pauses[tries - 1], row.held_until or now)
    is_soon = due_at <= now + MAX_WAIT
    values = {"reason": reason, "status": status, "tries": tries, "due_at": due_at}
    if not is_soon:
        values["ended_at"] = now  # for this run
    _update(connection, [address], state=AddressState.PENDING, **values)
    return bool(is_soon)


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


def return_leases(connection: Connection, addresses: Sequence[int]) -> int:
    """Return these leases without a request; return how many."""
    return connection.execute(_RETURN, {"ids": list(addresses)}).rowcount if addresses else 0


def return_all_leases(connection: Connection, sites: Sequence[str] | None = None) -> int:
    """Return all leases, or those of these sites, and return how many: only while no crawl of them runs."""
    if sites is None:
        return connection.execute(_RETURN_ALL).rowcount
    return sum(
        connection.execute(_RETURN_ALL.where(Address.site.in_(some))).rowcount for some in split_for_queries(sites)
    )


def _end_in_vain(
    connection: Connection,
    addresses: Sequence[int],
    state: AddressState,
    *,
    reason: str | None,
    now: datetime,
    **status_: int | None,
) -> None:
    """End addresses in vain: one night more, and when they may be asked again. Without `status_` that stays."""
    rests = {f"rest_{vain}": now + find_rest_after(reason, vain + 1) for vain in range(MAX_VAIN)}
    rests |= {f"rest_{MAX_VAIN}": now + find_rest_after(reason, MAX_VAIN), "guess_rest": now + GUESS_REST}
    binds = {"ids": list(addresses), "state_": state, "reason_": reason, "now": now, **rests, **status_}
    connection.execute(_make_ended(has_status=bool(status_)), binds)


@cache
def _make_ended(*, has_status: bool) -> Update:
    """Return the statement that ends addresses in vain; built once, because that takes longer than running it."""
    rests = {vain: bindparam(f"rest_{vain}", type_=UTCDateTime) for vain in range(MAX_VAIN + 1)}
    longest = rests.pop(MAX_VAIN)
    guess = and_(Address.source == GUESS, Address.kind.in_(DISCOVERY_KINDS))
    values: dict[str, Any] = {
        "state": bindparam("state_"),
        "reason": bindparam("reason_"),
        "tries": 0,
        "ended_at": bindparam("now", type_=UTCDateTime),
        "vain": Address.vain + 1,
        "due_at": case(
            (guess, bindparam("guess_rest", type_=UTCDateTime)), else_=case(rests, value=Address.vain, else_=longest)
        ),
    }
    if has_status:
        values["status"] = bindparam("status_")
    return update(Address).where(Address.id.in_(bindparam("ids", expanding=True))).values(values)


def _update(connection: Connection, addresses: Sequence[int], **values: object) -> None:
    connection.execute(update(Address).where(Address.id.in_(addresses)).values(**values))
