"""Scrapy's SCHEDULER: hands out what the frontier has due. Nothing that Scrapy holds in memory is needed to go on."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter, deque
from datetime import datetime, timedelta

from scrapy import Request, Spider, signals
from scrapy.core.engine import ExecutionEngine
from scrapy.crawler import Crawler
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError
from twisted.internet.defer import Deferred

from crawler.session import Session, now
from crawler.sites import Site
from crawler.spiders.articles import ArticlesSpider
from storage import frontier
from storage.addresses import AddressKind, Lease

MOST_FAILURES = 5  # of the database, in a row; then the crawl ends
PAUSE = timedelta(seconds=3)  # before it is tried again
logger = logging.getLogger(__name__)


class FrontierScheduler:
    """Duck type of Scrapy's scheduler. Leases few addresses a site, so that a stop has little to give back.

    A request made out of a lease carries it in `meta["lease"]`, and so does what a redirect makes of it. Every lease is
    settled by the callback, the errback or the store pipeline; one that is still open when the crawl closes was lost on
    a way that nobody foresaw: it is given back and counted as `address/unexplained`.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._session = Session.of(crawler)
        self._leases_per_site = crawler.settings.getint("LEASES_PER_SITE")
        self._ready: deque[Lease] = deque()
        self._redirected: deque[Request] = deque()
        self._filling: asyncio.Task[None] | None = None
        self._failures = 0  # of the database, in a row
        self._alarm: asyncio.TimerHandle | None = None  # set while a paused address comes due soon
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
        self._crawler.signals.connect(self._left_downloader, signals.request_left_downloader)

    def has_pending_requests(self) -> bool:
        return bool(self._ready or self._redirected or self._filling or self._look or self._alarm)

    def enqueue_request(self, request: Request) -> bool:
        """Takes back what a redirect made of a leased request; all else goes to the frontier as an offer."""
        if "lease" not in request.meta:
            raise ValueError(f"only the frontier makes requests, not {request}; offer the address to the session")
        self._redirected.append(request)
        return True

    def next_request(self) -> Request | None:
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
            rooms = self._rooms()
            # Dry until proved otherwise: by a lease below, or by what happens to the site meanwhile.
            self._dry.update(site.name for site, _, _ in rooms)
            leases, due_at = await self._session.do(lambda connection: self._lease(connection, rooms))
            self._dry.difference_update(lease.site for lease in leases)
            self._session.unsettled.update({lease.id: lease for lease in leases})
            self._ready.extend(leases)
            if due_at is not None:
                self._wake_at(due_at)
            self._failures = 0
        except SQLAlchemyError:
            self._failures += 1
            logger.exception("the frontier cannot be read, for the %d. time in a row", self._failures)
            if self._failures >= MOST_FAILURES:
                self._session.fail()
            else:
                self._wake_at(now() + PAUSE)
        finally:
            self._filling = None
            self._schedule()

    def _rooms(self) -> list[tuple[Site, int, int | None]]:
        """For each site, how many addresses it may be given now, and how many of them articles."""
        active = Counter(
            request.meta["lease"].site for request in self._engine.downloader.active if "lease" in request.meta
        )
        articles = Counter(
            lease.site for lease in self._session.unsettled.values() if lease.kind is AddressKind.ARTICLE
        )
        return [
            (site, room, None if site.limit is None else site.limit - self._kept(site) - articles[site.name])
            for site in self._spider.sites
            if site.name not in self._dry and (room := self._leases_per_site - active[site.name]) > 0
        ]

    def _lease(
        self, connection: Connection, rooms: list[tuple[Site, int, int | None]]
    ) -> tuple[list[Lease], datetime | None]:
        run, since, moment = self._session.run, self._spider.since, now()
        leases = [
            lease
            for site, room, articles in rooms
            for lease in frontier.lease(
                connection, site.name, most=room, articles=articles, since=since, run=run, now=moment
            )
        ]
        served = {lease.site for lease in leases}
        dry = [site.name for site, _, articles in rooms if site.name not in served and articles != 0]
        return leases, frontier.next_due(connection, dry, since=since, run=run, now=moment) if dry else None

    async def _close(self) -> None:
        if self._filling is not None:
            await self._filling
        if self._alarm is not None:
            self._alarm.cancel()
        unasked = [*self._ready, *(request.meta["lease"] for request in self._redirected)]
        for lease in unasked:
            self._session.unsettled.pop(lease.id, None)
        for lease in self._session.unsettled.values():
            self._session.tally.count(lease.site, "address/unexplained")
            logger.error("nobody said what became of %s; it is given back", lease.url)
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
        self._alarm = None
        self._dry.clear()
        self._look = True
        self._schedule()

    def _wake_at(self, moment: datetime) -> None:
        loop = asyncio.get_running_loop()
        when = loop.time() + max(0.0, (moment - now()).total_seconds())
        if self._alarm is None or when < self._alarm.when():
            if self._alarm is not None:
                self._alarm.cancel()
            self._alarm = loop.call_at(when, self._woken)

    @property
    def _engine(self) -> ExecutionEngine:
        assert self._crawler.engine is not None  # noqa: S101 (a scheduler is opened by its engine)
        return self._crawler.engine

    def _schedule(self) -> None:
        # Scrapy offers no public way to say that there is something to do; without it the engine looks every 5 seconds.
        if (slot := self._engine._slot) is not None:
            slot.nextcall.schedule()
