"""Settles the lease of an article that has not changed since it was stored: it is not cleaned again."""

from __future__ import annotations

from scrapy.http import Response
from sqlalchemy import Connection

from cleaning.page.canonical import to_canonical_url
from crawler.run.counts import log_outcome
from crawler.run.session import Session
from crawler.storing.recheck_results import complete_recheck, plan_next_recheck
from storage.articles.saving import make_article_id
from storage.frontier import settling
from storage.frontier.addresses import AddressState, Lease
from storage.frontier.missing import record_return
from storage.frontier.rechecks import Outlook, RecheckPlan
from storage.frontier.validators import Validators, save_validators


async def settle_unchanged_article(session: Session, lease: Lease, response: Response, plan: RecheckPlan) -> None:
    """Settle the lease, and count the article as unchanged.

    The stored article keeps its time and its place in the archive: they are those of the fetch that its text is from.
    """
    validators: Validators = response.meta["validators"]
    name = make_article_id(to_canonical_url(validators.url) or validators.url)

    def settle(connection: Connection) -> bool:
        fetched_at = response.meta["fetched_at"]
        recheck = plan_next_recheck(plan, lease, fetched_at)
        settling.settle(
            connection,
            lease.id,
            AddressState.DONE,
            status=response.status,
            outlook=Outlook(is_in_vain=True, is_recheck=lease.is_recheck, recheck=recheck),
            now=fetched_at,
        )
        save_validators(connection, lease.id, validators)
        complete_recheck(connection, plan, lease, name, run=session.run, now=fetched_at)
        return lease.missing_at is not None and record_return(connection, name, fetched_at=fetched_at)

    with session.suppress_storage_lost(lease):
        is_back = await session.run_in_transaction(settle, ended_sites=[lease.site], can_wait=True)
        session.unsettled_leases.pop(lease.id, None)
        session.counts.add(lease.site, "recheck/back", int(is_back))
        if lease.is_recheck:
            session.counts.add_recheck(lease.site, "unchanged")
            session.counts.add(lease.site, "recheck/not-modified")
        else:
            session.counts.add_page(lease.site, "unchanged")
        log_outcome(lease.site, "recheck/unchanged" if lease.is_recheck else "unchanged", lease.url)
