"""Exceptions of requests that are not made, and of responses that are not used.

IgnoreRequest (Scrapy's)
    OffSite                the address is not the site's own
    Excluded               sites.toml keeps the site from the address
    AddressRefused         the host's IP address is not part of the public internet
    KnownPage              it redirects to the address of an article that the frontier knows
    Disallowed             the site's robots.txt does not allow the address
    HostOnHold             no request is sent to the host now
        RobotsUnreachable  because its robots.txt could not be fetched
    CrawlStopped           the crawl ended before the request was sent
    TooLarge               the decompressed body is larger than DOWNLOAD_MAXSIZE
    Bomb                   the body was made to grow beyond that (a decompression bomb)
    BrowserFailed          the browser, which runs the scripts of a page, hung or ended
    Undecodable            the body is not what its Content-Encoding says
"""

from __future__ import annotations

from scrapy.exceptions import IgnoreRequest

from storage.frontier.hosts import Hold


class OffSite(IgnoreRequest):
    """The address is not on the site's own hosts."""

    def __init__(self, url: str, why: str) -> None:
        super().__init__(f"{why}: {url}")
        self.url = url


class Excluded(IgnoreRequest):
    """`include` or `exclude` of sites.toml keeps the site from the address."""


class AddressRefused(IgnoreRequest):
    """The host's IP address is not part of the public internet. `reason` is a word to count by."""

    def __init__(self, host: str, address: object, reason: str) -> None:
        where = f"{host} is at {address}" if host != str(address) else host
        super().__init__(f"{where} ({reason}), which is in no network of ALLOWED_NETWORKS")
        self.reason = reason


class Disallowed(IgnoreRequest):
    """The site's robots.txt does not allow the address."""


class KnownPage(IgnoreRequest):
    """The address redirects to that of an article that is fetched, or will be by itself."""


class HostOnHold(IgnoreRequest):
    """No request is sent to the host while it is on hold."""

    def __init__(self, hold: Hold) -> None:
        super().__init__(f"{hold.host} is on hold until {hold.until:%Y-%m-%d %H:%M:%S} UTC ({hold.reason})")
        self.hold = hold


class RobotsUnreachable(HostOnHold):
    """The host's robots.txt could not be fetched, so that nothing else of it may be fetched.

    `status` is the HTTP status of the response, None if there was none.
    """

    def __init__(self, hold: Hold, status: int | None) -> None:
        super().__init__(hold)
        self.status = status


class CrawlStopped(IgnoreRequest):
    """The crawl ends before the request is sent."""


class TooLarge(IgnoreRequest):
    """The decompressed body is larger than DOWNLOAD_MAXSIZE."""


class Bomb(IgnoreRequest):
    """The body was made to grow beyond DOWNLOAD_MAXSIZE when it is decompressed."""


class BrowserFailed(IgnoreRequest):
    """The browser gave no page. `reason` is a word to count by: "timeout", "memory", "crashed", "no-start"."""

    def __init__(self, message: str, reason: str) -> None:
        super().__init__(message)
        self.reason = reason


class Undecodable(IgnoreRequest):
    """The body is not what its Content-Encoding says, or that names a coding that was not asked for."""
