"""Finds out what a host says of the use of an article: in robots.txt, and in tdmrep.json."""

from __future__ import annotations

from collections.abc import Sequence

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK

from cleaning.records.given import HostRights
from crawler.failures.errors import CrawlStopped, HostOnHold
from crawler.failures.outcome import classify_error
from crawler.middlewares.daily_fetch import DailyFetch
from crawler.middlewares.robots import RobotsRules
from crawler.middlewares.spider_requests import MADE_BY_SPIDER
from crawler.rights.agents import find_refused_agents
from crawler.rights.tdmrep import MAX_BYTES, PATH, MalformedTdmFile, TdmRule, find_tdm_rule, parse_tdm_rules
from crawler.rights.usage import find_usage_preferences
from crawler.run.counts import counts_of
from crawler.sites.site import SITE_OF_REQUEST
from storage.frontier.addresses import AddressKind, Lease


class RightsMiddleware:
    """Puts `HostRights` into `meta["host_rights"]`, right before the page is fetched.

    It runs after `RobotsMiddleware`, and takes the rules of robots.txt from the request. It fetches tdmrep.json once a
    day and host (scheme, name and port), when the first article of the host is requested. That request passes every
    check that one for a page does: scope, guard, robots.txt, pauses, holds, limits. The page is fetched whatever the
    outcome. Where no file can be fetched, nothing is reserved (TDMRep: a host without the file does not take part).
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._counts = counts_of(crawler)
        self._asks_tdmrep = crawler.settings.getbool("TDMREP_ASKED")
        self._tdm_rules = DailyFetch[Sequence[TdmRule]](fetch_again_after=(HostOnHold, CrawlStopped))

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> RightsMiddleware:
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        robots: RobotsRules | None = request.meta.get("robots_rules")
        if robots is None:  # the request is for a robots.txt, or robots.txt is not obeyed
            request.meta.pop("host_rights", None)  # a redirect copies the meta of the address that led here
            return
        rule = await self._find_tdm_rule(request) if self._asks_tdmrep and _is_article(request) else None
        request.meta["host_rights"] = HostRights(
            ai_refused=find_refused_agents(robots.parser, request.url),
            usage=find_usage_preferences(robots.usage, request.url),
            tdm_reserved=rule.reserved if rule else None,
            tdm_policy=rule.policy if rule and rule.reserved else None,
        )

    async def _find_tdm_rule(self, request: Request) -> TdmRule | None:
        try:
            rules = await self._tdm_rules.get(request, lambda host: self._fetch(f"{host}{PATH}", request))
        except (HostOnHold, CrawlStopped):  # no request was sent; the page itself will not be fetched now either
            return None
        return find_tdm_rule(rules, request.url)

    async def _fetch(self, url: str, request: Request) -> Sequence[TdmRule]:
        """Fetch the tdmrep.json at `url`, which this request needs first."""
        engine = self._crawler.engine
        assert engine is not None  # noqa: S101 (it made the request that brings us here)
        meta = {
            SITE_OF_REQUEST: request.meta[SITE_OF_REQUEST],
            "download_maxsize": MAX_BYTES,
            "download_warnsize": 0,
            "dont_retry": True,
        }
        try:
            response = await engine.download_async(Request(url, meta=meta, callback=NO_CALLBACK, dont_filter=True))
        except (HostOnHold, CrawlStopped):
            raise
        except Exception as error:  # noqa: BLE001 (counted; whatever it is, the page is fetched)
            self._count(request, classify_error(error).reason)
            return ()
        return self._parse(request, response)

    def _parse(self, request: Request, response: Response) -> Sequence[TdmRule]:
        if response.status != 200:
            self._count(request, f"http-{response.status}")
            return ()
        try:
            rules = parse_tdm_rules(response.body, response.url)
        except MalformedTdmFile:
            self._count(request, "malformed")
            return ()
        self._count(request, "rules")
        return rules

    def _count(self, request: Request, outcome: str) -> None:
        self._counts.add(request.meta[SITE_OF_REQUEST].name, f"rights/tdmrep/{outcome}")


def _is_article(request: Request) -> bool:
    """Return whether the response may be an article's page, as every page may that a spider asks for."""
    lease: Lease | None = request.meta.get("lease")
    return MADE_BY_SPIDER in request.meta or (lease is not None and lease.kind is AddressKind.ARTICLE)
