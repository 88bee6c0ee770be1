"""Archives a page that a spider of the user yields, and makes of it the item that all pages are."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from functools import partial
from typing import Any
from uuid import uuid4

from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import DropItem
from sqlalchemy import Connection, select
from twisted.python.failure import Failure

from cleaning.errors import BadAddress, StorageLost
from cleaning.page.canonical import to_canonical_url
from cleaning.page.charset import decode_html
from cleaning.records.given import Page
from crawler.failures.outcome import classify_error
from crawler.items import FetchedPage, SpiderPage
from crawler.page_facts import PageFacts, decode_response_text, select_page_headers
from crawler.run.counts import log_outcome
from crawler.run.session import Session, session_of
from crawler.run.spider_sites import SpiderSites, spider_sites_of
from storage.archive.location import ArchiveLocation
from storage.archive.spider_note import SpiderNote
from storage.archive.write import Conversion, Exchange
from storage.frontier.addresses import AddressState, Lease
from storage.frontier.announcements import load_settled_lease
from storage.frontier.offering import record_fetched
from storage.models import Address

_HTML_TYPE = "text/html; charset=utf-8"
_ARCHIVED = "archived_exchange"  # in the meta of a request: its exchange, once the archive holds it


@dataclass(frozen=True, slots=True)
class _ArchivedPage:
    location: ArchiveLocation
    html: str | None  # what the record holds, where it is not the response


class OwnPagesPipeline:
    """Makes a `FetchedPage` of each `SpiderPage`, exactly as reading its record back from the archive would.

    The response is archived once, with what the spider knows of its page in the header of the record. A page with HTML
    of the spider's own, and each further page of one response, gets a record of the type `conversion` that refers to
    the response: its location is the one that the store names.

    A page without a lease that a pipeline drops, or fails at, before it is stored, is counted here. Of those with a
    lease the articles spider records the failure.
    """

    def __init__(self, session: Session, sites: SpiderSites, facts: PageFacts) -> None:
        self._session = session
        self._sites = sites
        self._facts = facts
        self._archiving = asyncio.Lock()  # two pages of one response are yielded at once

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> OwnPagesPipeline:
        pipeline = cls(session_of(crawler), spider_sites_of(crawler), PageFacts(crawler.settings))
        crawler.signals.connect(pipeline._on_item_error, signals.item_error)
        crawler.signals.connect(pipeline._on_item_dropped, signals.item_dropped)
        return pipeline

    async def process_item(self, item: Any) -> Any:
        if not isinstance(item, SpiderPage):
            return item
        request = item.response.request
        if request is None or not isinstance(request.meta.get("exchange"), Exchange):
            raise ValueError(f"{item.response.url} was not fetched by this crawl, so that the archive cannot hold it")
        exchange: Exchange = request.meta["exchange"]
        fetched_url = to_canonical_url(item.response.url) or item.response.url
        url = item.url or fetched_url
        site = self._sites.assign_page(item.response.url, item.site)
        note = SpiderNote(item.known, None if url == fetched_url else url)
        try:
            async with self._archiving:
                archived = await self._archive(item, request, exchange, site, note)
            record = partial(self._record, url=url, site=site, status=item.response.status, exchange=exchange)
            is_known, address = await self._session.run_in_transaction(record)
        except StorageLost as error:  # the crawl ends
            raise DropItem(str(error), log_level="DEBUG") from error
        self._session.counts.add(site, "address/again" if is_known else "address/new")
        html = (
            archived.html if archived.html is not None else await asyncio.to_thread(decode_response_text, item.response)
        )
        page = Page(
            url=url,
            html=html or "",
            status=item.response.status,
            fetched_at=exchange.fetched_at,
            known=item.known,
            **self._facts.collect(exchange.headers, exchange.rights, self._sites.get_listed(site)),
        )
        item.fetched = FetchedPage(page, site, location=archived.location, address=address)
        return item.fetched

    def _on_item_error(self, item: Any, failure: Failure) -> None:
        if failure.value is not None:
            self._count_lost_page(item, failure.value)

    def _on_item_dropped(self, item: Any, exception: BaseException) -> None:
        if not isinstance(exception.__cause__, StorageLost):  # else the crawl ends
            self._count_lost_page(item, exception)

    def _count_lost_page(self, item: Any, error: BaseException) -> None:
        """Count a page that left the pipelines before the store pipeline, which counts all others."""
        site = self._find_site_of_lost_page(item)
        if site is None:
            return
        outcome = classify_error(error)
        result = f"{outcome.state or AddressState.FAILED}/{outcome.reason}"
        self._session.counts.add(site, f"address/{result}")
        log_outcome(site, result, item.response.url if isinstance(item, SpiderPage) else item.page.url)
        if not isinstance(error, DropItem):
            self._session.counts.add(site, "page/failed")

    def _find_site_of_lost_page(self, item: Any) -> str | None:
        page = item.fetched if isinstance(item, SpiderPage) else item
        if isinstance(page, FetchedPage):
            return None if page.has_reached_store or page.lease is not None else page.site
        if not isinstance(item, SpiderPage):
            return None
        try:
            return item.site or self._sites.find_site(item.response.url).name
        except BadAddress:
            return None

    async def _archive(
        self, item: SpiderPage, request: Request, exchange: Exchange, site: str, note: SpiderNote
    ) -> _ArchivedPage:
        source: Exchange | None = request.meta.get(_ARCHIVED)
        if source is None:
            is_source = item.html is not None
            identified = replace(exchange, site=site, id=f"<urn:uuid:{uuid4()}>", is_source=is_source)
            source = identified if is_source else replace(identified, note=note)
            location = await self._session.archive(source)
            self._session.counts.add(site, "archive/written")
            request.meta[_ARCHIVED] = source
            if not is_source:
                return _ArchivedPage(location, None)
        is_copy = item.html is None
        text = item.html
        if text is None:
            text = await asyncio.to_thread(decode_response_text, item.response) or ""
        headers = select_page_headers(source.headers)
        location = await self._session.archive(Conversion(source, text, headers, site, note, is_copy))
        self._session.counts.add(site, "archive/written")
        html = await asyncio.to_thread(decode_html, text.encode("utf-8", "replace"), _HTML_TYPE)
        return _ArchivedPage(location, html)

    def _record(
        self, connection: Connection, url: str, site: str, status: int, exchange: Exchange
    ) -> tuple[bool, Lease | None]:
        """Put the address of a page into the frontier; return whether it was known, and the address as it is settled.

        That is None where the frontier has it as something else than the address of an article.
        """
        is_known = connection.execute(select(Address.id).where(Address.url == url)).first() is not None
        run = self._session.run
        record_fetched(connection, site, url, status=status, run=run, fetched_at=exchange.fetched_at)
        settled = load_settled_lease(connection, url)
        return is_known, None if settled is None else replace(settled, site=site)
