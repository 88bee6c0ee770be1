"""Follows redirects to web addresses; passes on any other redirect as the response that it is."""

from __future__ import annotations

from scrapy import Request
from scrapy.core.downloader import Downloader
from scrapy.downloadermiddlewares.redirect import RedirectMiddleware
from scrapy.http import Response

from cleaning.page.canonical import resolve_location


class WebRedirectMiddleware(RedirectMiddleware):
    """Scrapy's own middleware, with three corrections.

    Scrapy's passes on a response that redirects to file: or ftp:, but raises if the target is no URL. It leaves the new
    request in the download slot of the old host, where it would not wait for the pause of its own host. And it asks for
    `/x/../private/` as it stands, which robots.txt may allow, though it does not allow `/private/`.
    """

    def process_response(self, request: Request, response: Response) -> Request | Response:  # type: ignore[override]
        location = response.headers.get("Location")
        if location is None:
            return response
        headers = response.headers.copy()
        try:
            headers["Location"] = resolve_location(request.url, location)
            followed = super().process_response(request, response.replace(headers=headers))
        except ValueError:  # the target is no URL: "javascript:alert(1)", "http://["
            return response
        return free_download_slot(followed) if isinstance(followed, Request) else response


def free_download_slot(followed: Request) -> Request:
    """Return the request of a redirect without the download slot of its source: it waits for its own host."""
    followed.meta.pop(Downloader.DOWNLOAD_SLOT, None)
    return followed
