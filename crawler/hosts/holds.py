"""Holds: which hosts get no request now, and until when.

Retry-After     of a 429 or 503 (RFC 9110, 10.2.3), at most RETRY_AFTER_MAX
http-429        a 429 without Retry-After: one of RETRY_PAUSES, a longer one for each 429 in a row
breaker         BREAKER_FAILURES failures in a row open the circuit breaker for the first of BREAKER_PAUSES; the next
                failure opens it for the next pause, and so on; a success closes it. A failure is no response, a 5xx or
                a 429. (M. Nygard, Release It!, 2007, "Circuit Breaker")
page-limit      after PAGES_PER_HOST responses, for NIGHT
robots-...      robots.txt could not be fetched (crawler/middlewares/robots.py)

The holds are kept in memory, and the download handler checks them before each request. The scheduler loads the holds of
earlier runs, and stores each change.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response

from crawler.failures.errors import HostOnHold
from crawler.run.counts import counts_of
from crawler.run.once import once_per_crawler
from crawler.run.pauses import add_jitter, parse_pauses
from crawler.sites.site import SITE_OF_REQUEST, Site
from storage.frontier.hosts import Hold, host_of, switch_scheme

NIGHT = timedelta(hours=12)
_WITH_RETRY_AFTER = {429, 503}
# Of a Retry-After in seconds. A year is as good as for ever; int() refuses numbers of thousands of digits.
_MAX_SECONDS, _MAX_DIGITS = 31_536_000, 12


class Holds:
    """The holds of one crawl.

    `on_change` is called with a host and its new hold, or with None when the host is no longer on hold.
    """

    def __init__(self, crawler: Crawler) -> None:
        settings = crawler.settings
        self._counts = counts_of(crawler)
        self._max_retry_after = timedelta(seconds=settings.getfloat("RETRY_AFTER_MAX"))
        self._retry_pauses = parse_pauses(settings.getlist("RETRY_PAUSES"))
        self._breaker_pauses = parse_pauses(settings.getlist("BREAKER_PAUSES"))
        self._max_failures = settings.getint("BREAKER_FAILURES")
        self._holds: dict[str, Hold] = {}
        self._max_pages = settings.getint("PAGES_PER_HOST")
        self._pages = Counter[str]()  # by host: responses
        self._failures = Counter[str]()  # by host, in a row
        self._counted: set[tuple[str, str]] = set()  # host and reason
        self.on_change: Callable[[str, Hold | None], None] | None = None

    def load(self, holds: Iterable[Hold]) -> None:
        """Take over the holds of earlier runs."""
        self._holds.update((hold.host, hold) for hold in holds)

    def check(self, url: str) -> None:
        """Raise HostOnHold if the host is on hold."""
        if (hold := self.find(url)) is not None:
            raise HostOnHold(hold)

    def find(self, url: str) -> Hold | None:
        """Return the hold of the host; None if it is not on hold."""
        hold = self._holds.get(host_of(url)) if self._holds else None
        return hold if hold is not None and hold.until > datetime.now(UTC) else None

    def is_on_trial(self, url: str) -> bool:
        """Return whether the host's breaker was opened and not closed since. Then one request at a time is sent."""
        hold = self._holds.get(host_of(url))
        return hold is not None and hold.opened > 0

    def count_hold(self, site: str, hold: Hold) -> None:
        """Count a hold of one of the site's hosts, once per host and reason."""
        if (hold.host, hold.reason) not in self._counted:
            self._counted.add((hold.host, hold.reason))
            self._counts.add(site, f"host/held/{hold.reason}")

    def hold(self, request: Request, pause: timedelta, reason: str) -> Hold:
        """Put the request's host on hold for `pause`. A hold that lasts longer stays as it is."""
        return self._hold(request, host_of(request.url), datetime.now(UTC) + pause, reason)

    def record_response(self, request: Request, response: Response) -> None:
        """Record any response: of a page, a robots.txt or a redirect."""
        host = host_of(request.url)
        self._pages[host] += 1
        if self._pages[host] == self._max_pages:
            self.hold(request, NIGHT, "page-limit")
        if response.status < 500 and response.status != 429:
            self._record_success(host)
            return
        self._record_failure(request, host)
        self.record_asked_pause(request, response)

    def record_asked_pause(self, request: Request, response: Response) -> None:
        """Put the host on hold if a response asks for it: a 429, or a 503 with Retry-After."""
        if response.status not in _WITH_RETRY_AFTER:
            return
        host = host_of(request.url)
        moment = datetime.now(UTC)
        values = [value.decode("latin-1") for value in response.headers.getlist("Retry-After")]
        waits = [parse_retry_after(value, moment) for value in values]
        longest = max((wait for wait in waits if wait is not None), default=timedelta())
        if longest:
            # For http and https alike: the operator of the host asks for it.
            for name in filter(None, (host, switch_scheme(host))):
                self._hold(request, name, moment + min(longest, self._max_retry_after), "retry-after")
        elif response.status == 429 and self._retry_pauses:
            pause = self._retry_pauses[min(max(self._failures[host], 1), len(self._retry_pauses)) - 1]
            self._hold(request, host, moment + add_jitter(pause), "http-429")

    def record_no_response(self, request: Request) -> None:
        """Record that no response came: host not found, no connection, time-out or a broken connection."""
        self._record_failure(request, host_of(request.url))

    def _record_failure(self, request: Request, host: str) -> None:
        self._failures[host] += 1
        before = self._holds.get(host)
        moment = datetime.now(UTC)
        if before is not None and before.until > moment and before.reason == "breaker":
            return  # the request was under way when the breaker opened
        opened = before.opened if before is not None else 0
        if self._breaker_pauses and (opened or self._failures[host] >= self._max_failures):
            pause = self._breaker_pauses[min(opened, len(self._breaker_pauses) - 1)]
            self._hold(request, host, moment + pause, "breaker", opened + 1)

    def _record_success(self, host: str) -> None:
        self._failures.pop(host, None)
        before = self._holds.get(host)
        if before is not None and before.until <= datetime.now(UTC):
            del self._holds[host]
            if self.on_change is not None:
                self.on_change(host, None)

    def _hold(self, request: Request, host: str, until: datetime, reason: str, opened: int | None = None) -> Hold:
        before = self._holds.get(host)
        if opened is None:
            opened = before.opened if before is not None else 0
        hold = Hold(host, until, reason, opened)
        if before is not None and before.until > until:
            hold = replace(before, opened=opened)
        if hold != before:
            self._holds[host] = hold
            if self.on_change is not None:
                self.on_change(host, hold)
        site: Site | None = request.meta.get(SITE_OF_REQUEST)
        if site is not None:
            self.count_hold(site.name, Hold(host, until, reason))
        return hold


def parse_retry_after(value: str, now: datetime) -> timedelta | None:
    """Return how long a Retry-After asks to wait: seconds, or until a date. None for an invalid or past value."""
    value = value.strip()
    if value.isascii() and value.isdigit():
        return timedelta(seconds=min(int(value[:_MAX_DIGITS]), _MAX_SECONDS))
    try:
        moment = parsedate_to_datetime(value)
        wait = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - now
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return wait if wait > timedelta() else None


holds_of = once_per_crawler(Holds)
