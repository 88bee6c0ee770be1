"""The crawl of a survey: the spider `articles`, but the front page comes first, and ten pages a site are enough."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from scrapy import Request
from scrapy.http import Response
from scrapy.settings import BaseSettings
from sqlalchemy import Connection
from twisted.python.failure import Failure

from crawler.discovery.seeds import make_seed_offers
from crawler.explain.fetch import describe_failure
from crawler.failures.errors import CrawlStopped, OffSite
from crawler.failures.outcome import classify_failure
from crawler.run.session import now
from crawler.sites.site import Site
from crawler.spiders.arguments import CrawlPlan
from crawler.spiders.articles import ArticlesSpider
from storage.frontier import offering
from storage.frontier.addresses import NAMED, AddressKind, Lease, Offer

# A failure of the front page after which no other address of a new site is asked for.
_OF_THE_HOST = ("dns", "connection-refused", "timeout", "tls", "robots", "address-")


@dataclass(frozen=True, slots=True)
class SurveyTask:
    """What a survey asks for: pages of the sites, and what may be asked of them beside what the crawl would ask."""

    sites: tuple[Site, ...]
    all_sites: tuple[Site, ...]  # addresses may belong to them
    pages: int  # articles of each site
    guesses: Mapping[str, Sequence[Offer]] = field(default_factory=dict)  # by site: lists that may exist
    known: Mapping[str, Sequence[str]] = field(default_factory=dict)  # by site: stored articles to look at again
    insists: bool = False  # whether the lists of an entry are asked for although the front page cannot be had


@dataclass(frozen=True, slots=True)
class SeenFailure:
    """A request that gave no page: the word that the crawl counts it by, and a sentence for a person."""

    url: str
    kind: AddressKind
    reason: str
    sentence: str
    moved_to: str | None = None  # the address on another domain that it redirects to


class SurveySpider(ArticlesSpider):
    """Crawls a little of each site. `failures` are those of each site, by address, `asked_articles` their numbers."""

    name = "survey"
    custom_settings = {  # noqa: RUF012 (Scrapy's)
        **ArticlesSpider.custom_settings,
        "SCHEDULER": "crawler.survey.sample_scheduler.SampleScheduler",
    }
    failures: defaultdict[str, dict[str, SeenFailure]]
    failed_articles: Counter[str]
    _task: SurveyTask

    @classmethod
    def _create(cls, crawler: Any, arguments: dict[str, Any]) -> SurveySpider:
        spider = super()._create(crawler, arguments)
        assert isinstance(spider, SurveySpider)  # noqa: S101 (it is made by cls)
        spider._task = arguments["task"]
        spider.failures = defaultdict(dict)
        spider.failed_articles = Counter()
        return spider

    @classmethod
    def make_plan(cls, _settings: BaseSettings, arguments: dict[str, Any]) -> CrawlPlan:
        task: SurveyTask = arguments["task"]
        limits = (task.pages + len(task.known.get(site.name, ())) for site in task.sites)
        sites = (replace(site, limit=limit) for site, limit in zip(task.sites, limits, strict=True))
        return CrawlPlan(tuple(sites), task.all_sites)

    def make_first_offers(self, site: Site) -> list[Offer]:
        """Offer the front page, and stored articles as the newest: the rest follows when it has answered."""
        known = [Offer(url, AddressKind.ARTICLE, now(), source=NAMED) for url in self._task.known.get(site.name, ())]
        return [offer for offer in make_seed_offers(site) if offer.url == site.url] + known

    def build_request(self, lease: Lease) -> Request:
        request = super().build_request(lease)
        return request.replace(callback=self._parse_front_page) if self._is_front_page(lease) else request

    async def _parse_front_page(self, response: Response) -> None:
        await self._offer_rest(response.meta["lease"].site)  # while it is leased: the run would go on to articles
        await self._lists.parse(response)

    async def on_request_error(self, failure: Failure) -> None:
        lease: Lease = failure.request.meta["lease"]  # type: ignore[attr-defined]  # Scrapy adds it
        if isinstance(failure.value, CrawlStopped):  # nothing was sent: that says nothing of the site
            await super().on_request_error(failure)
            return
        outcome = classify_failure(failure)
        moved_to = failure.value.url if isinstance(failure.value, OffSite) else None
        seen = SeenFailure(lease.url, lease.kind, outcome.reason, describe_failure(failure), moved_to)
        self.failures[lease.site][lease.url] = seen
        if lease.kind is AddressKind.ARTICLE and outcome.state is not None:
            self.failed_articles[lease.site] += 1
        if self._is_front_page(lease) and (self._task.insists or not outcome.reason.startswith(_OF_THE_HOST)):
            await self._offer_rest(lease.site)
        await super().on_request_error(failure)

    def _is_front_page(self, lease: Lease) -> bool:
        return lease.kind is AddressKind.SECTION and lease.url == self._sites_by_name[lease.site].url

    async def _offer_rest(self, name: str) -> None:
        """Offer what stands in the entry of a site, and what may exist beside it."""
        site = self._sites_by_name[name]
        offers = [*make_seed_offers(site), *self._task.guesses.get(name, ())]
        # At depth 0 sections of the entry are read, too, when ten articles are known already.
        rest = [replace(offer, depth=0) for offer in offers if offer.url != site.url]
        run = self._session.run

        def offer(connection: Connection) -> None:
            offering.offer(connection, name, rest, run=run, now=now())

        with self._session.suppress_storage_lost():
            await self._session.run_in_transaction(offer, changed_sites=[name])
