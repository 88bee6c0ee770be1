"""Obeys robots.txt as RFC 9309 has it: no answer is no permission."""

from __future__ import annotations

import asyncio

from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.http.request import NO_CALLBACK
from scrapy.robotstxt import RobotParser
from scrapy.utils.httpobj import urlparse_cached
from scrapy.utils.misc import build_from_crawler

from crawler.middlewares.scope import OffSite

_MOST_BYTES = 512 << 10  # RFC 9309, 2.5: at least 500 KiB are read; the rest of a longer file is not


class Disallowed(IgnoreRequest):
    """The site's robots.txt does not let us ask for this address."""


class RobotsUnreachable(IgnoreRequest):
    """robots.txt was not to be had, so that nothing of the host may be asked for until it is.

    `error` is the exception that the request for it ended with, or None where the host answered with `status`.
    """

    def __init__(self, url: str, error: Exception | None, status: int | None) -> None:
        super().__init__(f"no answer from {url}: {error or status}")
        self.error = error
        self.status = status


class RobotsMiddleware(RobotsTxtMiddleware):
    """200: the rules. 429, 5xx, no answer: nothing of the host until it answers. Anything else: no rules.

    Scrapy's own takes a 503 or a time-out for permission, and keeps one answer for all ports of a host. Rules are kept
    for the run; a host that gave none is asked again with the next try of the address that was held back by it.
    """

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._rules: dict[str, asyncio.Task[RobotParser | None]] = {}

    async def process_request(self, request: Request) -> None:  # type: ignore[override]
        if request.meta.get("dont_obey_robotstxt"):
            return
        rules = await self._rules_for(request)
        agent = self._robotstxt_useragent or self._default_useragent
        if rules is not None and not rules.allowed(request.url, agent):
            self._stats.inc_value("robotstxt/forbidden")
            raise Disallowed(f"robots.txt does not allow {request.url}")

    async def _rules_for(self, request: Request) -> RobotParser | None:
        parts = urlparse_cached(request)
        host = f"{parts.scheme}://{parts.netloc}"
        task = self._rules.get(host)
        if task is None:
            task = self._rules[host] = asyncio.create_task(self._ask(f"{host}/robots.txt", request))
        try:
            return await asyncio.shield(task)
        except RobotsUnreachable:
            if self._rules.get(host) is task:
                del self._rules[host]
            raise

    async def _ask(self, url: str, request: Request) -> RobotParser | None:
        engine = self.crawler.engine
        assert engine is not None  # noqa: S101 (it made the request that brings us here)
        meta = {"dont_obey_robotstxt": True, "robots_of": url}
        self._stats.inc_value("robotstxt/request_count")
        try:
            response = await engine.download_async(Request(url, meta=meta, callback=NO_CALLBACK, dont_filter=True))
        except OffSite:  # its robots.txt has moved to another host, which speaks for itself alone
            return None
        except Exception as error:
            self._stats.inc_value("robotstxt/unreachable")
            raise RobotsUnreachable(url, error, None) from error
        self._stats.inc_value(f"robotstxt/response_status_count/{response.status}")
        if response.status == 429 or response.status >= 500:
            self._stats.inc_value("robotstxt/unreachable")
            raise RobotsUnreachable(url, None, response.status)
        if response.status != 200:
            return None
        rules: RobotParser = build_from_crawler(self._parserimpl, self.crawler, response.body[:_MOST_BYTES])
        await self.crawler.signals.send_catch_log_async(
            signal=signals.robots_parsed, robotparser=rules, request=request
        )
        return rules
