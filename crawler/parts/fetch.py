"""Fetch one part of an article through Scrapy's downloader and all its middlewares: robots.txt, guard, archive.

A part that the frontier hands out for itself, because a sitemap lists it, is not asked for twice: it is taken from
there.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from dataclasses import replace

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response

from cleaning.errors import StorageLost
from cleaning.page.canonical import to_canonical_url
from cleaning.parts.page_numbers import read_part_addresses
from cleaning.records.given import Page
from crawler.failures.errors import CrawlStopped
from crawler.failures.outcome import classify_error
from crawler.items import FetchedPage
from crawler.page_facts import PageFacts, decode_response_text, make_part
from crawler.parts.collect import FetchedPart
from crawler.run.closing import is_closing
from crawler.run.pauses import parse_pauses
from crawler.run.session import Session
from crawler.sites.site import SITE_OF_REQUEST
from storage.frontier.addresses import Lease

MAX_REMEMBERED = 32  # pages that may be parts and were fetched for themselves
MAX_RETRY_PAUSE = 60.0  # seconds: as long as a run waits for an address
_LEASE_CHECK, _MAX_LEASE_WAIT = 0.2, 60.0  # seconds


class PartFetcher:
    """Fetches the parts of the articles of one crawl. A part belongs to the lease of its first page."""

    def __init__(self, crawler: Crawler, session: Session) -> None:
        self._crawler = crawler
        self._session = session
        self._facts = PageFacts(crawler.settings)
        pauses = [pause.total_seconds() for pause in parse_pauses(crawler.settings.getlist("RETRY_PAUSES"))]
        self._pauses = [pause for pause in pauses if pause <= MAX_RETRY_PAUSE]
        self._remembered: OrderedDict[str, FetchedPart] = OrderedDict()

    def remember(self, item: FetchedPage) -> None:
        """Keep a page that was fetched for itself, if its address may be that of a part."""
        if item.lease is None or item.location is None:
            return
        url = item.lease.url
        if all(reading.number == 1 for reading in read_part_addresses(url)):
            return
        self._remembered[url] = FetchedPart(url, item.page, item.location)
        if len(self._remembered) > MAX_REMEMBERED:
            self._remembered.popitem(last=False)

    async def fetch(self, url: str, first: Page, lease: Lease) -> FetchedPart:
        """Return the part at a canonical URL. Raise CrawlStopped if the crawl ends, StorageLost if it cannot go on."""
        await self._wait_for_own_lease(url)
        remembered = self._remembered.pop(url, None)
        if remembered is not None and remembered.page is not None:
            return replace(remembered, page=make_part(remembered.page, first))
        part = await self._request(url, first, lease)
        for pause in self._pauses:
            if not part.problem.startswith("again-"):
                break
            await asyncio.sleep(pause)
            part = await self._request(url, first, lease)
        return replace(part, problem=part.problem.removeprefix("again-"))

    async def _wait_for_own_lease(self, url: str) -> None:
        """Wait while this address is being fetched for itself."""
        waited = 0.0
        while waited < _MAX_LEASE_WAIT and not is_closing(self._crawler) and url not in self._remembered:
            if all(lease.url != url for lease in self._session.unsettled_leases.values()):
                return
            await asyncio.sleep(_LEASE_CHECK)
            waited += _LEASE_CHECK

    async def _request(self, url: str, first: Page, lease: Lease) -> FetchedPart:
        if is_closing(self._crawler):
            raise CrawlStopped(f"the crawl ends before {url} is requested")
        engine, spider = self._crawler.engine, self._crawler.spider
        assert engine is not None  # noqa: S101 (it runs while items pass)
        site = next((site for site in getattr(spider, "sites", ()) if site.name == lease.site), None)
        request = Request(url, meta={"lease": lease, SITE_OF_REQUEST: site, "part_of": first.url}, dont_filter=True)
        try:
            response = await engine.download_async(request)
        except (CrawlStopped, StorageLost):
            raise
        except Exception as error:  # noqa: BLE001 (every failure of a request, as in an errback)
            outcome = classify_error(error)
            is_final = outcome.state is not None or outcome.postponed_until is not None
            return FetchedPart(url, problem=outcome.reason if is_final else f"again-{outcome.reason}")
        self._session.counts.add(lease.site, "response/received")
        self._session.counts.add(lease.site, "response/bytes", len(response.body))
        return await read_part(url, response, first, self._facts)


async def read_part(url: str, response: Response, first: Page, facts: PageFacts) -> FetchedPart:
    """Return the part in a response to the request for `url`."""
    if response.status != 200:
        again = "again-" if response.status >= 500 or response.status in (408, 425, 429) else ""
        return FetchedPart(url, problem=f"{again}http-{response.status}")
    final = to_canonical_url(response.url) or url
    if final == first.url:
        return FetchedPart(url, problem="redirected-to-first")
    html = await asyncio.to_thread(decode_response_text, response)
    if html is None:
        return FetchedPart(url, problem="not-html")
    meta = response.request.meta if response.request is not None else {}
    page = Page(
        url=final,
        html=html,
        status=response.status,
        fetched_at=meta.get("fetched_at", first.fetched_at),
        **facts.collect(response.headers, meta.get("host_rights")),
    )
    return FetchedPart(url, make_part(page, first), meta.get("archive_location"))
