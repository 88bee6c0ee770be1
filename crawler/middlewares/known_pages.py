"""Ends a redirect to the address of a known article: the frontier asks for that address itself, once."""

from __future__ import annotations

from scrapy import Request
from scrapy.crawler import Crawler

from cleaning.page.canonical import to_canonical_url
from crawler.failures.errors import KnownPage
from crawler.run.session import Session, now, session_of
from storage.frontier.addresses import AddressKind, Lease
from storage.frontier.redirects import pass_on_offer


class KnownPagesMiddleware:
    """Raises KnownPage for a request that a redirect leads to the address of an article that the frontier knows.

    The address that redirects is settled as a twin. What its source said of it, its date and its headline, is passed on
    to the target. A target to which many other addresses redirect may be a wall: it is fetched, and judged.
    """

    def __init__(self, session: Session, crawler: Crawler) -> None:
        self._session = session
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> KnownPagesMiddleware:
        return cls(session_of(crawler), crawler)

    async def process_request(self, request: Request) -> None:
        lease: Lease | None = request.meta.get("lease")
        if not request.meta.get("redirect_urls") or lease is None or lease.kind is not AddressKind.ARTICLE:
            return
        target = to_canonical_url(request.url)
        if target in (None, lease.url) or getattr(self._crawler.spider, "is_list_closed", False):
            return
        run = self._session.run
        is_known = await self._session.run_in_transaction(
            lambda connection: pass_on_offer(connection, lease, str(target), run=run, now=now()),
            ended_sites=[lease.site],
        )
        if is_known:
            raise KnownPage(f"{lease.url} redirects to {target}, which is known")
