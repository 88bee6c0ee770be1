"""Follows redirects to web addresses; passes on any other redirect as the response that it is."""

from __future__ import annotations

from scrapy import Request
from scrapy.core.downloader import Downloader
from scrapy.downloadermiddlewares.redirect import RedirectMiddleware
from scrapy.http import Response


class WebRedirectMiddleware(RedirectMiddleware):
    """Scrapy's own middleware, with two corrections.

    Scrapy's passes on a response that redirects to file: or ftp:, but raises if the target is no URL. And it leaves the
    new request in the download slot of the old host, where it would not wait for the pause of its own host.
    """

    def process_response(self, request: Request, response: Response) -> Request | Response:  # type: ignore[override]
        try:
            followed = super().process_response(request, response)
        except ValueError:  # the target is no URL: "javascript:alert(1)", "http://["
            return response
        return free_download_slot(followed) if isinstance(followed, Request) else followed


def free_download_slot(followed: Request) -> Request:
    """Return the request of a redirect without the download slot of its source: it waits for its own host."""
    followed.meta.pop(Downloader.DOWNLOAD_SLOT, None)
    return followed
