"""Decides which requests of a page in the browser are sent: what its text needs, from where it may need it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from urllib.parse import urljoin, urlsplit

from lxml import etree
from scrapy.exceptions import IgnoreRequest

from crawler.failures.errors import Disallowed, HostOnHold
from crawler.sites.site import Site

TRACKERS = Path(__file__).with_name("trackers.txt")
# Kinds of Chromium's resources. All others are refused: images, media, fonts, frames, beacons, event streams, sockets.
_OWN_KINDS = frozenset(("script", "stylesheet", "xhr", "fetch"))
_FOREIGN_KINDS = frozenset(("script", "stylesheet"))
_STYLES = frozenset(("stylesheet", "modulepreload"))

MayAsk = Callable[[str], Awaitable[None]]  # raises IgnoreRequest for an address of the site that must not be asked for


class PageRequests:
    """The requests of one page.

    - Of the hosts of the site, and of those in `browser_hosts`: scripts, styles and what scripts fetch, as robots.txt
      allows it, and not while the host is on hold.
    - Of other hosts: scripts and styles, if the page as it was sent names the host in a `<script src>` or a
      `<link rel=stylesheet>`. So a script may load more of its own host, but nobody whom the page does not name.
    - Of the hosts in trackers.txt: nothing.
    - At most `max_requests`.

    `judge` is asked before each request. `allows_origin` is what the proxy asks: it knows hosts alone, and hears of
    redirects and of connections that no request stands for.
    """

    def __init__(self, site: Site, url: str, html: bytes, may_ask: MayAsk, max_requests: int) -> None:
        self._site = site
        self._named = frozenset(_find_named_origins(html, url))
        self._may_ask = may_ask
        self._left = max_requests
        self._trackers = load_trackers()

    async def judge(self, url: str, kind: str) -> str | None:
        """Return why a request is not sent, as a word to count by; None if it is sent."""
        if (reason := self._judge_address(url, kind)) is not None:
            return reason
        self._left -= 1
        if self._left < 0:
            return "too-many"
        if self._site.owns(url):
            try:
                await self._may_ask(url)
            except Disallowed:
                return "robots"
            except HostOnHold:
                return "hold"
            except IgnoreRequest:
                return "not-asked"
        return None

    def allows_origin(self, url: str) -> bool:
        """Return whether the page may connect to the host of `url`."""
        return self._is_own(url) or (_get_origin(url) in self._named and not self._is_tracker(url))

    def _judge_address(self, url: str, kind: str) -> str | None:
        if not url.startswith(("http://", "https://")):
            return "scheme"
        if kind not in _OWN_KINDS:
            return f"kind-{kind}"
        if self._is_tracker(url):
            return "tracker"
        if self._is_own(url):
            return None
        if kind not in _FOREIGN_KINDS:
            return "other-host"
        return None if _get_origin(url) in self._named else "other-host"

    def _is_own(self, url: str) -> bool:
        return self._site.owns(url) or any(_is_on(url, host) for host in self._site.browser_hosts)

    def _is_tracker(self, url: str) -> bool:
        parts = (urlsplit(url).hostname or "").split(".")
        return any(".".join(parts[start:]) in self._trackers for start in range(len(parts)))


def load_trackers() -> frozenset[str]:
    """Return the domains from which nothing is loaded."""
    lines = TRACKERS.read_text("utf-8").splitlines()
    return frozenset(name for line in lines if (name := line.partition("#")[0].strip()))


def _is_on(url: str, host: str) -> bool:
    own = urlsplit(url).hostname or ""
    return own == host or own.endswith(f".{host}")


def _get_origin(url: str) -> tuple[str, int | None]:
    """Return host and port. The scheme is left out: of a tunnel the proxy does not know it."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return "", None
    return host, port or (443 if parts.scheme == "https" else 80)


def _find_named_origins(html: bytes, url: str) -> Iterator[tuple[str, int | None]]:
    """Yield the hosts whose scripts and styles the page names."""
    try:
        tree = etree.fromstring(html, etree.HTMLParser(recover=True, huge_tree=False))
    except (etree.LxmlError, ValueError):
        return
    if tree is None:
        return
    for element in tree.iter("script", "link"):
        is_style = element.tag == "link" and not _STYLES.isdisjoint((element.get("rel") or "").lower().split())
        address = element.get("src") if element.tag == "script" else element.get("href") if is_style else None
        if address:
            try:
                yield _get_origin(urljoin(url, address.strip()))
            except ValueError:
                continue
