"""Scrapy's SCHEDULER: hands out requests for the addresses that are due in the frontier.

The next crawl needs nothing that Scrapy holds in memory: the state of every address is in the database.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter, deque
from collections.abc import Sequence
from functools import partial

from scrapy import Request, Spider, signals
from scrapy.core.engine import ExecutionEngine
from scrapy.crawler import Crawler
from scrapy.exceptions import CloseSpider
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError
from twisted.internet.defer import Deferred

from cleaning.errors import StorageLost
from crawler.frontier.frontier_spider import FrontierSpider
from crawler.frontier.lease_quota import LeaseQuota, lease_within_quotas
from crawler.frontier.leases_ahead import LeasesAhead
from crawler.frontier.recheck_share import RecheckShare
from crawler.frontier.timers import WakeTimers
from crawler.frontier.traps import traps_of
from crawler.hosts.holds import holds_of
from crawler.hosts.stored_holds import StoredHolds
from crawler.run.counts import log_outcome
from crawler.run.rechecks import recheck_plan_of
from crawler.run.session import now, session_of
from crawler.run.time_budget import budget_of
from crawler.sites.site import Site
from storage.frontier import hosts, settling
from storage.frontier.addresses import TRAP, TWIN, AddressKind, Lease
from storage.frontier.hosts import Hold
from storage.frontier.recheck_leases import count_due_rechecks
from storage.frontier.waiting import DUE, count_unread_lists, count_waiting
from storage.nights.account import OVER_LIMIT, WAITING

logger = logging.getLogger(__name__)
# Pages of a site beside those under way: a kill has them asked for again, and only a judged page tells of a trap.
_MOST_UNSTORED = 1
_LISTS_OF_MOST = 20  # feeds, sitemaps and sections of a usual site: they are read however late it is
_MOST_RECHECKS = 100  # articles of a site that are leased at once to be looked at again


class FrontierScheduler:
    """Leases addresses from the frontier, a few a site, so that a stop has few leases to release.

    Of each site LEASES_PER_SITE addresses are asked for at once, and none while many of its pages are not stored yet.
    The articles to be asked for next are leased with them (crawler/frontier/leases_ahead.py).

    Duck type of Scrapy's scheduler. A request made from a lease carries it in `meta["lease"]`, and so does the request
    of a redirect. Every lease is settled by the callback, the errback or the store pipeline. A lease that is still
    unsettled when the crawl closes is a defect: it is released and counted as `address/unexplained`.

    An address that comes due within `settling.MAX_WAIT`, after a pause or when the hold of its host ends, keeps the run
    open. One that comes due later is leased if the run is still going on then. A run that could send no request
    because every host is on hold ends with the finish_reason "nothing_to_do".
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._session = session_of(crawler)
        self._leases_per_site = crawler.settings.getint("LEASES_PER_SITE")
        self._lists_per_site = crawler.settings.getint("LISTS_PER_SITE")
        self._pages_per_site = crawler.settings.getint("PAGES_PER_SITE")
        self._budget = budget_of(crawler)
        self._lists = Counter[str]()  # by site: feeds, sitemaps and section pages that were leased
        self._ready: deque[Lease] = deque()
        self._redirected: deque[Request] = deque()
        self._leasing: asyncio.Task[None] | None = None
        self._holds = holds_of(crawler)
        self._stored_holds = StoredHolds(self._session)
        self._earlier_holds: list[tuple[str, Hold]] | None = None  # of earlier runs, each with its site
        self._has_leased = False
        self._timers = WakeTimers(self._wake)  # for addresses that are not due yet
        self._exhausted: set[str] = set()  # sites that had nothing due, and of which nothing has changed since
        self._may_lease_more = False  # whether anything happened since the frontier was last queried
        self._traps = traps_of(crawler)
        self._ahead = LeasesAhead(self._is_barred)
        self._recheck_plan = recheck_plan_of(crawler)
        self._recheck_share = RecheckShare(self._session.counts, crawler.settings.getfloat("RECHECK_SHARE"))
        self._being_leased: set[str] = set()  # sites
        self._spider: FrontierSpider

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> FrontierScheduler:
        return cls(crawler)

    def open(self, spider: Spider) -> None:
        if not isinstance(spider, FrontierSpider):
            raise TypeError(f"the frontier scheduler needs a FrontierSpider, got {spider!r}")
        self._spider = spider
        self._session.on_change = self._on_site_changed
        self._session.on_reorder = self._on_reorder
        self._session.on_withhold = self._ahead.withhold
        self._session.on_resume = self._wake_engine
        self._holds.on_change = self._stored_holds.record
        # When a request has left the downloader, its response still passes the middlewares; the site gets no other one.
        self._crawler.signals.connect(self._on_response, signals.response_received)
        self._crawler.signals.connect(self._on_idle, signals.spider_idle)

    def has_pending_requests(self) -> bool:
        waiting = self._ready or self._redirected or self._ahead or self._leasing or self._spider.pending_failures
        return bool(waiting or self._may_lease_more or self._timers.has_soon)

    def enqueue_request(self, request: Request) -> bool:
        """Accept the request of a redirect. Raise ValueError for a request without a lease."""
        if "lease" not in request.meta:
            raise ValueError(f"{request} has no lease; offer its address to the frontier instead")
        self._redirected.append(request)
        return True

    def next_request(self) -> Request | None:
        if self._session.pause_reason is not None:  # a page fetched now could not be stored
            return None
        if self._redirected:
            return self._redirected.popleft()
        if not self._ready and (self._may_lease_more or (self._ahead and not self._engine.downloader.active)):
            self._find_ready()
        return self._spider.build_request(self._ready.popleft()) if self._ready else None

    def close(self, reason: str) -> Deferred[None]:
        return Deferred.fromFuture(asyncio.ensure_future(self._close(reason)))

    def _find_ready(self) -> None:
        """Take what is leased ahead for every site that is below its quota; lease more for sites that have nothing."""
        hungry = []
        for quota in self._compute_quotas():
            most = quota.addresses if quota.articles is None else min(quota.addresses, quota.articles)
            taken = self._ahead.take(quota.site, most)
            self._hand_out(taken)
            if not taken:
                hungry.append(quota)
        if self._leasing is None:
            self._may_lease_more = False
            if hungry or self._earlier_holds is None:
                self._being_leased = {quota.site for quota in hungry}
                self._leasing = asyncio.create_task(self._lease_more(hungry))
        elif not hungry:
            self._may_lease_more = False

    def _hand_out(self, leases: Sequence[Lease]) -> None:
        for lease in leases:
            self._session.unsettled_leases[lease.id] = lease
        self._ready.extend(leases)

    def _is_barred(self, lease: Lease) -> bool:
        is_trap = not lease.is_recheck and self._traps.is_closed(lease.url)
        return is_trap or self._holds.find(lease.url) is not None

    async def _lease_more(self, quotas: list[LeaseQuota]) -> None:
        """Lease addresses for these sites, and give back what was leased ahead and is not to be asked for now."""
        try:
            if self._earlier_holds is None:
                await self._load_holds()
            # Until a lease below, or a change of the site meanwhile, shows the opposite.
            self._exhausted.update(quota.site for quota in quotas)
            leases, refused, due_at, set_aside = await self._session.run_in_transaction(
                partial(
                    lease_within_quotas,
                    quotas=quotas,
                    run=self._session.run,
                    this_run_only=self._spider.is_list_closed,
                    traps=self._traps,
                    recheck_plan=self._recheck_plan,
                    returned=self._ahead.pop_returned(),
                )
            )
            for site, number in set_aside.items():
                self._session.counts.add(site, f"address/refused/{TWIN}", number)
            for lease in refused:
                self._session.counts.add(lease.site, f"address/refused/{TRAP}")
                log_outcome(lease.site, f"refused/{TRAP}", lease.url)
            self._count_lists(leases)
            for lease in leases:  # also those that are leased ahead: a failure of before counts no longer
                self._session.counts.retract_failure(lease.id)
            self._has_leased = self._has_leased or bool(leases)
            self._exhausted.difference_update(lease.site for lease in (*leases, *refused))
            self._may_lease_more = self._may_lease_more or bool(refused)  # a trap is emptied over several transactions
            for quota in quotas:
                of_site = [lease for lease in leases if lease.site == quota.site]
                self._hand_out(of_site[: quota.addresses])
                self._ahead.keep(quota.site, of_site[quota.addresses :])
            if due_at is not None:
                self._timers.set(due_at)
        except StorageLost:
            pass  # the session has aborted the crawl
        except SQLAlchemyError:
            logger.exception("cannot read the frontier")
            self._session.abort_crawl("frontier_failed")
        finally:
            self._leasing = None
            self._being_leased = set()
            self._may_lease_more = True  # these sites may have changed meanwhile
            self._wake_engine()

    def _compute_quotas(self) -> list[LeaseQuota]:
        """Return the quotas of the sites that may be leased addresses now."""
        active = Counter(
            request.meta["lease"].site for request in self._engine.downloader.active if "lease" in request.meta
        )
        articles = Counter(
            lease.site for lease in self._session.unsettled_leases.values() if lease.kind is AddressKind.ARTICLE
        )
        scraper = self._engine.scraper.slot
        is_busy = bool(self._engine.downloader.active) or (scraper is not None and not scraper.is_idle())
        unstored = articles if is_busy else Counter[str]()  # else nothing will end them
        most = self._leases_per_site + _MOST_UNSTORED
        rechecks = self._find_free_rechecks()
        return [
            LeaseQuota(
                site.name,
                free,
                self._find_most_articles(site, articles[site.name]),
                self._find_most_lists(site),
                self._spider.get_since(site),
                self._ahead.find_size(site.name),
                rechecks.get(site.name, 0),
            )
            for site in self._spider.sites
            if site.name not in self._exhausted
            and site.name not in self._being_leased
            and (free := min(self._leases_per_site - active[site.name], most - unstored[site.name])) > 0
        ]

    def _find_most_lists(self, site: Site) -> int:
        """Return how many lists of a site may still be read: in the second half of the time, none of one with many."""
        read = self._lists[site.name]
        return 0 if read >= _LISTS_OF_MOST and self._budget.is_for_articles else self._lists_per_site - read

    def _find_free_rechecks(self) -> dict[str, int]:
        """Return how many articles of each site may be looked at again now; none in a run that is no night."""
        if not self._spider.is_night or not self._recheck_plan.after:
            return {}
        under_way = [*self._session.unsettled_leases.values(), *self._ahead.list_leases()]
        return self._recheck_share.find_free([site.name for site in self._spider.sites], under_way, _MOST_RECHECKS)

    def _count_lists(self, leases: list[Lease]) -> None:
        for lease in leases:
            if lease.kind is not AddressKind.ARTICLE:
                self._lists[lease.site] += 1
                if self._lists[lease.site] == self._lists_per_site:
                    self._session.counts.add(lease.site, "discovery/problem/too-many-lists")
                    logger.warning("%s: after %d lists no more are read", lease.site, self._lists_per_site)

    async def _load_holds(self) -> None:
        sites = [site.name for site in self._spider.sites]
        earlier, held = await self._session.run_in_transaction(
            lambda connection: (hosts.load_holds(connection), hosts.find_waiting_holds(connection, sites, now()))
        )
        self._earlier_holds = held
        self._holds.load(earlier)
        for site, hold in held:
            self._holds.count_hold(site, hold)

    def _on_idle(self) -> None:
        if not self._has_leased and self._earlier_holds:
            first = min(hold.until for _, hold in self._earlier_holds)
            held = ", ".join(sorted({f"{hold.host} ({hold.reason})" for _, hold in self._earlier_holds}))
            logger.warning(
                "no request is sent to any site: on hold until at least %s UTC: %s", f"{first:%Y-%m-%d %H:%M}", held
            )
            raise CloseSpider("nothing_to_do")

    async def _close(self, reason: str) -> None:
        if self._leasing is not None:
            await self._leasing
        self._timers.stop()
        if under_way := {*self._stored_holds.pending, *self._spider.pending_failures}:
            await asyncio.wait(under_way)
        unasked = [*self._ready, *(request.meta["lease"] for request in self._redirected)]
        for lease in unasked:
            self._session.unsettled_leases.pop(lease.id, None)
        for lease in [] if self._session.is_storage_lost else self._session.unsettled_leases.values():
            self._session.counts.add(lease.site, "address/unexplained")
            logger.error("no component recorded an outcome for %s; its lease is released", lease.url)
        with self._session.suppress_storage_lost():
            waiting, unread = await self._session.run_in_transaction(self._return_leases)
            rechecks = await self._session.run_in_transaction(self._count_rechecks)
            for site in self._spider.sites:
                if unread[site.name]:
                    self._session.counts.add(site.name, "discovery/waiting", unread[site.name])
                is_bounded = (site.limit is not None or self._pages_per_site > 0) and reason == "finished"
                for why, number in sorted(waiting[site.name].items()):
                    word = OVER_LIMIT if is_bounded and why == DUE else why
                    self._session.counts.add(site.name, f"{WAITING}{word}", number)
                self._session.counts.add(site.name, "recheck/waiting", rechecks.get(site.name, 0))

    def _return_leases(self, connection: Connection) -> tuple[dict[str, Counter[str]], Counter[str]]:
        """Return all leases; and by site how many articles wait for another run, and why, and how many lists."""
        settling.return_all_leases(connection, self._session.claimed_sites)
        articles = {
            site.name: count_waiting(
                connection,
                site.name,
                since=self._spider.get_since(site),
                this_run_only=self._spider.is_list_closed,
                run=self._session.run,
                now=now(),
            )
            for site in self._spider.sites
        }
        return articles, count_unread_lists(connection, list(articles), self._session.run)

    def _count_rechecks(self, connection: Connection) -> dict[str, int]:
        """Return by site how many articles are due to be looked at again; none in a run that is no night."""
        sites = self._spider.sites if self._spider.is_night and self._recheck_plan.after else ()
        count = partial(count_due_rechecks, connection, plan=self._recheck_plan, now=now())
        return {site.name: count(site.name) for site in sites}

    def count_toward_limit(self, site: Site) -> int:
        """Return how many of the articles that the limit of the site allows are used up."""
        return self._session.counts.get(site.name, "article/stored")

    def _find_most_articles(self, site: Site, under_way: int) -> int | None:
        """Return how many articles of a site may still be fetched; None if that has no bound."""
        pages = self._session.counts.get(site.name, "page/fetched")
        bounds = ((site.limit, self.count_toward_limit(site)), (self._pages_per_site or None, pages))
        return min((most - used - under_way for most, used in bounds if most is not None), default=None)

    def _on_site_changed(self, site: str) -> None:
        self._exhausted.discard(site)
        self._may_lease_more = True
        self._wake_engine()

    def _on_reorder(self, site: str, has_twins: bool) -> None:
        self._ahead.give_back(site, has_twins=has_twins)

    def _on_response(self) -> None:
        self._may_lease_more = True  # its site is below its quota again

    def _wake(self) -> None:
        self._timers.stop()
        self._exhausted.clear()
        self._may_lease_more = True
        self._wake_engine()

    @property
    def _engine(self) -> ExecutionEngine:
        assert self._crawler.engine is not None  # noqa: S101 (a scheduler is opened by its engine)
        return self._crawler.engine

    def _wake_engine(self) -> None:
        # Scrapy has no public way to wake its engine, which otherwise asks for a request every 5 seconds.
        if (slot := self._engine._slot) is not None:
            slot.nextcall.schedule()
