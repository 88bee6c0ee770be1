"""Scrapy's SCHEDULER: hands out what the frontier has due. Nothing that Scrapy holds in memory is needed to go on."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter, deque
from datetime import datetime
from functools import partial

from scrapy import Request, Spider, signals
from scrapy.core.engine import ExecutionEngine
from scrapy.crawler import Crawler
from scrapy.exceptions import CloseSpider
from sqlalchemy.exc import SQLAlchemyError
from twisted.internet.defer import Deferred

from cleaning.errors import StorageLost
from crawler.holds import Holds, HostHeld
from crawler.leasing import Room, lease_rooms
from crawler.session import Session, now
from crawler.sites import Site
from crawler.spiders.articles import ArticlesSpider
from storage import frontier, hosts
from storage.addresses import TRAP, AddressKind, Lease
from storage.hosts import Hold

logger = logging.getLogger(__name__)


class FrontierScheduler:
    """Duck type of Scrapy's scheduler. Leases few addresses a site, so that a stop has little to give back.

    A request made out of a lease carries it in `meta["lease"]`, and so does what a redirect makes of it. Every lease is
    settled by the callback, the errback or the store pipeline; one that is still open when the crawl closes was lost on
    a way that nobody foresaw: it is given back and counted as `address/unexplained`.

    What comes due within `frontier.PATIENCE`, after a pause or because its host's hold ends, keeps the run waiting;
    what comes due later is handed out if the run still goes on then. A run that could ask for nothing at all because
    every host is on hold ends for the reason "nothing_to_do".
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._session = Session.of(crawler)
        self._leases_per_site = crawler.settings.getint("LEASES_PER_SITE")
        self._lists_per_site = crawler.settings.getint("LISTS_PER_SITE")
        self._lists = Counter[str]()  # feeds, sitemaps and sections that a site was asked for
        self._ready: deque[Lease] = deque()
        self._redirected: deque[Request] = deque()
        self._filling: asyncio.Task[None] | None = None
        self._holds = Holds.of(crawler)
        self._keeping: set[asyncio.Task[None]] = set()  # holds that are being stored
        self._held_back: list[tuple[str, Hold]] | None = None  # by holds of earlier runs, with their sites
        self._has_leased = False
        self._alarm: asyncio.TimerHandle | None = None  # set while a paused address comes due soon
        self._later: asyncio.TimerHandle | None = None  # the same for one that a run does not wait for
        self._dry: set[str] = set()  # sites that had nothing due, and nothing has happened to them since
        self._look = False  # whether it is worth looking at the frontier
        self._spider: ArticlesSpider

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> FrontierScheduler:
        return cls(crawler)

    def open(self, spider: Spider) -> None:
        if not isinstance(spider, ArticlesSpider):
            raise TypeError(f"the frontier serves the articles spider, not {spider!r}")
        self._spider = spider
        self._session.on_change = self._changed
        self._session.on_resume = self._schedule
        self._holds.keep = self._keep_hold
        self._crawler.signals.connect(self._left_downloader, signals.request_left_downloader)
        self._crawler.signals.connect(self._idle, signals.spider_idle)

    def has_pending_requests(self) -> bool:
        waiting = self._ready or self._redirected or self._filling or self._spider.mishaps
        return bool(waiting or self._look or self._alarm)

    def enqueue_request(self, request: Request) -> bool:
        """Takes back what a redirect made of a leased request; all else goes to the frontier as an offer."""
        if "lease" not in request.meta:
            raise ValueError(f"only the frontier makes requests, not {request}; offer the address to the session")
        self._redirected.append(request)
        return True

    def next_request(self) -> Request | None:
        if self._session.trouble is not None:  # what would be fetched now could not be stored
            return None
        if self._redirected:
            return self._redirected.popleft()
        if self._ready:
            return self._spider.request(self._ready.popleft())
        if self._filling is None and self._look:
            self._filling = asyncio.create_task(self._fill())
        return None

    def close(self, reason: str) -> Deferred[None]:  # noqa: ARG002 (Scrapy's)
        return Deferred.fromFuture(asyncio.ensure_future(self._close()))

    async def _fill(self) -> None:
        """Leases for every site that has room and may have something due."""
        self._look = False
        try:
            if self._held_back is None:
                await self._load_holds()
            rooms = self._rooms()
            # Dry until proved otherwise: by a lease below, or by what happens to the site meanwhile.
            self._dry.update(room.site for room in rooms)
            leases, refused, due_at = await self._session.do(
                partial(
                    lease_rooms,
                    rooms=rooms,
                    run=self._session.run,
                    since=self._spider.since,
                    named=self._spider.refetch is not None,
                    traps=self._session.traps,
                )
            )
            for lease in refused:
                self._session.tally.count(lease.site, f"address/refused/{TRAP}")
            self._count_lists(leases)
            self._has_leased = self._has_leased or bool(leases)
            self._dry.difference_update(lease.site for lease in (*leases, *refused))
            self._look = self._look or bool(refused)  # a trap is emptied step by step
            self._session.unsettled.update({lease.id: lease for lease in leases})
            self._ready.extend(leases)
            if due_at is not None:
                self._wake_at(due_at)
        except StorageLost:
            pass  # the session ends the crawl
        except SQLAlchemyError:
            logger.exception("the frontier cannot be read")
            self._session.fail("frontier_failed")
        finally:
            self._filling = None
            self._schedule()

    def _rooms(self) -> list[Room]:
        """The sites that may be given addresses now."""
        active = Counter(
            request.meta["lease"].site for request in self._engine.downloader.active if "lease" in request.meta
        )
        articles = Counter(
            lease.site for lease in self._session.unsettled.values() if lease.kind is AddressKind.ARTICLE
        )
        return [
            Room(
                site.name,
                room,
                None if site.limit is None else site.limit - self._kept(site) - articles[site.name],
                self._lists_per_site - self._lists[site.name],
            )
            for site in self._spider.sites
            if site.name not in self._dry and (room := self._leases_per_site - active[site.name]) > 0
        ]

    def _count_lists(self, leases: list[Lease]) -> None:
        for lease in leases:
            if lease.kind is not AddressKind.ARTICLE:
                self._lists[lease.site] += 1
                if self._lists[lease.site] == self._lists_per_site:
                    self._session.tally.count(lease.site, "discovery/problem/too-many-lists")
                    logger.warning("%s: after %d lists no more are read", lease.site, self._lists_per_site)

    async def _load_holds(self) -> None:
        sites = [site.name for site in self._spider.sites]
        noted, held = await self._session.do(
            lambda connection: (hosts.noted(connection), hosts.held(connection, sites, now()))
        )
        self._held_back = held
        self._holds.load(noted)
        for site, hold in held:
            self._holds.count(site, hold)

    def _keep_hold(self, host: str, hold: Hold | None) -> None:
        if hold is not None:
            logger.warning("%s", HostHeld(hold))
        task = asyncio.create_task(self._store_hold(host, hold))
        self._keeping.add(task)
        task.add_done_callback(self._keeping.discard)

    async def _store_hold(self, host: str, hold: Hold | None) -> None:
        with self._session.unless_lost():
            await self._session.do(
                lambda connection: hosts.hold(connection, hold) if hold else hosts.release(connection, host)
            )

    def _idle(self) -> None:
        if not self._has_leased and self._held_back:
            first = min(hold.until for _, hold in self._held_back)
            held = ", ".join(sorted({f"{hold.host} ({hold.reason})" for _, hold in self._held_back}))
            logger.warning(
                "nothing is asked of any site: on hold until %s UTC at least is %s", f"{first:%Y-%m-%d %H:%M}", held
            )
            raise CloseSpider("nothing_to_do")

    async def _close(self) -> None:
        if self._filling is not None:
            await self._filling
        self._stop_timers()
        if under_way := {*self._keeping, *self._spider.mishaps}:
            await asyncio.wait(under_way)
        unasked = [*self._ready, *(request.meta["lease"] for request in self._redirected)]
        for lease in unasked:
            self._session.unsettled.pop(lease.id, None)
        for lease in [] if self._session.is_lost else self._session.unsettled.values():
            self._session.tally.count(lease.site, "address/unexplained")
            logger.error("nobody said what became of %s; it is given back", lease.url)
        with self._session.unless_lost():
            await self._session.do(frontier.release)

    def _kept(self, site: Site) -> int:
        return self._session.tally.of(site.name, "article/stored")

    def _changed(self, site: str) -> None:
        self._dry.discard(site)
        self._look = True
        self._schedule()

    def _left_downloader(self) -> None:
        self._look = True  # its site has room again

    def _woken(self) -> None:
        self._stop_timers()
        self._dry.clear()
        self._look = True
        self._schedule()

    def _stop_timers(self) -> None:
        for timer in filter(None, (self._alarm, self._later)):
            timer.cancel()
        self._alarm = self._later = None

    def _wake_at(self, moment: datetime) -> None:
        loop = asyncio.get_running_loop()
        wait = max(0.0, (moment - now()).total_seconds())
        before = self._alarm if wait <= frontier.PATIENCE.total_seconds() else self._later
        if before is not None and before.when() <= loop.time() + wait:
            return
        if before is not None:
            before.cancel()
        timer = loop.call_later(wait, self._woken)
        if wait <= frontier.PATIENCE.total_seconds():
            self._alarm = timer
        else:
            self._later = timer

    @property
    def _engine(self) -> ExecutionEngine:
        assert self._crawler.engine is not None  # noqa: S101 (a scheduler is opened by its engine)
        return self._crawler.engine

    def _schedule(self) -> None:
        # Scrapy offers no public way to say that there is something to do; without it the engine looks every 5 seconds.
        if (slot := self._engine._slot) is not None:
            slot.nextcall.schedule()
