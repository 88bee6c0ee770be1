"""Finds out what the host of an article's page says of its use elsewhere: in robots.txt, and in tdmrep.json."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from time import monotonic
from typing import NamedTuple

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK
from scrapy.utils.httpobj import urlparse_cached

from cleaning.article import HostRights
from crawler.extensions.prompt_stop import Stopped
from crawler.failures import fate_of
from crawler.holds import HostHeld
from crawler.middlewares.robots import RobotsRules
from crawler.rights.agents import refused
from crawler.rights.tdmrep import MOST_BYTES, PATH, Malformed, TdmRule, tdm_rule, tdm_rules
from crawler.rights.usage import usage_of
from crawler.tally import tally_of
from storage.addresses import AddressKind, Lease

_LONGEST_LIFE = 86_400.0  # seconds for which the file is believed, as of a robots.txt


class _Asked(NamedTuple):
    rules: asyncio.Task[Sequence[TdmRule]]
    at: float  # monotonic seconds


class RightsMiddleware:
    """Puts `HostRights` into `meta["host_rights"]`: as they stand when the page is about to be asked for.

    It comes after robots.txt, whose rules it finds in the request. tdmrep.json is asked for when the first article of a
    host is, once a run and host (port and scheme), by a request that passes every gate that a page's does: scope,
    guard, robots.txt, pauses, holds, limits. Whatever comes of it, the page is asked for; where no file can be had,
    nothing is said (TDMRep: failure to give it means that the host does not take part).
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._tally = tally_of(crawler)
        self._asks = crawler.settings.getbool("TDMREP_ASKED")
        self._asked: dict[str, _Asked] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> RightsMiddleware:
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        robots: RobotsRules | None = request.meta.get("robots_rules")
        if robots is None:  # of a robots.txt itself, or where none is obeyed
            request.meta.pop("host_rights", None)  # of the address that redirected here
            return
        lease: Lease | None = request.meta.get("lease")
        is_article = lease is not None and lease.kind is AddressKind.ARTICLE
        rule = tdm_rule(await self._rules_for(request), request.url) if is_article and self._asks else None
        request.meta["host_rights"] = HostRights(
            ai_refused=refused(robots.parser, request.url),
            usage=usage_of(robots.usage, request.url),
            tdm_reserved=rule.reserved if rule else None,
            tdm_policy=rule.policy if rule and rule.reserved else None,
        )

    async def _rules_for(self, request: Request) -> Sequence[TdmRule]:
        parts = urlparse_cached(request)
        host = f"{parts.scheme}://{parts.netloc}"
        asked = self._asked.get(host)
        if asked is None or monotonic() - asked.at > _LONGEST_LIFE:
            task = asyncio.create_task(self._ask(f"{host}{PATH}", request))
            asked = self._asked[host] = _Asked(task, monotonic())
        try:
            return await asyncio.shield(asked.rules)
        except (HostHeld, Stopped):  # nobody was asked; nor will the page be, at its own turn
            if self._asked.get(host) is asked:
                del self._asked[host]
            return ()

    async def _ask(self, url: str, request: Request) -> Sequence[TdmRule]:
        engine = self._crawler.engine
        assert engine is not None  # noqa: S101 (it made the request that brings us here)
        meta = {"site": request.meta["site"], "download_maxsize": MOST_BYTES, "download_warnsize": 0}
        try:
            response = await engine.download_async(Request(url, meta=meta, callback=NO_CALLBACK, dont_filter=True))
        except (HostHeld, Stopped):
            raise
        except Exception as error:  # noqa: BLE001 (counted; whatever it is, it is no reason to leave the page)
            self._count(request, fate_of(error).reason)
            return ()
        return self._read(request, response)

    def _read(self, request: Request, response: Response) -> Sequence[TdmRule]:
        if response.status != 200:
            self._count(request, f"http-{response.status}")
            return ()
        try:
            rules = tdm_rules(response.body, response.url)
        except Malformed:
            self._count(request, "malformed")
            return ()
        self._count(request, "rules")
        return rules

    def _count(self, request: Request, outcome: str) -> None:
        self._tally.count(request.meta["site"].name, f"rights/tdmrep/{outcome}")
