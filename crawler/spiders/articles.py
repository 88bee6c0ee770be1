"""`scrapy crawl articles`: crawls sites, newest articles first."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from functools import partial
from typing import Any

from protego import Protego
from scrapy import Request, Spider, signals
from scrapy.crawler import Crawler
from scrapy.http import Response, TextResponse
from scrapy.robotstxt import RobotParser
from scrapy.settings import BaseSettings
from sqlalchemy import Connection
from twisted.python.failure import Failure

from cleaning.article import Page
from cleaning.canonical import canonical_url
from cleaning.errors import BadArgument
from crawler.arguments import Plan, crawl_plan
from crawler.discovery import Discovery, discover
from crawler.discovery.seeds import robots_sitemaps, seeds, usual_paths
from crawler.failures import Fate, fate, settle_fate
from crawler.items import FetchedPage
from crawler.page_facts import PageFacts
from crawler.refetching.asking import Refetch
from crawler.session import Session, now
from storage import frontier, offering
from storage.addresses import GUESS, AddressKind, AddressState, Lease, Offer

logger = logging.getLogger(__name__)


class ArticlesSpider(Spider):
    """Offers what discovery finds to the frontier, and makes an item of every article page.

    Arguments: `url` (one or several addresses, separated by spaces) crawls these sites without a `sites.toml`; `site`
    names one of `sites.toml`; `limit` is the most articles a site; `since` (YYYY-MM-DD) leaves older ones alone.
    `release` names the folder of a release: its articles are fetched again, and nothing else is asked for.
    """

    name = "articles"

    def __init__(self, session: Session, plan: Plan, facts: PageFacts) -> None:
        super().__init__(self.name)
        self.sites = plan.sites
        self.since = plan.since
        self.refetch = None if plan.release is None else Refetch(plan.release, session.data_dir)
        self._session = session
        self._facts = facts
        self._by_name = {site.name: site for site in plan.sites}
        self.mishaps: set[asyncio.Task[None]] = set()  # addresses under settlement that Scrapy does not wait for
        self._named: set[tuple[str, AddressKind]] = set()  # sites that name a feed, a sitemap of their own

    @classmethod
    def check(cls, settings: BaseSettings, arguments: dict[str, str]) -> None:
        """Raises the `UsageError` that these arguments deserve."""
        plan = cls._plan(settings, arguments)
        if plan.release is not None:
            plan.release.check()

    @classmethod
    def from_crawler(cls, crawler: Crawler, *_: Any, **arguments: str) -> ArticlesSpider:
        plan = cls._plan(crawler.settings, arguments)
        # A request that waits for its host's pause counts as concurrent, and so does the robots.txt that it waits for.
        held = len(plan.sites) * (crawler.settings.getint("LEASES_PER_SITE") + 1)
        if held > crawler.settings.getint("CONCURRENT_REQUESTS"):
            crawler.settings.set("CONCURRENT_REQUESTS", held, priority="cmdline")
        spider = cls(Session.of(crawler), plan, PageFacts(crawler.settings))
        spider._set_crawler(crawler)
        crawler.signals.connect(spider._robots_parsed, signals.robots_parsed)
        crawler.signals.connect(spider._callback_failed, signals.spider_error)
        crawler.signals.connect(spider._item_failed, signals.item_error)
        return spider

    @staticmethod
    def _plan(settings: BaseSettings, arguments: dict[str, str]) -> Plan:
        known = {"url", "site", "limit", "since", "release"}
        if unknown := sorted(set(arguments) - known):
            raise BadArgument(f"'articles' takes no argument {unknown[0]!r}; there are: {', '.join(sorted(known))}")
        return crawl_plan(settings, **arguments)

    async def start(self) -> AsyncIterator[Request]:
        requests: list[Request] = []  # they come from the frontier, not from here
        for request in requests:
            yield request
        if self.refetch is not None:
            await self._offer_release(self.refetch)
            return
        # All at once: an article is leased only when it is known which are the newest.
        run = self._session.run
        with self._session.unless_lost():
            await self._session.do(
                lambda connection: [
                    offering.offer(connection, site.name, seeds(site), run=run, now=now()) for site in self.sites
                ],
                changes=[site.name for site in self.sites],
            )

    async def _offer_release(self, refetch: Refetch) -> None:
        batches = refetch.batches()
        run = self._session.run
        while (batch := await asyncio.to_thread(next, batches, None)) is not None and not self._session.is_lost:
            site, articles = batch
            with self._session.unless_lost():
                offered = await self._session.do(
                    partial(refetch.offer, site=site, articles=articles, run=run), changes=[site]
                )
                self._count(site, offered)

    def request(self, lease: Lease) -> Request:
        """The request that asks for a leased address."""
        site = self._by_name[lease.site]
        callback = self.parse_article if lease.kind is AddressKind.ARTICLE else self.parse_discovery
        meta: dict[str, Any] = {"lease": lease, "site": site}
        return Request(lease.url, callback=callback, errback=self.failed, meta=meta, dont_filter=True)

    async def parse_article(self, response: Response) -> AsyncIterator[FetchedPage]:
        """One item a page; it goes on in `crawler/pipelines/clean.py`, where it is judged whether it is an article."""
        lease: Lease = response.meta["lease"]
        self._session.tally.count(lease.site, "response/received")
        self._session.tally.count(lease.site, "page/fetched")
        html = await _text(response) or ""
        page = Page(
            url=canonical_url(response.url) or lease.url,
            html=html,
            status=response.status,
            fetched_at=response.meta["fetched_at"],
            language=self._by_name[lease.site].language,
            **self._facts.of(response.headers, response.meta.get("host_rights")),
        )
        if self.refetch is not None and page.url != lease.url:
            self.refetch.move(lease.url, page.url)
        yield FetchedPage(page, lease.site, lease, response.meta.get("archive_place"))

    async def parse_discovery(self, response: Response) -> None:
        """Offers the addresses that a feed, sitemap or section names, and settles its own in the same transaction."""
        lease: Lease = response.meta["lease"]
        self._session.tally.count(lease.site, "response/received")
        found = await asyncio.to_thread(
            discover,
            self._by_name[lease.site],
            lease.kind,
            lease.depth,
            response.url,
            response.body,
            html=await _text(response),
            content_type=(response.headers.get("Content-Type") or b"").decode("latin-1"),
            may_follow=partial(self._facts.follows, response.headers),
        )
        for reason, number in sorted(found.refused.items()):
            self._session.tally.count(lease.site, f"link/refused/{reason}", number)
        if found.problem:
            self._session.tally.count(lease.site, f"discovery/problem/{found.problem}")
        offers = self._with_usual_paths(lease, found)
        with self._session.unless_lost(lease):
            offered = await self._session.do(
                lambda connection: self._settle_discovery(connection, lease, offers, response), changes=[lease.site]
            )
            self._session.unsettled.pop(lease.id, None)
            self._session.tally.count(lease.site, "discovery/read")
            self._count(lease.site, offered)

    async def failed(self, failure: Failure) -> None:
        """Says what became of an address that gave no page."""
        request: Request = failure.request  # type: ignore[attr-defined]  # Scrapy adds it
        await self._settle(request.meta["lease"], fate(failure))

    def _callback_failed(self, failure: Failure, response: object) -> None:
        # Scrapy does not wait for what listens to this signal; the scheduler does.
        if isinstance(response, Response):
            task = asyncio.create_task(self._settle(response.meta["lease"], fate(failure)))
            self.mishaps.add(task)
            task.add_done_callback(self.mishaps.discard)

    async def _item_failed(self, item: FetchedPage, failure: Failure) -> None:
        if item.lease is not None:
            await self._settle(item.lease, fate(failure))

    async def _settle(self, lease: Lease, verdict: Fate) -> None:
        with self._session.unless_lost(lease):
            await self._settle_fate(lease, verdict)

    async def _settle_fate(self, lease: Lease, verdict: Fate) -> None:
        if verdict.is_ours:
            self._session.fail()
        if verdict.status is not None and verdict.until is None:  # what was held back was not asked for
            self._session.tally.count(lease.site, "response/received")
        pauses = self._session.retry_pauses
        state = await self._session.do(
            lambda connection: settle_fate(connection, lease, verdict, pauses), changes=[lease.site]
        )
        self._session.unsettled.pop(lease.id, None)
        if lease.source == GUESS and state == AddressState.GONE:
            self._session.tally.count(lease.site, "discovery/absent")
        elif state != "held":  # that is counted once for the host
            noun = f"address/{state}/{verdict.reason}"
            self._session.tally.count(lease.site, noun)
        if _is_front(lease):
            own = (
                "; your own network is asked with -s ALLOWED_NETWORKS=" if verdict.reason.startswith("address-") else ""
            )
            logger.warning("%s: no front page at %s (%s, %s)%s", lease.site, lease.url, verdict.reason, state, own)

    async def _robots_parsed(self, robotparser: RobotParser, request: Request) -> None:
        site = request.meta.get("site")
        rules = getattr(robotparser, "rp", None)
        if site is not None and isinstance(rules, Protego) and self.refetch is None:
            await self._offer(site.name, robots_sitemaps(site, rules.sitemaps))

    def _with_usual_paths(self, lease: Lease, found: Discovery) -> list[Offer]:
        """What was found, and after a front page that names no feed or sitemap the addresses where they usually are."""
        self._named.update((lease.site, offer.kind) for offer in found.offers)
        if not _is_front(lease):
            return found.offers
        feed = (lease.site, AddressKind.FEED) not in self._named
        sitemap = (lease.site, AddressKind.SITEMAP) not in self._named
        return [*found.offers, *usual_paths(self._by_name[lease.site], feed=feed, sitemap=sitemap)]

    def _settle_discovery(
        self, connection: Connection, lease: Lease, offers: list[Offer], response: Response
    ) -> offering.Offered:
        """Older pages of a list are asked for only while they show what was not known before this run."""
        moment, run = now(), self._session.run
        following = [offer for offer in offers if offer.source == "next"]
        offered = offering.offer(
            connection, lease.site, [offer for offer in offers if offer.source != "next"], run=run, now=moment
        )
        if offered.fresh:
            offering.offer(connection, lease.site, following, run=run, now=moment)
        if lease.source == GUESS and offers:
            frontier.stop_guessing(connection, lease.site, lease.kind, run=run, now=moment)
        frontier.settle(connection, lease.id, AddressState.DONE, status=response.status, now=moment)
        return offered

    async def _offer(self, site: str, offers: list[Offer]) -> None:
        run = self._session.run
        with self._session.unless_lost():
            offered = await self._session.do(
                lambda connection: offering.offer(connection, site, offers, run=run, now=now()), changes=[site]
            )
            self._count(site, offered)

    def _count(self, site: str, offered: offering.Offered) -> None:
        self._session.tally.count(site, "address/new", offered.new)
        self._session.tally.count(site, "address/again", offered.again)
        self._session.tally.count(site, "address/known", offered.known)


async def _text(response: Response) -> str | None:
    """The decoded text, made in a thread: guessing the encoding of a long page takes a second."""
    return await asyncio.to_thread(getattr, response, "text") if isinstance(response, TextResponse) else None


def _is_front(lease: Lease) -> bool:
    return lease.kind is AddressKind.SECTION and lease.depth == 0
