"""Archives every response to the request for an article, before anything judges or changes it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from uuid import uuid4

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy.http.headers import Headers
from scrapy.utils.httpobj import urlparse_cached

from crawler.middlewares.browser_pages import find_browser_purpose, is_rendered
from crawler.middlewares.spider_requests import MADE_BY_SPIDER
from crawler.run.session import Session, now, session_of
from crawler.sites.site import SITE_OF_REQUEST
from storage.archive.write import Exchange
from storage.frontier.addresses import AddressKind, Lease

# Twisted has removed the chunks of the body, so that these headers no longer describe it.
_HOP_BY_HOP = {"transfer-encoding", "connection", "keep-alive"}
# What a request says of the one who asks. Its body is not archived either: it may hold a password.
_SECRET = ("cookie", "authorization", "proxy-authorization")
# In the meta of a request: the exchange that the browser makes a page of.
TO_RENDER = "exchange_to_render"
_SECRET_OF_ANSWER = ("set-cookie",)  # to a request of the user's own spider: it may have logged in


class ArchiveMiddleware:
    """Runs right before the address guard, next to the network: bodies are still compressed, and redirects pass too.

    A response is passed on once its WARC record is written. `meta["archive_location"]` says where the record is;
    `meta["fetched_at"]` says when any response came in. If the record cannot be written, the page is not kept
    (`StorageLost`). A page for the browser is written once that has shown it (rendering.py): until then
    `meta[TO_RENDER]` keeps its exchange.

    Which responses to a spider's own requests are pages, only the spider knows: a log-in is none. So of these
    `meta["exchange"]` keeps what is archived once the spider yields a page of it (crawler/pipelines/own_pages.py).
    """

    def __init__(self, session: Session) -> None:
        self._session = session

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> ArchiveMiddleware:
        return cls(session_of(crawler))

    async def process_response(self, request: Request, response: Response) -> Response:
        request.meta["fetched_at"] = fetched_at = now()
        lease: Lease | None = request.meta.get("lease")
        if MADE_BY_SPIDER in request.meta:
            site = request.meta[SITE_OF_REQUEST].name
            request.meta["exchange"] = self._make_exchange(request, response, site, fetched_at)
        elif lease is not None and lease.kind is AddressKind.ARTICLE:
            exchange = self._make_exchange(request, response, lease.site, fetched_at)
            if find_browser_purpose(request) is not None and is_rendered(response):
                # No page yet: the browser makes one of it. What it cannot show is asked for again, and is not kept.
                request.meta[TO_RENDER] = replace(exchange, id=f"<urn:uuid:{uuid4()}>", is_source=True)
                return response
            request.meta["archive_location"] = await self._session.archive(exchange)
            self._session.counts.add(lease.site, "archive/written")
        return response

    def _make_exchange(self, request: Request, response: Response, site: str, fetched_at: datetime) -> Exchange:
        secret = _SECRET_OF_ANSWER if MADE_BY_SPIDER in request.meta else ()
        return Exchange(
            url=response.url,
            method=request.method,
            request_headers=[("Host", urlparse_cached(request).netloc), *_list_headers(request.headers, *_SECRET)],
            status=response.status,
            headers=[*_list_headers(response.headers, *secret), ("Content-Length", str(len(response.body)))],
            body=response.body,
            fetched_at=fetched_at,
            site=site,
            ip_address=str(response.ip_address) if response.ip_address else None,
            rights=request.meta.get("host_rights"),
            part_of=request.meta.get("part_of"),
            truncated="dataloss" in response.flags,
        )


def _list_headers(headers: Headers, *secret: str) -> list[tuple[str, str]]:
    """Return the headers that describe the body as it is archived, without those of these names in lower case."""
    return [
        (name.decode("latin-1"), value.decode("latin-1"))
        for name, values in headers.items()
        if name.lower().decode("latin-1") not in {*_HOP_BY_HOP, "content-length", *secret}
        for value in values
    ]
