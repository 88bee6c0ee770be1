"""`scrapy crawl articles`: crawls sites, newest articles first.

The way of a page through a crawl:

1. `start` offers the first addresses of each site to the frontier: feeds, sitemaps, front page, sections.
2. The scheduler (crawler/frontier/scheduler.py) leases addresses that are due, and gets a request for each from
   `build_request`. The request passes the middlewares (crawler/middlewares), which check and archive it.
3. `ListParser.parse` (list_parser.py) reads a feed, a sitemap or a section page, and offers the addresses in it.
4. `parse_article` makes an item of an article page. The pipelines (crawler/pipelines) clean the page and store it.
5. If any of this fails, the failure is recorded in the frontier: the address is tried again later, or given up.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from scrapy import Request, Spider, signals
from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy.robotstxt import RobotParser
from scrapy.settings import BaseSettings
from sqlalchemy import Connection
from twisted.python.failure import Failure

from cleaning.errors import StorageLost
from cleaning.page.canonical import to_canonical_url
from cleaning.records.given import Page
from crawler.browser.check_browser import check_browser
from crawler.discovery.seeds import make_seed_offers
from crawler.failures.errors import CrawlStopped, OffSite
from crawler.failures.outcome import classify_error, classify_failure
from crawler.frontier.record_failure import FailureRecorder
from crawler.items import FetchedPage
from crawler.page_facts import PageFacts, decode_response_text, is_quickly_decoded
from crawler.refetching.refetch import Refetch
from crawler.run.lent_claim import lent_claim_of
from crawler.run.notices import NoticeKind, Notices, describe_move, describe_removal, notices_of
from crawler.run.pauses import parse_pauses
from crawler.run.rechecks import recheck_plan_of
from crawler.run.session import Session, now, session_of
from crawler.run.starts import keep_start_error
from crawler.sites.owners import SiteOwners
from crawler.sites.site import SITE_OF_REQUEST, Site
from crawler.sites.site_days import SiteDays
from crawler.sites.site_groups import list_grouped_sites, list_places
from crawler.spiders.arguments import ARGUMENT_NAMES, CrawlPlan, plan_crawl
from crawler.spiders.list_parser import ListParser
from crawler.spiders.unchanged_article import settle_unchanged_article
from crawler.walls.redirect_target import is_elsewhere
from crawler.walls.watch import WallWatch, watch_of
from storage.articles.tombstones import find_removed_site
from storage.frontier import offering
from storage.frontier.addresses import NAMED, AddressKind, Lease, Offer
from storage.frontier.leasing import FirstDay
from storage.frontier.recheck_leases import drop_missed_rechecks
from storage.frontier.rechecks import RecheckPlan


def claim_sites_of(crawler: Crawler, plan: CrawlPlan) -> None:
    """Have the session claim the sites of a plan that is of some sites of sites.toml; with those on their hosts."""
    lent = lent_claim_of(crawler)
    if plan.is_of_some and lent.sites is None:
        names = list_grouped_sites(plan.all_sites, [site.name for site in plan.sites])
        lent.sites = tuple(names)
        lent.places = tuple(list_places([site for site in plan.all_sites if site.name in lent.sites]))


class ArticlesSpider(Spider):
    """Offers addresses to the frontier, and makes an item of every article page.

    Arguments:

    url      addresses of sites, separated by spaces; crawls these sites, without a sites.toml
    site     crawls this site of sites.toml; without `url` and `site`, all of them are crawled
    limit    the most articles of each site
    since    YYYY-MM-DD, in the zone of each site; leaves older articles for another run
    release  the folder of a release; fetches its articles again, and nothing else
    article  the address of one article; fetches it, also if it is known, and nothing else
    """

    name = "articles"
    argument_names = ARGUMENT_NAMES
    uses_frontier = True
    custom_settings = {  # noqa: RUF012 (Scrapy's)
        "SCHEDULER": "crawler.frontier.scheduler.FrontierScheduler",
        "DUPEFILTER_CLASS": "scrapy.dupefilters.BaseDupeFilter",  # filters nothing: the frontier knows every address
        "CONCURRENT_ITEMS": 1,  # of a response: a page is one item, and Scrapy starts a task for each that could be
        "RETRY_ENABLED": False,  # Scrapy would retry at once; the frontier retries when an address is due
    }

    def __init__(
        self,
        session: Session,
        plan: CrawlPlan,
        facts: PageFacts,
        retry_pauses: Sequence[timedelta],
        max_list_size: int,
        notices: Notices,
        recheck_plan: RecheckPlan,
    ) -> None:
        super().__init__(self.name)
        self._notices = notices
        self.sites = plan.sites
        self.needs_browser = any(site.browser for site in plan.sites)
        self.days = SiteDays(plan.since)
        self.refetch = None if plan.release is None else Refetch(plan.release, session.data_dir)
        self._article = plan.article
        self.is_night = not plan.is_narrowed  # its numbers may be compared with those of other nights
        # Where all of sites.toml is crawled: its names. What is open of other sites is closed.
        self.listed_sites = frozenset(site.name for site in plan.sites) if plan.is_whole else None
        self.is_list_closed = self.refetch is not None or self._article is not None
        self._session = session
        self._facts = facts
        self._max_list_size = max_list_size
        self._plan = recheck_plan
        self._failures = FailureRecorder(session, retry_pauses, recheck_plan)
        self.pending_failures = self._failures.pending
        self._sites_by_name = {site.name: site for site in plan.sites}
        self.owners = SiteOwners(plan.all_sites or plan.sites)
        self._lists = ListParser(session, facts, plan.sites, self.owners, self.days)
        self._walls: WallWatch

    @classmethod
    def check_arguments(cls, settings: BaseSettings, arguments: dict[str, Any]) -> None:
        """Raise a `UsageError` if the arguments are wrong."""
        plan = plan_crawl(settings, **arguments)
        check_browser(settings, plan.sites)
        if plan.release is not None:
            plan.release.check()

    @classmethod
    def from_crawler(cls, crawler: Crawler, *_: Any, **arguments: Any) -> ArticlesSpider:
        with keep_start_error(crawler):
            return cls._create(crawler, arguments)

    @classmethod
    def make_plan(cls, settings: BaseSettings, arguments: dict[str, Any]) -> CrawlPlan:
        """Return what to crawl. Raise a `UsageError` if the arguments are wrong."""
        return plan_crawl(settings, **arguments)

    def make_first_offers(self, site: Site) -> list[Offer]:
        """Return the addresses of a site that are offered when the crawl begins."""
        return make_seed_offers(site)

    @classmethod
    def claim_sites(cls, crawler: Crawler, arguments: dict[str, Any]) -> None:
        """Claim the sites that `site` names alone, so that other crawls may crawl others. Before the session opens."""
        is_served = crawler.settings["DATABASE_URL"].startswith("postgres")  # else there is no claim on a site
        if is_served and arguments.get("site") is not None and arguments.get("release") is None:
            claim_sites_of(crawler, cls.make_plan(crawler.settings, arguments))

    @classmethod
    def _create(cls, crawler: Crawler, arguments: dict[str, Any]) -> ArticlesSpider:
        settings = crawler.settings
        plan = cls.make_plan(settings, arguments)
        check_browser(settings, plan.sites)
        claim_sites_of(crawler, plan)
        # A request that waits for the pause of its host counts as concurrent, and so does one for its robots.txt.
        concurrent = len(plan.sites) * (settings.getint("LEASES_PER_SITE") + 1)
        if concurrent > settings.getint("CONCURRENT_REQUESTS"):
            settings.set("CONCURRENT_REQUESTS", concurrent, priority="cmdline")
        retry_pauses = parse_pauses(settings.getlist("RETRY_PAUSES"))
        spider = cls(
            session_of(crawler),
            plan,
            PageFacts(settings),
            retry_pauses,
            settings.getint("LIST_MAXSIZE"),
            notices_of(crawler),
            recheck_plan_of(crawler),
        )
        spider._set_crawler(crawler)
        spider._walls = watch_of(crawler)
        crawler.signals.connect(spider._on_robots_parsed, signals.robots_parsed)
        crawler.signals.connect(spider._on_callback_error, signals.spider_error)
        crawler.signals.connect(spider._on_item_error, signals.item_error)
        crawler.signals.connect(spider._on_item_dropped, signals.item_dropped)
        return spider

    async def start(self) -> AsyncIterator[Request]:
        """Offer the first addresses. Yields no request: the scheduler makes all requests, from leases."""
        no_requests: list[Request] = []
        for request in no_requests:  # makes this function the async generator that Scrapy expects
            yield request
        if self.refetch is not None:
            await self._offer_release(self.refetch)
        elif self._article is not None:
            await self._offer_article(self._article)
        else:
            await self._offer_seeds()

    async def _offer_seeds(self) -> None:
        run = self._session.run
        # In one transaction: no article is leased before it is known which articles are the newest.
        with self._session.suppress_storage_lost():
            removed = await self._session.run_in_transaction(
                partial(self._offer_first_addresses, run=run),
                changed_sites=[site.name for site in self.sites],
            )
            for name, day in removed.items():
                self._notices.add(name, NoticeKind.REMOVED, describe_removal(name, day.date()))

    def _offer_first_addresses(self, connection: Connection, run: int) -> dict[str, datetime]:
        """Offer the first addresses of every site, and return when those were taken down that were."""
        removed = {}
        drop_missed_rechecks(connection, [site.name for site in self.sites], plan=self._plan, now=now())
        for site in self.sites:
            offering.offer(connection, site.name, self.make_first_offers(site), run=run, now=now())
            if (day := find_removed_site(connection, site.name)) is not None:
                removed[site.name] = day
        return removed

    async def _offer_article(self, url: str) -> None:
        run, site = self._session.run, self.sites[0].name
        offers = [Offer(url, AddressKind.ARTICLE, source=NAMED)]
        with self._session.suppress_storage_lost():
            offered = await self._session.run_in_transaction(
                lambda connection: offering.offer(connection, site, offers, run=run, now=now()), changed_sites=[site]
            )
            self._session.counts.add_offered(site, offered)

    async def _offer_release(self, refetch: Refetch) -> None:
        batches = refetch.iter_batches()
        run = self._session.run
        while (batch := await asyncio.to_thread(next, batches, None)) is not None and not self._session.is_storage_lost:
            site, articles = batch
            with self._session.suppress_storage_lost():
                offered = await self._session.run_in_transaction(
                    partial(refetch.offer, site=site, articles=articles, run=run), changed_sites=[site]
                )
                self._session.counts.add_offered(site, offered)

    def get_since(self, site: Site) -> FirstDay | None:
        """Return the first day of a site whose articles the run asks for; None if it asks for all."""
        return self.days.get_first_day(site)

    def is_before_since(self, site: str, published_at: datetime) -> bool:
        """Return whether an article of the site is left for another run, because it is older than `since`."""
        return self.days.is_before(self._sites_by_name[site], published_at)

    def build_request(self, lease: Lease) -> Request:
        """Return the request for a leased address."""
        site = self._sites_by_name[lease.site]
        callback = self.parse_article if lease.kind is AddressKind.ARTICLE else self._lists.parse
        meta: dict[str, Any] = {"lease": lease, SITE_OF_REQUEST: site}
        if lease.kind in (AddressKind.FEED, AddressKind.SITEMAP):
            meta["download_maxsize"] = self._max_list_size
        return Request(lease.url, callback=callback, errback=self.on_request_error, meta=meta, dont_filter=True)

    async def parse_article(self, response: Response) -> AsyncIterator[FetchedPage]:
        """Yield one item for the page. The clean pipeline decides whether the page is an article.

        @url http://127.0.0.1:28733/lokales/freibad-verlaengert-die-saison-48023.html
        @lease article
        @returns items 1 1
        @article Das Freibad verlängert die Saison bis in den Oktober
        """
        lease: Lease = response.meta["lease"]
        self._session.counts.add(lease.site, "response/received")
        self._session.counts.add(lease.site, "response/bytes", len(response.body))
        if response.meta.get("is_unchanged"):
            await settle_unchanged_article(self._session, lease, response, self._plan)
            return
        if is_quickly_decoded(response):
            html = decode_response_text(response)
        else:
            html = await asyncio.to_thread(decode_response_text, response)
        url = to_canonical_url(response.url) or lease.url
        # A redirect may lead to another edition.
        site = self.owners.find_owner(url, self._sites_by_name[lease.site]) or self._sites_by_name[lease.site]
        page = Page(
            url=url,
            html=html or "",
            status=response.status,
            fetched_at=response.meta["fetched_at"],
            **self._facts.collect(response.headers, response.meta.get("host_rights"), site),
        )
        if self.refetch is not None and page.url != lease.url and not is_elsewhere(lease.url, page.url, site):
            self.refetch.record_redirect(lease.url, page.url)
        meta = response.meta
        yield FetchedPage(page, site.name, lease, meta.get("archive_location"), validators=meta.get("validators"))

    async def _on_robots_parsed(self, robotparser: RobotParser, request: Request) -> None:
        if not self.is_list_closed:
            await self._lists.offer_robots_sitemaps(robotparser, request)

    async def on_request_error(self, failure: Failure) -> None:
        """Record that a request failed, or that its response has an error status."""
        request: Request = failure.request  # type: ignore[attr-defined]  # Scrapy adds it
        lease, outcome = request.meta["lease"], classify_failure(failure)
        if isinstance(failure.value, OffSite):
            if lease.is_front_page:
                self._notices.add(lease.site, NoticeKind.MOVED, describe_move(failure.value.url))
            self._walls.record_off_site(lease, failure.value.url)
        result = await self._failures.record(lease, outcome)
        await self._lists.guess_after_failure(lease, outcome, result)

    def _on_callback_error(self, failure: Failure, response: object) -> None:
        if isinstance(response, Response):
            # Scrapy does not wait for receivers of this signal; the scheduler waits for `pending_failures`.
            self._failures.record_soon(response.meta["lease"], classify_failure(failure))

    async def _on_item_error(self, item: Any, failure: Failure) -> None:
        if (lease := self._find_open_lease(item)) is not None:
            await self._failures.record(lease, classify_failure(failure))

    async def _on_item_dropped(self, item: Any, exception: BaseException) -> None:
        """Settle the lease of a page that is not stored: a pipeline of the user refused it, or the crawl is ending."""
        if (lease := self._find_open_lease(item)) is not None:
            cause = exception.__cause__
            is_ours = isinstance(cause, CrawlStopped | StorageLost)  # the clean pipeline's, while a crawl ends
            await self._failures.record(lease, classify_error(cause if is_ours and cause is not None else exception))

    def _find_open_lease(self, item: Any) -> Lease | None:
        """Return the lease of an item that left the pipelines before it was stored; None if it was settled there."""
        lease = item.lease if isinstance(item, FetchedPage) else None
        return lease if lease is not None and lease.id in self._session.unsettled_leases else None
