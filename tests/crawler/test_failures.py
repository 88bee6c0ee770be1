"""What a failure means for an address, and how a crawl that had some ends."""

from __future__ import annotations

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

from crawler.failures import Fate, fate
from crawler.middlewares.archive import ArchiveFailed
from crawler.middlewares.robots import Disallowed, RobotsUnreachable
from crawler.middlewares.scope import OffSite
from crawler.outcome import FAILED, FINISHED, INTERRUPTED, exit_code
from crawler.tally import Counts
from storage.addresses import AddressState

URL = "https://courier.example/a"


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
        (RobotsUnreachable(URL, None, 503), Fate("robots-http-503", None, 503)),
        (RobotsUnreachable(URL, CannotResolveHostError("no such host"), None), Fate("dns")),
        (OffSite("elsewhere"), Fate("off-site", AddressState.REFUSED)),
        (UnsupportedURLSchemeError("ftp"), Fate("bad-scheme", AddressState.REFUSED)),
        (DownloadCancelledError("11 MB"), Fate("too-large", AddressState.FAILED)),
        (IgnoreRequest("max redirections reached"), Fate("redirects", AddressState.FAILED)),
        (CannotResolveHostError("no such host"), Fate("dns")),
        (DownloadTimeoutError("30 s"), Fate("timeout")),
        (DownloadConnectionRefusedError("nobody"), Fate("connection-refused")),
        (ResponseDataLossError("cut"), Fate("truncated")),
        (DownloadFailedError("reset"), Fate("download-failed")),
        (ArchiveFailed("disk full"), Fate("storage", is_ours=True)),
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
        ("finished", {"courier": {"response/received": 3, "page/failed": 1}}, FAILED),
        ("storage_failed", {"courier": {"response/received": 3}}, FAILED),
        ("start_error", {}, FAILED),
        ("shutdown", {"courier": {"response/received": 3}}, INTERRUPTED),
        (None, {}, INTERRUPTED),
    ],
)
def test_a_crawl_ends_with_its_exit_code(reason: str | None, counts: Counts, code: int) -> None:
    assert exit_code(reason, counts) == code
