"""Settles the lease of an article that has not changed since it was stored: it is not cleaned again."""

from __future__ import annotations

from scrapy.http import Response
from sqlalchemy import Connection

from crawler.run.counts import log_outcome
from crawler.run.session import Session
from storage.frontier import settling
from storage.frontier.addresses import AddressState, Lease
from storage.frontier.rechecks import Outlook
from storage.frontier.validators import save_validators


async def settle_unchanged_article(session: Session, lease: Lease, response: Response) -> None:
    """Settle the lease, and count the article as unchanged.

    The stored article keeps its time and its place in the archive: they are those of the fetch that its text is from.
    """

    def settle(connection: Connection) -> None:
        fetched_at = response.meta["fetched_at"]
        settling.settle(
            connection,
            lease.id,
            AddressState.DONE,
            status=response.status,
            outlook=Outlook(is_in_vain=True),
            now=fetched_at,
        )
        save_validators(connection, lease.id, response.meta["validators"])

    with session.suppress_storage_lost(lease):
        await session.run_in_transaction(settle, ended_sites=[lease.site], can_wait=True)
        session.unsettled_leases.pop(lease.id, None)
        session.counts.add_page(lease.site, "unchanged")
        log_outcome(lease.site, "unchanged", lease.url)
