"""What a failure means for an address, and how a crawl that had some ends."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from scrapy import Request
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
    ResponseDataLossError,
    UnsupportedURLSchemeError,
)
from scrapy.http import Response
from scrapy.spidermiddlewares.httperror import HttpError
from sqlalchemy.exc import IntegrityError, OperationalError
from twisted.python.failure import Failure

from cleaning.errors import StorageLost
from crawler.failures import Fate, fate
from crawler.guard.middleware import AddressRefused
from crawler.holds import HostHeld
from crawler.middlewares.compression import Bomb, TooLarge, Undecodable
from crawler.middlewares.robots import Disallowed, RobotsUnreachable
from crawler.middlewares.scope import OffSite
from crawler.outcome import DATABASE_LOST, DISK_LOW, FAILED, FINISHED, INTERRUPTED, UNGUARDED, exit_code
from crawler.tally import Counts
from storage.addresses import AddressState
from storage.hosts import Hold

URL = "https://courier.example/a"

LATER = datetime(2026, 11, 23, tzinfo=UTC)


def held(reason: str) -> Hold:
    return Hold("courier.example", LATER, reason)


def answered(status: int) -> HttpError:
    return HttpError(Response(URL, status=status, request=Request(URL)), "not 200")


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (answered(404), Fate("http-404", AddressState.GONE, 404)),
        (answered(410), Fate("http-410", AddressState.GONE, 410)),
        (answered(403), Fate("http-403", AddressState.REFUSED, 403)),
        (answered(451), Fate("http-451", AddressState.REFUSED, 451)),
        (answered(400), Fate("http-400", AddressState.FAILED, 400)),
        (answered(429), Fate("http-429", None, 429)),
        (answered(503), Fate("http-503", None, 503)),
        (Disallowed("no"), Fate("robots", AddressState.REFUSED)),
        (RobotsUnreachable(held("robots-http-503"), 503), Fate("robots-http-503", None, 503, until=LATER)),
        (RobotsUnreachable(held("robots-dns"), None), Fate("robots-dns", until=LATER)),
        (HostHeld(held("retry-after")), Fate("retry-after", until=LATER)),
        (OffSite("https://elsewhere.example/", "not ours"), Fate("off-site", AddressState.REFUSED)),
        (AddressRefused("courier.example", "10.0.0.7", "private"), Fate("address-private", AddressState.REFUSED)),
        (UnsupportedURLSchemeError("ftp"), Fate("bad-scheme", AddressState.REFUSED)),
        (DownloadCancelledError("11 MB"), Fate("too-large", AddressState.FAILED)),
        (TooLarge("11 MB"), Fate("too-large", AddressState.FAILED)),
        (Bomb("11 MB of 60 kB"), Fate("bomb", AddressState.FAILED)),
        (Undecodable("no gzip"), Fate("undecodable")),
        (IgnoreRequest("max redirections reached"), Fate("redirects", AddressState.FAILED)),
        (CannotResolveHostError("no such host"), Fate("dns")),
        (DownloadTimeoutError("30 s"), Fate("timeout")),
        (DownloadConnectionRefusedError("nobody"), Fate("connection-refused")),
        (ResponseDataLossError("cut"), Fate("truncated")),
        (DownloadFailedError("reset"), Fate("connection-lost")),
        (StorageLost("the archive is full", "full"), Fate("storage", is_ours=True)),
        (OperationalError("INSERT", {}, Exception("disk full")), Fate("storage", is_ours=True)),
        (IntegrityError("INSERT", {}, Exception("no such")), Fate("not-storable", AddressState.FAILED)),
        (ZeroDivisionError("a defect"), Fate("zero-division")),
    ],
)
def test_a_failure_has_its_fate(error: Exception, expected: Fate) -> None:
    assert fate(Failure(error)) == expected


@pytest.mark.parametrize(
    ("reason", "counts", "code"),
    [
        ("finished", {"courier": {"response/received": 3, "address/failed/timeout": 1}}, FINISHED),
        ("finished", {}, FINISHED),
        ("finished", {"courier": {"response/received": 3}, "gazette": {"address/failed/dns": 1}}, FAILED),
        ("finished", {"gazette": {"address/refused/address-private": 1}}, FAILED),
        ("guard_inactive", {}, UNGUARDED),
        ("finished", {"courier": {"response/received": 3, "page/failed": 1}}, FAILED),
        ("frontier_failed", {"courier": {"response/received": 3}}, FAILED),
        ("database_lost", {"courier": {"response/received": 3}}, DATABASE_LOST),
        ("disk_low", {}, DISK_LOW),
        ("start_error", {}, FAILED),
        ("shutdown", {"courier": {"response/received": 3}}, INTERRUPTED),
        (None, {}, INTERRUPTED),
    ],
)
def test_a_crawl_ends_with_its_exit_code(reason: str | None, counts: Counts, code: int) -> None:
    assert exit_code(reason, counts) == code
