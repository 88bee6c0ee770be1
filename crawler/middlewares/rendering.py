"""Lets the browser run the scripts of the pages of which sites.toml says that they need it (`browser`)."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.redirect import BaseRedirectMiddleware
from scrapy.exceptions import NotConfigured
from scrapy.http import HtmlResponse, Response

from crawler.middlewares.archive import TO_RENDER
from crawler.middlewares.browser_pages import find_browser_purpose, is_rendered
from crawler.middlewares.page_downloads import PageDownloads
from crawler.middlewares.redirect import free_download_slot
from crawler.page_facts import select_page_headers
from crawler.run.counts import counts_of
from crawler.run.session import session_of
from crawler.run.starts import keep_start_error
from crawler.sites.site import SITE_OF_REQUEST, Site
from storage.archive.write import Conversion, Exchange

if TYPE_CHECKING:
    from crawler.browser.render import Renderer

_HTML_TYPE = "text/html; charset=utf-8"


class RenderingMiddleware(BaseRedirectMiddleware):
    """Replaces the body of a page by what the page shows once its scripts have run.

    It sees the page as the other middlewares leave it: decompressed, at the end of its redirects. What the browser made
    of an article is written to the archive as a record of the type `conversion`, beside the response as it was sent,
    and is the page from then on: to clean it again needs no browser.

    An address to which a script leads is asked for like the target of a redirect, if it is the site's own.
    """

    def __init__(self, crawler: Crawler, renderer: Renderer) -> None:
        super().__init__(crawler.settings)
        self.crawler = crawler
        self._renderer = renderer
        self._downloads = PageDownloads(crawler)
        self._session = session_of(crawler) if crawler.settings.getbool("STORE_ENABLED") else None
        self._counts = counts_of(crawler)
        crawler.signals.connect(renderer.close, signals.engine_stopped)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> RenderingMiddleware:
        if not getattr(crawler.spider, "needs_browser", False):
            raise NotConfigured
        # Its libraries take half a second to load, which other crawls save.
        from crawler.browser.render import Renderer  # noqa: PLC0415

        with keep_start_error(crawler):
            return cls(crawler, Renderer(crawler))

    def process_request(self, request: Request) -> None:
        """Raise BrowserFailed if the browser does not start: then nothing is asked for in vain."""
        if find_browser_purpose(request) is not None:
            self._renderer.check_start(request.url, request.meta[SITE_OF_REQUEST])

    async def process_response(self, request: Request, response: Response) -> Request | Response:
        """Raise BrowserFailed or TooLarge if the browser gave no page."""
        purpose = find_browser_purpose(request)
        if purpose is None or not is_rendered(response):
            return response
        site: Site = request.meta[SITE_OF_REQUEST]
        exchange: Exchange | None = request.meta.pop(TO_RENDER, None)
        page = await self._renderer.render(response, site, purpose, partial(self._downloads.download, site=site))
        if page.leads_to is not None and site.owns(page.leads_to):
            self._counts.add(site.name, "response/refresh/followed")
            followed = self._redirect_request_using_get(request, response, page.leads_to)
            return free_download_slot(self._redirect(followed, request, "script"))
        if self._session is not None and exchange is not None:
            said = select_page_headers(exchange.headers)
            await self._session.archive(exchange)
            conversion = Conversion(exchange, page.html, said, exchange.site, is_copy=True)
            request.meta["archive_location"] = await self._session.archive(conversion)
            self._counts.add(exchange.site, "archive/written", 2)
        headers = response.headers.copy()
        headers["Content-Type"] = _HTML_TYPE
        headers.pop("Content-Encoding", None)
        return HtmlResponse(
            response.url,
            status=response.status,
            headers=headers,
            body=page.html.encode("utf-8"),
            encoding="utf-8",
            request=response.request,
            flags=response.flags,
            ip_address=response.ip_address,
        )

    def handle_referer(self, request: Request, response: Response) -> None:  # noqa: ARG002 (Scrapy's)
        request.headers.pop("Referer", None)
