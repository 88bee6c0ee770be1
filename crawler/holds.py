"""Which hosts are to be left alone, and until when: what they ask for, and what their silence says.

Retry-After     of a 429 or 503 (RFC 9110, 10.2.3), at most RETRY_AFTER_MAX
429             without one: RETRY_PAUSES, the longer the oftener in a row
breaker         BREAKER_FAILURES failures in a row open it for the first of BREAKER_PAUSES; the next failure after that
                for the next one, until a good answer closes it. A failure is no answer, a 5xx or a 429.
                (M. Nygard, Release It!, 2007, "Circuit Breaker")
page-limit      after PAGES_PER_HOST answers, for NIGHT
robots.txt      that gives no answer (crawler/middlewares/robots.py)

All that is kept in memory decides before each request goes out (crawler/handlers.py). The scheduler loads what earlier
runs found out, and stores each change.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from weakref import WeakKeyDictionary

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response

from crawler.sites import Site
from crawler.tally import tally_of
from storage.hosts import Hold, host_of, twin

NIGHT = timedelta(hours=12)
_ASKS_FOR_TIME = {429, 503}
_JITTER = 0.25  # the most that a pause is longer than it is set, as a share of it
# Seconds of a Retry-After, and its digits: a year is as good as ever, and what is longer may be no number any more.
_LONG, _MOST_DIGITS = 31_536_000, 12


class HostHeld(IgnoreRequest):
    """Nothing is to be asked of the request's host now."""

    def __init__(self, hold: Hold) -> None:
        super().__init__(f"{hold.host} is on hold until {hold.until:%Y-%m-%d %H:%M:%S} UTC ({hold.reason})")
        self.hold = hold


class Holds:
    """The holds of one crawl.

    `keep` is called with each that changes: the host, and its hold or None where it answers again.
    """

    def __init__(self, crawler: Crawler) -> None:
        settings = crawler.settings
        self._tally = tally_of(crawler)
        self._longest = timedelta(seconds=settings.getfloat("RETRY_AFTER_MAX"))
        self._retries = pauses(settings.getlist("RETRY_PAUSES"))
        self._breaks = pauses(settings.getlist("BREAKER_PAUSES"))
        self._most_failures = settings.getint("BREAKER_FAILURES")
        self._holds: dict[str, Hold] = {}
        self._most_pages = settings.getint("PAGES_PER_HOST")
        self._pages = Counter[str]()  # answers of a host
        self._failures = Counter[str]()  # of a host, in a row
        self._counted: set[tuple[str, str]] = set()
        self.keep: Callable[[str, Hold | None], None] | None = None

    @staticmethod
    def of(crawler: Crawler) -> Holds:
        if crawler not in _all:
            _all[crawler] = Holds(crawler)
        return _all[crawler]

    def load(self, holds: Iterable[Hold]) -> None:
        """Takes over what an earlier run noted."""
        self._holds.update((hold.host, hold) for hold in holds)

    def check(self, url: str) -> None:
        """Raises HostHeld where nothing is to be asked of the host now."""
        hold = self._holds.get(host_of(url))
        if hold is not None and hold.until > datetime.now(UTC):
            raise HostHeld(hold)

    def on_trial(self, url: str) -> bool:
        """Whether the host's breaker was open, and no good answer has closed it since: one request tries."""
        hold = self._holds.get(host_of(url))
        return hold is not None and hold.opened > 0

    def count(self, site: str, hold: Hold) -> None:
        """Counts a hold of one of the site's hosts: once a host and reason."""
        if (hold.host, hold.reason) not in self._counted:
            self._counted.add((hold.host, hold.reason))
            self._tally.count(site, f"host/held/{hold.reason}")

    def hold(self, request: Request, pause: timedelta, reason: str) -> Hold:
        """Leaves the host of the request alone for this long; a hold that lasts longer already stays as it is."""
        return self._hold(request, host_of(request.url), datetime.now(UTC) + pause, reason)

    def answered(self, request: Request, response: Response) -> None:
        """Takes note of an answer, be it to a page, a robots.txt or a redirect."""
        host = host_of(request.url)
        self._pages[host] += 1
        if self._pages[host] == self._most_pages:
            self.hold(request, NIGHT, "page-limit")
        if response.status < 500 and response.status != 429:
            self._recovered(host)
            return
        self._failed(request, host)
        if response.status not in _ASKS_FOR_TIME:
            return
        moment = datetime.now(UTC)
        asked = [retry_after(value.decode("latin-1"), moment) for value in response.headers.getlist("Retry-After")]
        wait = max((one for one in asked if one is not None), default=timedelta())
        if wait:
            # Of the host, whatever the scheme: it is its operator who asks.
            for one in filter(None, (host, twin(host))):
                self._hold(request, one, moment + min(wait, self._longest), "retry-after")
        elif response.status == 429 and self._retries:
            pause = self._retries[min(self._failures[host], len(self._retries)) - 1]
            self._hold(request, host, moment + jittered(pause), "http-429")

    def unanswered(self, request: Request) -> None:
        """Takes note that no answer came: no connection, no such host, silence, a connection that broke."""
        self._failed(request, host_of(request.url))

    def _failed(self, request: Request, host: str) -> None:
        self._failures[host] += 1
        before = self._holds.get(host)
        moment = datetime.now(UTC)
        if before is not None and before.until > moment and before.reason == "breaker":
            return  # it was on its way when the breaker opened
        opened = before.opened if before is not None else 0
        if self._breaks and (opened or self._failures[host] >= self._most_failures):
            pause = self._breaks[min(opened, len(self._breaks) - 1)]
            self._hold(request, host, moment + pause, "breaker", opened + 1)

    def _recovered(self, host: str) -> None:
        self._failures.pop(host, None)
        before = self._holds.get(host)
        if before is not None and before.until <= datetime.now(UTC):
            del self._holds[host]
            if self.keep is not None:
                self.keep(host, None)

    def _hold(self, request: Request, host: str, until: datetime, reason: str, opened: int | None = None) -> Hold:
        before = self._holds.get(host)
        if opened is None:
            opened = before.opened if before is not None else 0
        hold = Hold(host, until, reason, opened)
        if before is not None and before.until > until:
            hold = replace(before, opened=opened)
        if hold != before:
            self._holds[host] = hold
            if self.keep is not None:
                self.keep(host, hold)
        site: Site | None = request.meta.get("site")
        if site is not None:
            self.count(site.name, Hold(host, until, reason))
        return hold


def retry_after(value: str, now: datetime) -> timedelta | None:
    """How long a Retry-After asks to wait: seconds, or until a date; None where it says nothing that can be meant."""
    value = value.strip()
    if value.isascii() and value.isdigit():
        return timedelta(seconds=min(int(value[:_MOST_DIGITS]), _LONG))
    try:
        moment = parsedate_to_datetime(value)
        wait = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - now
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return wait if wait > timedelta() else None


def pauses(seconds: Iterable[object]) -> list[timedelta]:
    """The pauses that a setting lists in seconds."""
    return [timedelta(seconds=float(str(pause))) for pause in seconds]


def jittered(pause: timedelta) -> timedelta:
    """The pause or up to a quarter more, lest a thousand addresses come due at one moment."""
    return pause * random.uniform(1, 1 + _JITTER)  # noqa: S311 (no secret)


_all: WeakKeyDictionary[Crawler, Holds] = WeakKeyDictionary()
