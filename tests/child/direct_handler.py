"""A download handler that resolves names itself, as every handler without Twisted does."""

from __future__ import annotations

import asyncio

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import HtmlResponse, Response
from scrapy.utils.httpobj import urlparse_cached


class DirectHandler:
    lazy = True

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> DirectHandler:
        return cls()

    async def download_request(self, request: Request) -> Response:
        parts = urlparse_cached(request)
        reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
        writer.write(f"GET {parts.path} HTTP/1.0\r\n\r\n".encode())
        body = await reader.read()
        writer.close()
        return HtmlResponse(request.url, body=body)

    async def close(self) -> None:
        pass
