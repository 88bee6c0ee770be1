"""Follows the redirects of what a page asks for, as a browser does: the crawl judges each address on the way."""

from __future__ import annotations

from urllib.parse import urlsplit

from scrapy import Request
from scrapy.http import Response

from cleaning.page.canonical import resolve_location

MAX_REDIRECTS = 20  # Fetch standard, HTTP-redirect fetch
_MOVES_TO_GET = frozenset((301, 302))  # what was posted is not posted again
_SEE_OTHER = 303
_KEEPS_METHOD = frozenset((307, 308))
_SECRETS = ("Authorization", "Cookie")  # are for the host alone that they were meant for


def follow_redirect(request: Request, response: Response) -> Request | None:
    """Return the request that a redirect asks for, None if the response is none. Raise ValueError for no address."""
    status, location = response.status, response.headers.get("Location")
    if not location or status not in _MOVES_TO_GET | _KEEPS_METHOD | {_SEE_OTHER}:
        return None
    followed = request.replace(url=resolve_location(request.url, location))
    is_posted = status in _MOVES_TO_GET and request.method == "POST"
    if is_posted or (status == _SEE_OTHER and request.method not in ("GET", "HEAD")):
        followed = followed.replace(method="GET", body=b"")
        followed.headers.pop("Content-Type", None)
    if not _is_same_origin(request.url, followed.url):
        for name in _SECRETS:
            followed.headers.pop(name, None)
    return followed


def add_cookies_of_way(response: Response, first_url: str, way: list[Response]) -> Response:
    """Return the response to a page's request with the cookies that its redirects set on the host that was asked.

    The page takes it for the answer of the address that it asked for. So what another host sets is left out.
    """
    own = [one for one in (*way, response) if _is_same_origin(first_url, one.url)]
    cookies = [cookie for one in own for cookie in one.headers.getlist("Set-Cookie")]
    headers = response.headers.copy()
    headers.pop("Set-Cookie", None)
    if cookies:
        headers.setlist("Set-Cookie", cookies)
    return response.replace(headers=headers)


def _is_same_origin(one: str, other: str) -> bool:
    return urlsplit(one)[:2] == urlsplit(other)[:2]  # scheme and host
