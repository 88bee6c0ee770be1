"""Proves at the start of a crawl that the address guard is in force, because settings can replace its parts."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from scrapy import Request, signals
from scrapy.core.engine import ExecutionEngine
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.httpproxy import HttpProxyMiddleware
from scrapy.exceptions import CannotResolveHostError, NotConfigured

from crawler.guard.middleware import GuardMiddleware
from crawler.guard.networks import CANARY
from crawler.guard.resolver import find_refusal, find_wider_networks, install_resolver

FINISH_REASON = "guard_inactive"  # known to crawler/run/exit_codes.py
_TIMEOUT = 5  # seconds; a refusal takes none
_SCHEMES = ("http", "https")
logger = logging.getLogger(__name__)


class GuardCheck:
    """Requests an address of this machine that is always refused, and ends the crawl unless it is refused.

    The request goes directly to the crawl's download handlers, past all middlewares, while a server listens at the
    address. If the server is contacted, or the request fails otherwise than by the resolver's refusal, the crawl ends
    with FINISH_REASON before any request to a site.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        # This signal is awaited before the spider's start(), and the engine can be closed as usual.
        crawler.signals.connect(self._check, signals.engine_started)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> GuardCheck:
        if not getattr(crawler.spidercls, "asks_sites", True):
            raise NotConfigured
        return cls(crawler)

    async def _check(self) -> None:
        if (flaw := await self.find_flaw()) is not None:
            logger.critical("the address guard is not in force, and no request was sent to any site: %s", flaw)
            await self._engine.close_spider_async(reason=FINISH_REASON)
            await self._engine.stop_async()  # closing stops it only if it is running already

    async def find_flaw(self) -> str | None:
        """Return why the guard is not in force; None if it is. The spider must be open."""
        install_resolver(self._crawler)
        if self._crawler.get_downloader_middleware(GuardMiddleware) is None:
            return "DOWNLOADER_MIDDLEWARES lacks GuardMiddleware"
        if wider := find_wider_networks(self._crawler.settings):
            return (
                f"this process connects to {', '.join(map(str, wider))} already, which ALLOWED_NETWORKS of this crawl "
                "does not name; run it in a process of its own"
            )
        proxies = self._crawler.get_downloader_middleware(HttpProxyMiddleware)
        if proxies is not None and (through := sorted({*_SCHEMES} & proxies.proxies.keys())):
            return (
                f"a proxy for {' and '.join(through)} would send our requests (HTTPPROXY_ENABLED, and the environment)"
            )
        touched: list[str] = []
        async with _listen_on_canary(touched) as port:
            for scheme in _SCHEMES:
                error = await self._request(f"{scheme}://{CANARY}:{port}/")
                if touched:
                    return f"{CANARY} was reached over {scheme} (TWISTED_DNS_RESOLVER, DOWNLOAD_HANDLERS)"
                if not isinstance(error, CannotResolveHostError) or find_refusal(str(CANARY)) is None:
                    return f"{CANARY} was not refused over {scheme} (DOWNLOAD_HANDLERS): {error or 'it responded'}"
        return None

    async def _request(self, url: str) -> Exception | None:
        """Request the URL, and return the exception that this raised."""
        request = Request(url, meta={"download_timeout": _TIMEOUT})
        try:
            await self._engine.downloader.handlers.download_request_async(request)
        except Exception as error:  # noqa: BLE001 (each handler has its own exceptions; the caller checks which it is)
            return error
        return None

    @property
    def _engine(self) -> ExecutionEngine:
        assert self._crawler.engine is not None  # noqa: S101 (it has just started)
        return self._crawler.engine


@asynccontextmanager
async def _listen_on_canary(touched: list[str]) -> AsyncIterator[int]:
    """Listen on the canary's address, append to `touched` for each contact; yield the port."""

    async def record(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        touched.append("touched")
        writer.close()

    try:
        server = await asyncio.start_server(record, str(CANARY), 0)
    except OSError as error:
        logger.warning(
            "the address guard is proved by its refusal alone: no server can listen on %s here (%s)", CANARY, error
        )
        yield 9  # the port of the discard service
        return
    async with server:
        yield server.sockets[0].getsockname()[1]
