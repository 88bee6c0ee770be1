"""Ends a download when its server has been silent for too long, and lets one that keeps sending go on."""

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


class SilenceWatch:
    """Remembers when each request that is under way last heard of its server: its headers, or bytes of its body."""

    def __init__(self, crawler: Crawler) -> None:
        self._last_heard: WeakKeyDictionary[Request, float] = WeakKeyDictionary()
        crawler.signals.connect(self._on_heard, signals.headers_received)
        crawler.signals.connect(self._on_heard, signals.bytes_received)

    async def wait_for(self, download: Coroutine[Any, Any, Response], request: Request, max_silence: float) -> Response:
        """Return the response. Raise DownloadTimeoutError after `max_silence` seconds without a byte."""
        self._last_heard[request] = monotonic()
        task = asyncio.ensure_future(download)
        try:
            while True:
                left = self._last_heard[request] + max_silence - monotonic()
                if left <= 0:
                    raise DownloadTimeoutError(f"{request.url} has sent nothing for {max_silence:g} seconds.")
                await asyncio.wait({task}, timeout=left)
                if task.done():
                    return task.result()
        finally:
            if not task.done():
                task.cancel()  # closes the connection
                await asyncio.wait({task})

    def _on_heard(self, request: Request) -> None:
        self._last_heard[request] = monotonic()
