"""Choose which of many lists are read tonight: in turn, so that none is left out for ever."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import Connection, select

from storage.frontier.addresses import AddressState, Offer
from storage.models import Address

_QUERY_SIZE = 500  # addresses per query: SQLite allows 32,766 variables, older builds 999
_NEVER = datetime.min.replace(tzinfo=UTC)


def choose_in_turn(connection: Connection, offers: Sequence[Offer], count: int, *, run: int) -> list[Offer]:
    """Return `count` of these offers: those that were never asked for, then those that wait longest since they were.

    Among equals the order of `offers` decides. Offers that were chosen earlier in the run come first, so that a list
    that is read twice in a run does not take twice as many.
    """
    last_asked: dict[str, datetime] = {}
    urls = [offer.url for offer in offers]
    for start in range(0, len(urls), _QUERY_SIZE):
        rows = connection.execute(
            select(
                Address.url, Address.state, Address.tries, Address.due_at, Address.fetched_at, Address.last_run
            ).where(Address.url.in_(urls[start : start + _QUERY_SIZE]))
        )
        for row in rows:
            if row.last_run != run and (row.tries or row.state != AddressState.PENDING):
                # A list that failed, or is gone, has been asked for as well.
                last_asked[row.url] = row.due_at if row.fetched_at is None else max(row.due_at, row.fetched_at)
    return sorted(offers, key=lambda offer: last_asked.get(offer.url, _NEVER))[:count]
