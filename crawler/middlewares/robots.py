"""Obeys robots.txt as RFC 9309 has it: no answer is no permission."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import NamedTuple
from weakref import WeakKeyDictionary

from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.exceptions import IgnoreRequest, StopDownload
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK
from scrapy.robotstxt import RobotParser, decode_robotstxt
from scrapy.utils.httpobj import urlparse_cached
from scrapy.utils.misc import build_from_crawler

from crawler.extensions.prompt_stop import Stopped
from crawler.guard.middleware import AddressRefused
from crawler.handlers import named
from crawler.holds import Holds, HostHeld
from crawler.middlewares.redirect import is_endless
from crawler.middlewares.scope import OffSite
from crawler.rights.usage import UsageRule, usage_rules
from crawler.tally import tally_of
from storage.hosts import Hold

_MOST_BYTES = 512 << 10  # RFC 9309, 2.5: at least 500 KiB are read; the rest of a longer file is not
_MOST_REDIRECTS = 5  # 2.3.1.2: at least five are followed
_LONGEST_LIFE = 86_400.0  # seconds; 2.4: rules are not kept for more than a day
_SECOND_PAUSE = timedelta(hours=1)  # at least, after a second try in vain: no run waits for a third
_BLANKS = b"\xef\xbb\xbf \t\r\n"


class Disallowed(IgnoreRequest):
    """The site's robots.txt does not let us ask for this address."""


class RobotsUnreachable(HostHeld):
    """robots.txt was not to be had, so that nothing of the host may be asked for until it is.

    `status` is what the host answered, None where it gave no answer.
    """

    def __init__(self, hold: Hold, status: int | None) -> None:
        super().__init__(hold)
        self.status = status


class RobotsRules(NamedTuple):
    """What a robots.txt says; without a `parser` there is none, or it says nothing: all is allowed."""

    parser: RobotParser | None = None
    usage: tuple[UsageRule, ...] = ()


class _Asked(NamedTuple):
    """A robots.txt that was asked for."""

    rules: asyncio.Task[RobotsRules]
    at: float  # monotonic seconds


_NONE = RobotsRules()


class RobotsMiddleware(RobotsTxtMiddleware):
    """200: the rules. 429, 5xx, no answer: nothing of the host until it answers. Anything else: no rules.

    A request that may be made carries the `RobotsRules` in `meta["robots_rules"]`, for whoever asks what else they say.
    docs/operating.md has the whole table. Scrapy's own takes a 503 or a time-out for permission, and keeps one answer
    for all ports of a host, for ever.
    """

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._tally = tally_of(crawler)
        self._holds = Holds.of(crawler)
        self._agent = str(self._robotstxt_useragent or self._default_useragent)
        self._pause = timedelta(seconds=crawler.settings.getfloat("ROBOTS_PAUSE"))
        self._asked: dict[str, _Asked] = {}
        self._in_vain: set[str] = set()
        self._came: WeakKeyDictionary[Request, int] = WeakKeyDictionary()  # bytes of a robots.txt under way
        crawler.signals.connect(self._bytes_received, signals.bytes_received)

    async def process_request(self, request: Request) -> None:  # type: ignore[override]
        if request.meta.get("dont_obey_robotstxt"):
            return
        rules = request.meta["robots_rules"] = await self._rules_for(request)
        if rules.parser is not None and not rules.parser.allowed(request.url, self._agent):
            self._stats.inc_value("robotstxt/forbidden")
            raise Disallowed(f"robots.txt does not allow {request.url}")

    async def _rules_for(self, request: Request) -> RobotsRules:
        parts = urlparse_cached(request)
        host = f"{parts.scheme}://{parts.netloc}"
        asked = self._asked.get(host)
        if asked is None or monotonic() - asked.at > _LONGEST_LIFE:
            task = asyncio.create_task(self._ask(f"{host}/robots.txt", request))
            asked = self._asked[host] = _Asked(task, monotonic())
        try:
            return await asyncio.shield(asked.rules)
        except HostHeld:
            if self._asked.get(host) is asked:
                del self._asked[host]
            raise

    async def _ask(self, url: str, request: Request) -> RobotsRules:
        engine = self.crawler.engine
        assert engine is not None  # noqa: S101 (it made the request that brings us here)
        meta = {"dont_obey_robotstxt": True, "robots_of": url, "redirect_ttl": _MOST_REDIRECTS}
        if "site" in request.meta:
            meta["site"] = request.meta["site"]
        # Not compressed: of a compressed file the first half is not the first half of the rules.
        headers = {"Accept-Encoding": "identity"}
        asked = Request(url, headers=headers, meta=meta, callback=NO_CALLBACK, dont_filter=True)
        self._stats.inc_value("robotstxt/request_count")
        try:
            response = await engine.download_async(asked)
        except HostHeld as error:
            # The host itself, or one that its robots.txt has moved to.
            wait = error.hold.until - datetime.now(UTC)
            raise RobotsUnreachable(self._holds.hold(request, wait, error.hold.reason), None) from error
        except OffSite:  # its robots.txt has moved to another host, which speaks for itself alone
            self._count(request, "off-site")
            return _NONE
        except (AddressRefused, Stopped):  # and so is every page of the host
            raise
        except Exception as error:
            if is_endless(error):
                self._count(request, "redirects")
                return _NONE
            raise self._unreachable(request, named(error)) from error
        return await self._read(request, response)

    async def _read(self, request: Request, response: Response) -> RobotsRules:
        self._stats.inc_value(f"robotstxt/response_status_count/{response.status}")
        outcome = f"http-{response.status}"
        if response.status == 429 or response.status >= 500:
            raise self._unreachable(request, outcome, response.status)
        if response.status != 200:
            self._count(request, outcome)
            return _NONE
        body = _first_lines(response.body)
        if body.lstrip(_BLANKS).startswith(b"<"):
            self._count(request, "html")
            return _NONE
        self._count(request, "rules" if len(body) == len(response.body) else "cut")
        parser: RobotParser = build_from_crawler(self._parserimpl, self.crawler, body)
        await self.crawler.signals.send_catch_log_async(
            signal=signals.robots_parsed, robotparser=parser, request=request
        )
        return RobotsRules(parser, usage_rules(decode_robotstxt(body, None), self._agent))

    def _unreachable(self, request: Request, outcome: str, status: int | None = None) -> RobotsUnreachable:
        self._count(request, outcome)
        self._stats.inc_value("robotstxt/unreachable")
        host = urlparse_cached(request).netloc
        pause = max(self._pause, _SECOND_PAUSE) if host in self._in_vain else self._pause
        self._in_vain.add(host)
        return RobotsUnreachable(self._holds.hold(request, pause, f"robots-{outcome}"), status)

    def _count(self, request: Request, outcome: str) -> None:
        site = request.meta.get("site")
        if site is not None:
            self._tally.count(site.name, f"robots/{outcome}")

    def _bytes_received(self, data: bytes, request: Request) -> None:
        """Stops a robots.txt that is longer than what is read of it: what came is kept."""
        if "robots_of" in request.meta:
            self._came[request] = self._came.get(request, 0) + len(data)
            if self._came[request] > _MOST_BYTES:
                raise StopDownload(fail=False)


def _first_lines(body: bytes) -> bytes:
    """What is read of a robots.txt: of a longer one the whole lines that stand in the first `_MOST_BYTES`."""
    if len(body) <= _MOST_BYTES:
        return body
    cut = body[:_MOST_BYTES]
    return cut[: max(cut.rfind(b"\n"), cut.rfind(b"\r")) + 1]
