"""Downloads what the scripts of a page in the browser ask for: under the same rules as the page, but in no queue."""

from __future__ import annotations

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response

from crawler.guard.middleware import GuardMiddleware
from crawler.hosts.download_handler import ASKED_BY_PAGE
from crawler.middlewares.compression import CompressionMiddleware
from crawler.middlewares.cookies import CookiesMiddleware
from crawler.middlewares.robots import RobotsMiddleware
from crawler.sites.site import SITE_OF_REQUEST, Site


class PageDownloads:
    """Sends such a request at once, past the queues: a page that runs cannot wait for its site's next turn.

    It goes through the middlewares that concern it (robots.txt, cookies, content coding, the address guard), and
    through the download handler, with its holds and time-outs. It is neither redirected nor archived, nor counted as a
    page.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._guard = GuardMiddleware(crawler)
        self._cookies = CookiesMiddleware()
        headers = {"User-Agent": crawler.settings["USER_AGENT"], **crawler.settings.getdict("DEFAULT_REQUEST_HEADERS")}
        self._headers = {name: value for name, value in headers.items() if value}

    async def download(self, request: Request, site: Site) -> Response:
        """Return the response to a request of a page of `site`, decompressed.

        Raise what a page would fail by: an IgnoreRequest for what is not asked for or not used, and the errors of the
        download handler.
        """
        request.meta[SITE_OF_REQUEST] = site
        request.meta[ASKED_BY_PAGE] = True
        for name, value in self._headers.items():
            request.headers.setdefault(name, value)
        robots = self._crawler.get_downloader_middleware(RobotsMiddleware)
        if isinstance(robots, RobotsMiddleware):
            await robots.process_request(request)
        compression = self._crawler.get_downloader_middleware(CompressionMiddleware)
        if isinstance(compression, CompressionMiddleware):
            compression.process_request(request)
        self._cookies.process_request(request)
        self._guard.process_request(request)
        engine = self._crawler.engine
        assert engine is not None  # noqa: S101 (it has fetched the page)
        try:
            response = await engine.downloader.handlers.download_request_async(request)
        except Exception as error:
            self._guard.process_exception(request, error)
            raise
        response = self._cookies.process_response(request, self._guard.process_response(request, response))
        if isinstance(compression, CompressionMiddleware):
            response = await compression.process_response(request, response)
        return response
