"""Leases addresses to a run: as many as the quota of each site allows, and none that belongs to a trap."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Connection

from crawler.frontier.leases_ahead import Returned
from crawler.frontier.traps import Traps
from crawler.run.session import now
from storage.frontier import leasing, settling
from storage.frontier.addresses import TRAP, AddressKind, Lease
from storage.frontier.rechecks import RecheckPlan
from storage.frontier.same_pages.twin_learning import set_aside_returned

_NO_RECHECKS = RecheckPlan()
_LOOK_AHEAD = timedelta(days=1)  # how far ahead the next due address is looked up; as long as the longest hold
_MAX_LOOKED_THROUGH = 500  # addresses of a site that one query returns, until one of them belongs to no trap
_MAX_REFUSED = 2_000  # addresses of a site that one transaction refuses: other transactions wait for it


class LeaseQuota(NamedTuple):
    """The numbers of addresses that may be leased to a site now."""

    site: str
    addresses: int
    articles: int | None  # that the run may still fetch; None: no bound
    lists: int  # feeds, sitemaps and section pages that the run may still fetch
    since: leasing.FirstDay | None = None  # articles that are older are left for another run
    ahead: int = 0  # articles that are leased beside `addresses`, to be asked for after them
    rechecks: int = 0  # articles that the run may still look at again


class LeaseBatch(NamedTuple):
    """The leases, the addresses refused as traps, and when the next address of a site that got neither is due.

    `set_aside` counts by site the returned addresses that were refused as twins.
    """

    leases: list[Lease]
    refused: list[Lease]
    due_at: datetime | None
    set_aside: Counter[str]


def lease_within_quotas(
    connection: Connection,
    *,
    quotas: Iterable[LeaseQuota],
    run: int,
    this_run_only: bool = False,
    traps: Traps,
    recheck_plan: RecheckPlan = _NO_RECHECKS,
    returned: Returned | None = None,
) -> LeaseBatch:
    """Lease addresses to these sites; refuse those that belong to a trap, and look at the next ones.

    Before that, give back what is `returned` of earlier leases.

    With `this_run_only`, lease only addresses that were offered in this run. A site of which addresses were refused but
    none leased may have more that are due: a trap may hold 100,000.
    """
    moment = now()
    returned = returned or Returned()
    settling.return_leases(connection, returned.ids)
    set_aside = Counter[str]()
    for site, ids in returned.twins.items():
        set_aside[site] += set_aside_returned(connection, site, ids, moment)
    leases: list[Lease] = []
    refused: list[Lease] = []
    exhausted: list[LeaseQuota] = []
    for quota in quotas:
        good, trapped = _lease(connection, quota, run, this_run_only, traps, recheck_plan, moment)
        leases += good
        refused += trapped
        if not good and not trapped and quota.articles != 0:
            exhausted.append(quota)
    if not exhausted:
        return LeaseBatch(leases, refused, None, set_aside)
    sites = [quota.site for quota in exhausted]
    # The earliest of all: an article that is too old wakes the crawl for nothing, and is not leased.
    since = min((quota.since for quota in exhausted if quota.since is not None), default=None)
    due_at = leasing.find_next_due(
        connection, sites, since=since, this_run_only=this_run_only, run=run, now=moment, within=_LOOK_AHEAD
    )
    return LeaseBatch(leases, refused, due_at, set_aside)


def _lease(
    connection: Connection,
    quota: LeaseQuota,
    run: int,
    this_run_only: bool,
    traps: Traps,
    recheck_plan: RecheckPlan,
    moment: datetime,
) -> tuple[list[Lease], list[Lease]]:
    refused: list[Lease] = []
    most = quota.addresses
    while True:
        found = leasing.lease(
            connection,
            quota.site,
            limit=most,
            ahead=quota.ahead,
            max_articles=quota.articles,
            max_lists=quota.lists,
            since=quota.since,
            this_run_only=this_run_only,
            rechecks=quota.rechecks,
            recheck_plan=recheck_plan,
            run=run,
            now=moment,
        )
        good: list[Lease] = []
        trapped: list[Lease] = []
        for lease in found:
            is_news = lease.kind is AddressKind.ARTICLE and not lease.is_recheck
            is_trap = is_news and traps.is_closed(lease.url)
            (trapped if is_trap else good).append(lease)
        settling.refuse(connection, [lease.id for lease in trapped], reason=TRAP, now=moment)
        refused += trapped
        if good or not trapped or len(refused) >= _MAX_REFUSED:
            is_list = bool(good) and good[0].kind is not AddressKind.ARTICLE
            wanted = quota.addresses + (0 if is_list else quota.ahead)
            settling.return_leases(connection, [lease.id for lease in good[wanted:]])
            return good[:wanted], refused
        most = min(2 * most, _MAX_LOOKED_THROUGH)
