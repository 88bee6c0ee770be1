"""Records in the frontier that the request for a leased address failed, and counts the failure."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import Connection

from crawler.failures.outcome import RequestOutcome
from crawler.run.counts import log_outcome
from crawler.run.pauses import add_jitter
from crawler.run.session import Session, now
from crawler.storing.recheck_results import complete_recheck
from storage.articles.saving import make_article_id
from storage.frontier import settling
from storage.frontier.addresses import GUESS, AddressKind, AddressState, Lease
from storage.frontier.missing import Missing, record_missing
from storage.frontier.rechecks import NO_RECHECK, Outlook, RecheckPlan

logger = logging.getLogger(__name__)
_NO_RECHECKS = RecheckPlan()


# The results that end a re-check as it should end: the page is not there, or its address leads to a known one.
_RECHECK_WORDS = {AddressState.GONE.value: "missing", AddressState.DONE.value: "moved"}


class FailureRecorder:
    """Records the failed requests of a crawl. `pending` are the recordings for which the scheduler waits."""

    def __init__(self, session: Session, retry_pauses: Sequence[timedelta], plan: RecheckPlan = _NO_RECHECKS) -> None:
        self._session = session
        self._retry_pauses = retry_pauses
        self._plan = plan
        self.pending: set[asyncio.Task[str | None]] = set()

    async def record(self, lease: Lease, outcome: RequestOutcome) -> str | None:
        """Record and count the failure, and return the word by which it is counted; None if it cannot be stored.

        End the crawl if it is a failure of our storage.
        """
        word: str | None = None
        with self._session.suppress_storage_lost(lease):
            if outcome.is_storage_failure:
                self._session.abort_crawl()
            if outcome.status is not None and outcome.postponed_until is None:  # else no request was sent
                self._session.counts.add(lease.site, "response/received")
            is_list = lease.kind is not AddressKind.ARTICLE
            word = await self._session.run_in_transaction(
                lambda connection: record_failure(
                    connection, lease, outcome, self._retry_pauses, self._plan, self._session.run
                ),
                changed_sites=[lease.site] if is_list else (),
                ended_sites=[lease.site],
            )
            self._session.unsettled_leases.pop(lease.id, None)
            self._count(lease, outcome, word)
        return word

    def record_soon(self, lease: Lease, outcome: RequestOutcome) -> None:
        """Record the failure in a task, for callers that cannot wait."""
        task = asyncio.create_task(self.record(lease, outcome))
        self.pending.add(task)
        task.add_done_callback(self.pending.discard)

    def _count(self, lease: Lease, outcome: RequestOutcome, result: str) -> None:
        log_outcome(lease.site, f"{result}/{outcome.reason}", lease.url)
        if lease.source == GUESS and result == AddressState.GONE:
            self._session.counts.add(lease.site, "discovery/absent")
        elif result in ("retried", "released"):
            self._session.counts.add(lease.site, f"address/{result}/{outcome.reason}")
        elif lease.is_recheck and result in _RECHECK_WORDS:
            self._session.counts.add_recheck(lease.site, _RECHECK_WORDS[result])
        elif lease.is_recheck and result != "held":
            self._session.counts.add_recheck(lease.site, f"failed/{outcome.reason}")
        elif result != "held":  # a hold is counted once for the host
            is_list = lease.kind is not AddressKind.ARTICLE
            self._session.counts.add_failure(lease.site, lease.id, f"{result}/{outcome.reason}", is_list=is_list)
        if lease.is_front_page:
            is_address_refused = outcome.reason.startswith("address-")
            hint = "; to crawl your own network, set -s ALLOWED_NETWORKS=" if is_address_refused else ""
            message = "%s: no front page at %s (%s, %s)%s"
            told = {"site": lease.site, "url": lease.url}
            logger.warning(message, lease.site, lease.url, outcome.reason, result, hint, extra=told)


def record_failure(
    connection: Connection,
    lease: Lease,
    outcome: RequestOutcome,
    pauses: Sequence[timedelta],
    plan: RecheckPlan,
    run: int,
) -> str:
    """Settle, postpone or release a lease; return the word by which the result is counted.

    "released": our storage failed. "held": the host is on hold. "gone", "refused", "failed": final. "retried": the
    address is due again after one of `pauses`.
    """
    if outcome.is_storage_failure:
        settling.return_leases(connection, [lease.id])
        return "released"
    if outcome.postponed_until is not None:
        settling.defer(connection, lease.id, until=outcome.postponed_until)
        return "held"
    moment = now()
    if outcome.state is not None:
        # A known page at another address: there is nothing to look at again here.
        outlook = Outlook(recheck=NO_RECHECK)
        settling.settle(
            connection,
            lease.id,
            outcome.state,
            status=outcome.status,
            reason=outcome.reason,
            outlook=outlook,
            now=moment,
        )
        is_missing = outcome.state is AddressState.GONE and lease.kind is AddressKind.ARTICLE
        if is_missing and record_missing(connection, lease, plan=plan, now=moment) is Missing.STILL_GONE:
            complete_recheck(connection, plan, lease, make_article_id(lease.url), run=run, now=moment, is_gone=True)
        return outcome.state
    is_retried = settling.retry_or_fail(
        connection,
        lease.id,
        pauses=[add_jitter(pause) for pause in pauses],
        reason=outcome.reason,
        status=outcome.status,
        now=moment,
    )
    return "retried" if is_retried else "failed"
