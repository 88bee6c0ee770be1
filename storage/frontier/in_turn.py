"""Choose which of many lists are read tonight: in turn, so that none is left out for ever."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, select

from storage.database.query_batches import split_for_queries
from storage.frontier.addresses import AddressState, Offer
from storage.models import Address

MAX_NEW = 50  # lists that were never asked for
MAX_AGAIN = 10  # lists that were: those that wait for longest


def choose_in_turn(connection: Connection, offers: Sequence[Offer], *, run: int) -> list[Offer]:
    """Return the offers that are read tonight: MAX_NEW in their order, and MAX_AGAIN.

    Those that were chosen earlier in the run come first and count, so that a list that is read twice in a run does not
    take twice as many.
    """
    last_asked: dict[str, datetime] = {}
    chosen: set[str] = set()
    urls = [offer.url for offer in offers]
    for batch in split_for_queries(urls):
        rows = connection.execute(
            select(
                Address.url, Address.state, Address.tries, Address.due_at, Address.fetched_at, Address.last_run
            ).where(Address.url.in_(batch))
        )
        for row in rows:
            if row.last_run == run:
                chosen.add(row.url)
            elif row.tries or row.state != AddressState.PENDING:
                # A list that failed, or is gone, has been asked for as well.
                last_asked[row.url] = row.due_at if row.fetched_at is None else max(row.due_at, row.fetched_at)
    new = [offer for offer in offers if offer.url not in last_asked and offer.url not in chosen]
    again = sorted((offer for offer in offers if offer.url in last_asked), key=lambda offer: last_asked[offer.url])
    left = max(0, MAX_NEW + MAX_AGAIN - len(chosen))
    tonight = new[: min(MAX_NEW, left)] + again[: min(MAX_AGAIN, left)]
    return [offer for offer in offers if offer.url in chosen] + tonight
