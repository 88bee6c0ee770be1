"""Follows a redirect to another web address, and takes one to anything else for the answer that it is."""

from __future__ import annotations

from scrapy import Request
from scrapy.core.downloader import Downloader
from scrapy.downloadermiddlewares.redirect import RedirectMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response


def is_endless(error: BaseException | None) -> bool:
    """Whether a request ended because it was redirected too often: Scrapy has no exception of its own for it."""
    return isinstance(error, IgnoreRequest) and "redirections" in str(error)


class WebRedirectMiddleware(RedirectMiddleware):
    """Scrapy's, which passes on the response where it leads to file: or ftp:, but breaks where it leads to no URL.

    And which leaves the new request in the queue of the old one's host, so that no pause of its own host is kept.
    """

    def process_response(self, request: Request, response: Response) -> Request | Response:  # type: ignore[override]
        try:
            followed = super().process_response(request, response)
        except ValueError:  # of the new request: "javascript:alert(1)", "http://["
            return response
        if isinstance(followed, Request):
            followed.meta.pop(Downloader.DOWNLOAD_SLOT, None)
        return followed
