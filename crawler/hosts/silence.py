"""Ends a download when its server has been silent for too long, or the time of the crawl is over.

One that keeps sending goes on.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from time import monotonic
from typing import Any
from weakref import WeakKeyDictionary

from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import DownloadTimeoutError
from scrapy.http import Response

from crawler.failures.errors import CrawlStopped
from crawler.run.time_budget import GRACE, budget_of


class SilenceWatch:
    """Remembers when each request that is under way last heard of its server: its headers, or bytes of its body."""

    def __init__(self, crawler: Crawler) -> None:
        self._last_heard: WeakKeyDictionary[Request, float] = WeakKeyDictionary()
        self._budget = budget_of(crawler)
        crawler.signals.connect(self._on_heard, signals.headers_received)
        crawler.signals.connect(self._on_heard, signals.bytes_received)

    async def wait_for(self, download: Coroutine[Any, Any, Response], request: Request, max_silence: float) -> Response:
        """Return the response. Raise DownloadTimeoutError after `max_silence` seconds without a byte.

        Raise CrawlStopped GRACE seconds after the time of the crawl is over: the address is due again.
        """
        self._last_heard[request] = monotonic()
        task = asyncio.ensure_future(download)
        try:
            while True:
                left = self._last_heard[request] + max_silence - monotonic()
                if left <= 0:
                    raise DownloadTimeoutError(f"{request.url} has sent nothing for {max_silence:g} seconds.")
                if (until_end := self._budget.seconds_left + GRACE) <= 0:
                    raise CrawlStopped(f"the crawl ends before {request.url} is received")
                await asyncio.wait({task}, timeout=min(left, until_end))
                if task.done():
                    return task.result()
        finally:
            if not task.done():
                task.cancel()  # closes the connection
                await asyncio.wait({task})

    def _on_heard(self, request: Request) -> None:
        self._last_heard[request] = monotonic()
