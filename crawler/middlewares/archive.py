"""Writes every answer to an article's address to the raw archive, before anything judges or changes it."""

from __future__ import annotations

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy.http.headers import Headers
from scrapy.utils.httpobj import urlparse_cached

from crawler.session import Session, now
from storage.addresses import AddressKind, Lease
from storage.warc import Exchange

# The body has been de-chunked by Twisted: the header no longer describes it.
_HOP_BY_HOP = {"transfer-encoding", "connection", "keep-alive"}


class ArchiveMiddleware:
    """Stands nearest to the wire: the body is still content-encoded, and redirects and errors pass here, too.

    The response goes on only when its record is written; `meta["archive_place"]` says where it stands, and
    `meta["fetched_at"]` when any response came in. A page whose record cannot be written is not kept (`StorageLost`).
    """

    def __init__(self, session: Session) -> None:
        self._session = session

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> ArchiveMiddleware:
        return cls(Session.of(crawler))

    async def process_response(self, request: Request, response: Response) -> Response:
        request.meta["fetched_at"] = fetched_at = now()
        lease: Lease | None = request.meta.get("lease")
        if lease is None or lease.kind is not AddressKind.ARTICLE:
            return response
        exchange = Exchange(
            url=response.url,
            method=request.method,
            request_headers=[("Host", urlparse_cached(request).netloc), *_lines(request.headers)],
            status=response.status,
            headers=[*_lines(response.headers), ("Content-Length", str(len(response.body)))],
            body=response.body,
            fetched_at=fetched_at,
            site=lease.site,
            ip_address=str(response.ip_address) if response.ip_address else None,
            rights=request.meta.get("host_rights"),
            truncated="dataloss" in response.flags,
        )
        request.meta["archive_place"] = await self._session.archive(exchange)
        self._session.tally.count(lease.site, "archive/written")
        return response


def _lines(headers: Headers) -> list[tuple[str, str]]:
    return [
        (name.decode("latin-1"), value.decode("latin-1"))
        for name, values in headers.items()
        if name.lower().decode("latin-1") not in _HOP_BY_HOP | {"content-length"}
        for value in values
    ]
