"""Archives every response to the request for an article, before anything judges or changes it."""

from __future__ import annotations

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy.http.headers import Headers
from scrapy.utils.httpobj import urlparse_cached

from crawler.run.session import Session, now, session_of
from storage.archive.write import Exchange
from storage.frontier.addresses import AddressKind, Lease

# Twisted has removed the chunks of the body, so that these headers no longer describe it.
_HOP_BY_HOP = {"transfer-encoding", "connection", "keep-alive"}


class ArchiveMiddleware:
    """Runs right before the address guard, next to the network: bodies are still compressed, and redirects pass too.

    A response is passed on once its WARC record is written. `meta["archive_location"]` says where the record is;
    `meta["fetched_at"]` says when any response came in. If the record cannot be written, the page is not kept
    (`StorageLost`).
    """

    def __init__(self, session: Session) -> None:
        self._session = session

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> ArchiveMiddleware:
        return cls(session_of(crawler))

    async def process_response(self, request: Request, response: Response) -> Response:
        request.meta["fetched_at"] = fetched_at = now()
        lease: Lease | None = request.meta.get("lease")
        if lease is None or lease.kind is not AddressKind.ARTICLE:
            return response
        exchange = Exchange(
            url=response.url,
            method=request.method,
            request_headers=[("Host", urlparse_cached(request).netloc), *_list_headers(request.headers, "cookie")],
            status=response.status,
            headers=[*_list_headers(response.headers), ("Content-Length", str(len(response.body)))],
            body=response.body,
            fetched_at=fetched_at,
            site=lease.site,
            ip_address=str(response.ip_address) if response.ip_address else None,
            rights=request.meta.get("host_rights"),
            part_of=request.meta.get("part_of"),
            truncated="dataloss" in response.flags,
        )
        request.meta["archive_location"] = await self._session.archive(exchange)
        self._session.counts.add(lease.site, "archive/written")
        return response


def _list_headers(headers: Headers, *secret: str) -> list[tuple[str, str]]:
    """Return the headers that describe the body as it is archived, without those of these names in lower case."""
    return [
        (name.decode("latin-1"), value.decode("latin-1"))
        for name, values in headers.items()
        if name.lower().decode("latin-1") not in {*_HOP_BY_HOP, "content-length", *secret}
        for value in values
    ]
