"""Write the addresses of a site with the scheme and host that its front page redirects to: https, with or without www.

A sitemap that still lists http://paper.example would have each article asked for twice: once to be redirected, and once
more for the link on the front page.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from crawler.sites.host_names import split_host_and_port


class HomeOrigins:
    """The redirects of front pages that a crawl has seen."""

    def __init__(self) -> None:
        self._origins: dict[str, str] = {}  # "http://paper.example" -> "https://www.paper.example"

    def learn(self, front_page: str, answered_by: str) -> None:
        """Keep that the front page was answered by an address that differs in its scheme or in "www." alone."""
        (host, port), (home, home_port) = split_host_and_port(front_page), split_host_and_port(answered_by)
        is_same_house = host.removeprefix("www.") == home.removeprefix("www.") and port is None and home_port is None
        is_downgrade = front_page.startswith("https:") and not answered_by.startswith("https:")
        if is_same_house and not is_downgrade and _get_origin(front_page) != _get_origin(answered_by):
            self._origins[_get_origin(front_page)] = _get_origin(answered_by)

    def rewrite(self, url: str) -> str:
        """Return a canonical URL as its site writes it today."""
        origin = _get_origin(url)
        return self._origins.get(origin, origin) + url.removeprefix(origin)


def _get_origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
