"""What a failure of Scrapy means for the address that was asked."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadTimeoutError,
    IgnoreRequest,
    ResponseDataLossError,
    UnsupportedURLSchemeError,
)
from scrapy.spidermiddlewares.httperror import HttpError
from sqlalchemy import Connection
from sqlalchemy.exc import InterfaceError, OperationalError, SQLAlchemyError
from twisted.python.failure import Failure

from crawler.middlewares.archive import ArchiveFailed
from crawler.middlewares.robots import Disallowed, RobotsUnreachable
from crawler.middlewares.scope import OffSite
from crawler.session import now
from storage import frontier
from storage.addresses import AddressState, Lease

_GONE = {404, 410}
_NOT_FOR_US = {401, 402, 403, 407, 451}
_LATER = {408, 425, 429}
_REASONS: dict[type[BaseException], str] = {
    CannotResolveHostError: "dns",
    DownloadTimeoutError: "timeout",
    DownloadConnectionRefusedError: "connection-refused",
    ResponseDataLossError: "truncated",
}
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")


@dataclass(frozen=True, slots=True)
class Fate:
    """What is to become of an address; without a `state` it is tried again later."""

    reason: str
    state: AddressState | None = None
    status: int | None = None  # HTTP status, where the site answered
    is_ours: bool = False  # it is our disk or database that failed, not the site


# What no further try will change.
_FINAL: dict[type[BaseException], Fate] = {
    OffSite: Fate("off-site", AddressState.REFUSED),
    Disallowed: Fate("robots", AddressState.REFUSED),
    UnsupportedURLSchemeError: Fate("bad-scheme", AddressState.REFUSED),
    DownloadCancelledError: Fate("too-large", AddressState.FAILED),
}


def fate(failure: Failure) -> Fate:
    """The fate of the address whose request ended so."""
    error = failure.value
    match error:
        case HttpError():
            return _answered(error.response.status)
        case ArchiveFailed() | OperationalError() | InterfaceError():
            return Fate("storage", is_ours=True)
        case SQLAlchemyError():  # this page cannot be stored, others can; its raw page is in the archive
            return Fate("not-storable", AddressState.FAILED)
        case RobotsUnreachable(error=None, status=status):
            return Fate(f"robots-http-{status}", status=status)
        case RobotsUnreachable():
            return Fate(_named(error.error))
        case IgnoreRequest() if "redirections" in str(error):  # Scrapy has no exception of its own for it
            return Fate("redirects", AddressState.FAILED)
        case _:
            final = next((verdict for kind, verdict in _FINAL.items() if isinstance(error, kind)), None)
            return final or Fate(_named(error))


def settle_fate(connection: Connection, lease: Lease, verdict: Fate, pauses: Sequence[timedelta]) -> str:
    """Enters the fate of a leased address; how it is counted: gone, refused, failed, released or retried."""
    if verdict.is_ours:
        frontier.release(connection, [lease.id])
        return "released"
    if verdict.state is not None:
        frontier.settle(connection, lease.id, verdict.state, status=verdict.status, reason=verdict.reason, now=now())
        return verdict.state
    again = frontier.fail(connection, lease.id, pauses=pauses, reason=verdict.reason, status=verdict.status, now=now())
    return "retried" if again else "failed"


def _named(error: BaseException | None) -> str:
    named = next((reason for kind, reason in _REASONS.items() if isinstance(error, kind)), None)
    return named or _CAMEL.sub("-", type(error).__name__).lower().removesuffix("-error")


def _answered(status: int) -> Fate:
    reason = f"http-{status}"
    if status in _GONE:
        return Fate(reason, AddressState.GONE, status)
    if status in _NOT_FOR_US:
        return Fate(reason, AddressState.REFUSED, status)
    if status in _LATER or status >= 500:
        return Fate(reason, None, status)
    return Fate(reason, AddressState.FAILED, status)
