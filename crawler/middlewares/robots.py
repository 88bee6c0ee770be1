"""Obeys robots.txt as RFC 9309 demands: a host whose robots.txt cannot be fetched gets no request."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from weakref import WeakKeyDictionary

from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.exceptions import StopDownload
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK
from scrapy.robotstxt import RobotParser, decode_robotstxt
from scrapy.utils.httpobj import urlparse_cached
from scrapy.utils.misc import build_from_crawler

from crawler.failures.errors import AddressRefused, CrawlStopped, Disallowed, HostOnHold, OffSite, RobotsUnreachable
from crawler.failures.outcome import get_failure_reason, is_too_many_redirects
from crawler.hosts.holds import holds_of
from crawler.middlewares.daily_fetch import DailyFetch
from crawler.middlewares.robots_index import IndexedRobotParser
from crawler.rights.agents import AGENTS
from crawler.rights.usage import UsageRule, parse_usage_rules
from crawler.run.counts import counts_of
from crawler.sites.site import SITE_OF_REQUEST

_MAX_BYTES = 512 << 10  # RFC 9309, 2.5: at least 500 KiB are read; the rest of a longer file is not
_MAX_REDIRECTS = 5  # 2.3.1.2: at least five are followed
_SECOND_PAUSE = timedelta(hours=1)  # at least, after a second failure: a run does not wait for a third try
_BLANKS = b"\xef\xbb\xbf \t\r\n"


class RobotsRules(NamedTuple):
    """The rules of a robots.txt. Without a `parser` there is no file, or no rules in it: everything is allowed."""

    parser: RobotParser | None = None
    usage: tuple[UsageRule, ...] = ()


_NO_RULES = RobotsRules()


class RobotsMiddleware(RobotsTxtMiddleware):
    """Fetches the robots.txt of each host once a day, and drops requests that it does not allow.

    Status 200: the rules. Status 429 or 5xx, or no response: no request to the host until its robots.txt can be
    fetched. Anything else: no rules. docs/reference.md has the whole table.

    A request that is allowed carries the `RobotsRules` in `meta["robots_rules"]`; `RightsMiddleware` reads them.

    Scrapy's own middleware takes a 503 or a time-out for permission, and keeps one robots.txt for all ports of a host,
    without end.
    """

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._counts = counts_of(crawler)
        self._holds = holds_of(crawler)
        self._agent = str(self._robotstxt_useragent or self._default_useragent)
        self._pause = timedelta(seconds=crawler.settings.getfloat("ROBOTS_PAUSE"))
        self._rules = DailyFetch[RobotsRules](fetch_again_after=(HostOnHold,))
        self._unreachable_hosts: set[str] = set()
        self._received: WeakKeyDictionary[Request, int] = WeakKeyDictionary()  # bytes of a robots.txt so far
        crawler.signals.connect(self._on_bytes_received, signals.bytes_received)

    async def process_request(self, request: Request) -> None:  # type: ignore[override]
        # A spider's own "dont_obey_robotstxt" is no permission: the operator decides, by ROBOTSTXT_OBEY.
        if "robots_of" in request.meta or request.url.startswith(("file:", "data:")):
            return
        rules = await self._rules.get(request, lambda host: self._fetch(f"{host}/robots.txt", request))
        request.meta["robots_rules"] = rules
        if rules.parser is not None and not rules.parser.allowed(request.url, self._agent):
            self._stats.inc_value("robotstxt/forbidden")
            raise Disallowed(f"robots.txt does not allow {request.url}")

    async def _fetch(self, url: str, request: Request) -> RobotsRules:
        """Fetch the robots.txt at `url`, which this request needs first."""
        engine = self.crawler.engine
        assert engine is not None  # noqa: S101 (it made the request that brings us here)
        meta = {"robots_of": url, "redirect_ttl": _MAX_REDIRECTS, "dont_retry": True}  # the hold is the pause
        if SITE_OF_REQUEST in request.meta:
            meta[SITE_OF_REQUEST] = request.meta[SITE_OF_REQUEST]
        # Not compressed: the first half of a compressed file is not the first half of the rules.
        headers = {"Accept-Encoding": "identity"}
        robots_request = Request(url, headers=headers, meta=meta, callback=NO_CALLBACK, dont_filter=True)
        self._stats.inc_value("robotstxt/request_count")
        try:
            response = await engine.download_async(robots_request)
        except HostOnHold as error:
            # The host itself, or one that its robots.txt has moved to.
            wait = error.hold.until - datetime.now(UTC)
            raise RobotsUnreachable(self._holds.hold(request, wait, error.hold.reason), None) from error
        except OffSite:  # its robots.txt has moved to another host, whose rules do not apply here
            self._count(request, "off-site")
            return _NO_RULES
        except (AddressRefused, CrawlStopped):  # every page of the host fails the same way
            raise
        except Exception as error:
            if is_too_many_redirects(error):
                self._count(request, "redirects")
                return _NO_RULES
            raise self._hold_host(request, get_failure_reason(error)) from error
        return await self._parse(request, response)

    async def _parse(self, request: Request, response: Response) -> RobotsRules:
        self._stats.inc_value(f"robotstxt/response_status_count/{response.status}")
        outcome = f"http-{response.status}"
        if response.status == 429 or response.status >= 500:
            raise self._hold_host(request, outcome, response.status)
        if response.status != 200:
            self._count(request, outcome)
            return _NO_RULES
        body = _cut_to_whole_lines(response.body)
        if body.lstrip(_BLANKS).startswith(b"<"):
            self._count(request, "html")
            return _NO_RULES
        self._count(request, "rules" if len(body) == len(response.body) else "cut")
        rules = await asyncio.to_thread(self._parse_rules, body)
        await self.crawler.signals.send_catch_log_async(
            signal=signals.robots_parsed, robotparser=rules.parser, request=request
        )
        return rules

    def _parse_rules(self, body: bytes) -> RobotsRules:
        """Parse a robots.txt. Blocking: 20,000 rules take a second."""
        parser: RobotParser = build_from_crawler(self._parserimpl, self.crawler, body)
        if isinstance(parser, IndexedRobotParser):
            parser.build_indexes((self._agent, *AGENTS))
        return RobotsRules(parser, parse_usage_rules(decode_robotstxt(body, None), self._agent))

    def _hold_host(self, request: Request, outcome: str, status: int | None = None) -> RobotsUnreachable:
        """Put the host on hold, and return the error to raise."""
        self._count(request, outcome)
        self._stats.inc_value("robotstxt/unreachable")
        host = urlparse_cached(request).netloc
        pause = max(self._pause, _SECOND_PAUSE) if host in self._unreachable_hosts else self._pause
        self._unreachable_hosts.add(host)
        return RobotsUnreachable(self._holds.hold(request, pause, f"robots-{outcome}"), status)

    def _count(self, request: Request, outcome: str) -> None:
        site = request.meta.get(SITE_OF_REQUEST)
        if site is not None:
            self._counts.add(site.name, f"robots/{outcome}")

    def _on_bytes_received(self, data: bytes, request: Request) -> None:
        """Stop the download of a robots.txt after `_MAX_BYTES`, and keep what was received."""
        if "robots_of" in request.meta:
            self._received[request] = self._received.get(request, 0) + len(data)
            if self._received[request] > _MAX_BYTES:
                raise StopDownload(fail=False)


def _cut_to_whole_lines(body: bytes) -> bytes:
    """Return the body, or of a longer one the whole lines within its first `_MAX_BYTES`."""
    if len(body) <= _MAX_BYTES:
        return body
    cut = body[:_MAX_BYTES]
    return cut[: max(cut.rfind(b"\n"), cut.rfind(b"\r")) + 1]
