"""The outcome of each failed request, and the exit code of each crawl."""

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
from crawler.failures.errors import (
    AddressRefused,
    Bomb,
    Disallowed,
    HostOnHold,
    OffSite,
    RobotsUnreachable,
    TooLarge,
    Undecodable,
)
from crawler.failures.outcome import RequestOutcome, classify_failure
from crawler.run.counts import Counts
from crawler.run.exit_codes import DATABASE_LOST, DISK_LOW, FAILED, FINISHED, INTERRUPTED, UNGUARDED, get_exit_code
from storage.frontier.addresses import AddressState
from storage.frontier.hosts import Hold

URL = "https://courier.example/a"

LATER = datetime(2026, 11, 23, tzinfo=UTC)


def make_hold(reason: str) -> Hold:
    return Hold("courier.example", LATER, reason)


def http_error(status: int) -> HttpError:
    return HttpError(Response(URL, status=status, request=Request(URL)), "not 200")


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (http_error(404), RequestOutcome("http-404", AddressState.GONE, 404)),
        (http_error(410), RequestOutcome("http-410", AddressState.GONE, 410)),
        (http_error(403), RequestOutcome("http-403", AddressState.REFUSED, 403)),
        (http_error(451), RequestOutcome("http-451", AddressState.REFUSED, 451)),
        (http_error(400), RequestOutcome("http-400", AddressState.FAILED, 400)),
        (http_error(429), RequestOutcome("http-429", None, 429)),
        (http_error(503), RequestOutcome("http-503", None, 503)),
        (Disallowed("no"), RequestOutcome("robots", AddressState.REFUSED)),
        (
            RobotsUnreachable(make_hold("robots-http-503"), 503),
            RequestOutcome("robots-http-503", None, 503, postponed_until=LATER),
        ),
        (RobotsUnreachable(make_hold("robots-dns"), None), RequestOutcome("robots-dns", postponed_until=LATER)),
        (HostOnHold(make_hold("retry-after")), RequestOutcome("retry-after", postponed_until=LATER)),
        (OffSite("https://elsewhere.example/", "not ours"), RequestOutcome("off-site", AddressState.REFUSED)),
        (
            AddressRefused("courier.example", "10.0.0.7", "private"),
            RequestOutcome("address-private", AddressState.REFUSED),
        ),
        (UnsupportedURLSchemeError("ftp"), RequestOutcome("bad-scheme", AddressState.REFUSED)),
        (DownloadCancelledError("11 MB"), RequestOutcome("too-large", AddressState.FAILED)),
        (TooLarge("11 MB"), RequestOutcome("too-large", AddressState.FAILED)),
        (Bomb("11 MB of 60 kB"), RequestOutcome("bomb", AddressState.FAILED)),
        (Undecodable("no gzip"), RequestOutcome("undecodable")),
        (IgnoreRequest("max redirections reached"), RequestOutcome("redirects", AddressState.FAILED)),
        (CannotResolveHostError("no such host"), RequestOutcome("dns")),
        (DownloadTimeoutError("30 s"), RequestOutcome("timeout")),
        (DownloadConnectionRefusedError("nobody"), RequestOutcome("connection-refused")),
        (ResponseDataLossError("cut"), RequestOutcome("truncated")),
        (DownloadFailedError("reset"), RequestOutcome("connection-lost")),
        (StorageLost("the archive is full", "full"), RequestOutcome("storage", is_storage_failure=True)),
        (OperationalError("INSERT", {}, Exception("disk full")), RequestOutcome("storage", is_storage_failure=True)),
        (IntegrityError("INSERT", {}, Exception("no such")), RequestOutcome("not-storable", AddressState.FAILED)),
        (ZeroDivisionError("a defect"), RequestOutcome("zero-division")),
    ],
)
def test_each_failure_has_its_outcome(error: Exception, expected: RequestOutcome) -> None:
    assert classify_failure(Failure(error)) == expected


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
    assert get_exit_code(reason, counts) == code
