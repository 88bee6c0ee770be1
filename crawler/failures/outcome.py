"""Turns the exception of a failed request into its outcome: a reason to count by, and whether to try again."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from OpenSSL.SSL import Error as TLSError
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    DropItem,
    IgnoreRequest,
    ResponseDataLossError,
    UnsupportedURLSchemeError,
)
from scrapy.spidermiddlewares.httperror import HttpError
from service_identity import VerificationError
from sqlalchemy.exc import InterfaceError, OperationalError, SQLAlchemyError
from twisted.python.failure import Failure
from twisted.web._newclient import ParseError
from twisted.web.client import ResponseFailed

from cleaning.errors import StorageLost
from crawler.failures.errors import (
    AddressRefused,
    Bomb,
    BrowserFailed,
    CrawlStopped,
    Disallowed,
    Excluded,
    HostOnHold,
    KnownPage,
    OffSite,
    RobotsUnreachable,
    TooLarge,
)
from crawler.failures.refusals import REFUSED_STATUSES
from storage.frontier.addresses import TWIN, AddressState

# HTTP statuses. Other statuses below 500 mean that the address failed for good.
_GONE = {404, 410}
_TRY_AGAIN = {408, 425, 429}  # and all from 500

_REASONS: dict[type[BaseException], str] = {
    CannotResolveHostError: "dns",
    DownloadTimeoutError: "timeout",
    DownloadConnectionRefusedError: "connection-refused",
    DownloadFailedError: "connection-lost",
    ResponseDataLossError: "truncated",
}
_WORD_START = re.compile(r"(?<=[a-z])(?=[A-Z])")


@dataclass(frozen=True, slots=True)
class RequestOutcome:
    """The outcome of a request that gave no page. Without a `state` the address is tried again later."""

    reason: str
    state: AddressState | None = None
    status: int | None = None  # HTTP status, where the site answered
    is_storage_failure: bool = False  # our disk or database failed, not the site
    postponed_until: datetime | None = None  # no request was sent, because the host is on hold until then


# Failures that another try would not change.
_FINAL: dict[type[BaseException], RequestOutcome] = {
    OffSite: RequestOutcome("off-site", AddressState.REFUSED),
    DropItem: RequestOutcome("dropped", AddressState.REFUSED),  # by a pipeline of the user
    KnownPage: RequestOutcome(TWIN, AddressState.DONE),
    Excluded: RequestOutcome("excluded", AddressState.REFUSED),
    Disallowed: RequestOutcome("robots", AddressState.REFUSED),
    UnsupportedURLSchemeError: RequestOutcome("bad-scheme", AddressState.REFUSED),
    DownloadCancelledError: RequestOutcome("too-large", AddressState.FAILED),
    TooLarge: RequestOutcome("too-large", AddressState.FAILED),
    Bomb: RequestOutcome("bomb", AddressState.FAILED),
}


def classify_failure(failure: Failure) -> RequestOutcome:
    """Return the outcome of a request whose errback got this failure."""
    assert failure.value is not None  # noqa: S101 (a Failure is of an exception)
    return classify_error(failure.value)


def classify_error(error: BaseException) -> RequestOutcome:
    """Return the outcome of a request that raised this exception."""
    match error:
        case HttpError():
            return _classify_status(error.response.status)
        case StorageLost() | OperationalError() | InterfaceError():
            return RequestOutcome("storage", is_storage_failure=True)
        case SQLAlchemyError():  # this page cannot be stored, others can; its raw page is in the archive
            return RequestOutcome("not-storable", AddressState.FAILED)
        case AddressRefused(reason=reason):
            return RequestOutcome(f"address-{reason}", AddressState.REFUSED)
        case BrowserFailed(reason=reason):
            return RequestOutcome(f"browser-{reason}")
        case RobotsUnreachable():
            return RequestOutcome(error.hold.reason, status=error.status, postponed_until=error.hold.until)
        case CrawlStopped():
            return RequestOutcome("stopped", postponed_until=datetime.now(UTC))
        case HostOnHold():
            return RequestOutcome(error.hold.reason, postponed_until=error.hold.until)
        case _ if is_too_many_redirects(error):
            return RequestOutcome("redirects", AddressState.FAILED)
        case _:
            final = next((outcome for kind, outcome in _FINAL.items() if isinstance(error, kind)), None)
            return final or RequestOutcome(get_failure_reason(error))


def get_failure_reason(error: BaseException) -> str:
    """Return the word that a failure is counted by."""
    if isinstance(error.__cause__, ResponseFailed):
        reasons = error.__cause__.reasons
        if any(reason.check(TLSError, VerificationError) for reason in reasons):
            return "tls"
        if any(reason.check(ParseError, ValueError) for reason in reasons):  # ValueError: a bad Content-Length or chunk
            return "bad-http"
    reason = next((reason for kind, reason in _REASONS.items() if isinstance(error, kind)), None)
    return reason or _WORD_START.sub("-", type(error).__name__).lower().removesuffix("-error")


def is_too_many_redirects(error: BaseException | None) -> bool:
    """Return whether a request was redirected too often. Scrapy has no exception of its own for that."""
    return isinstance(error, IgnoreRequest) and "redirections" in str(error)


def _classify_status(status: int) -> RequestOutcome:
    reason = f"http-{status}"
    if status in _GONE:
        return RequestOutcome(reason, AddressState.GONE, status)
    if status in REFUSED_STATUSES:
        return RequestOutcome(reason, AddressState.REFUSED, status)
    if status in _TRY_AGAIN or status >= 500:
        return RequestOutcome(reason, None, status)
    return RequestOutcome(reason, AddressState.FAILED, status)
