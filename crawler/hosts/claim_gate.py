"""The last gate before the wire: no request while the claim on the store is in doubt, or another crawl may have it."""

from __future__ import annotations

import asyncio

from scrapy import Request
from scrapy.crawler import Crawler

from crawler.failures.errors import CrawlStopped
from crawler.run.session import session_of

_POLL_INTERVAL = 0.2  # seconds


class ClaimGate:
    """Holds requests back while the claim of the crawl is not confirmed: the server is away, or the process slept.

    Meanwhile another crawl may have taken over, and nobody asks a host twice at once.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._session = session_of(crawler) if crawler.settings.getbool("STORE_ENABLED") else None

    async def wait(self, request: Request) -> None:
        """Return when the request may be sent. Raise CrawlStopped if the crawl ends before."""
        session = self._session
        while session is not None and not session.may_fetch:
            if session.is_ending:
                raise CrawlStopped(f"the crawl ends before {request.url} is requested")
            await asyncio.sleep(_POLL_INTERVAL)
