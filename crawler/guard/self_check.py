"""Proves at the start of a crawl that the guard is in force: settings can be changed, and Scrapy's parts exchanged."""

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
from crawler.guard.resolver import refused

REASON = "guard_inactive"  # finish_reason, as crawler/outcome.py knows it
_PATIENCE = 5  # seconds; a refusal takes none
_SCHEMES = ("http", "https")
logger = logging.getLogger(__name__)


class GuardCheck:
    """Asks for an address of this machine that is always refused; unless that is what happens, the crawl ends.

    It is asked for over the download handlers that the crawl uses, past all middlewares, while a server listens there:
    one contact, or another failure than the resolver's refusal, is enough to end it for REASON before a site is asked.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        # Awaited before the spider's start(), and the engine can be stopped in the usual way.
        crawler.signals.connect(self._check, signals.engine_started)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> GuardCheck:
        if not getattr(crawler.spidercls, "asks_sites", True):
            raise NotConfigured
        return cls(crawler)

    async def _check(self) -> None:
        if (flaw := await self._flaw()) is not None:
            logger.critical("the address guard is not in force, and nothing was asked of any site: %s", flaw)
            await self._engine.close_spider_async(reason=REASON)
            await self._engine.stop_async()  # which closing does only where the engine runs already

    async def _flaw(self) -> str | None:
        if self._crawler.get_downloader_middleware(GuardMiddleware) is None:
            return "DOWNLOADER_MIDDLEWARES lacks GuardMiddleware"
        proxies = self._crawler.get_downloader_middleware(HttpProxyMiddleware)
        if proxies is not None and (through := sorted({*_SCHEMES} & proxies.proxies.keys())):
            return (
                f"a proxy for {' and '.join(through)} would ask in our place (HTTPPROXY_ENABLED, and the environment)"
            )
        touched: list[str] = []
        async with _canary(touched) as port:
            for scheme in _SCHEMES:
                failed = await self._asked(f"{scheme}://{CANARY}:{port}/")
                if touched:
                    return f"{CANARY} was reached over {scheme} (TWISTED_DNS_RESOLVER, DOWNLOAD_HANDLERS)"
                if not isinstance(failed, CannotResolveHostError) or refused(str(CANARY)) is None:
                    return f"{CANARY} was not refused over {scheme} (DOWNLOAD_HANDLERS): {failed or 'it answered'}"
        return None

    async def _asked(self, url: str) -> Exception | None:
        """What asking for the address failed with."""
        request = Request(url, meta={"download_timeout": _PATIENCE})
        try:
            await self._engine.downloader.handlers.download_request_async(request)
        except Exception as error:  # noqa: BLE001 (each handler has its own; whether it is the refusal is judged)
            return error
        return None

    @property
    def _engine(self) -> ExecutionEngine:
        assert self._crawler.engine is not None  # noqa: S101 (it has just started)
        return self._crawler.engine


@asynccontextmanager
async def _canary(touched: list[str]) -> AsyncIterator[int]:
    """Listens on the canary's address, and notes who comes; the port."""

    async def note(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        touched.append("touched")
        writer.close()

    try:
        server = await asyncio.start_server(note, str(CANARY), 0)
    except OSError as error:
        logger.warning(
            "the address guard is proved by its refusal alone: nothing can listen on %s here (%s)", CANARY, error
        )
        yield 9  # the discard service's
        return
    async with server:
        yield server.sockets[0].getsockname()[1]
