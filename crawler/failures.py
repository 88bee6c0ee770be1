"""What a failure of Scrapy means for the address that was asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from scrapy.exceptions import DownloadCancelledError, UnsupportedURLSchemeError
from scrapy.spidermiddlewares.httperror import HttpError
from sqlalchemy import Connection
from sqlalchemy.exc import InterfaceError, OperationalError, SQLAlchemyError
from twisted.python.failure import Failure

from cleaning.errors import StorageLost
from crawler.extensions.prompt_stop import Stopped
from crawler.guard.middleware import AddressRefused
from crawler.handlers import named
from crawler.holds import HostHeld, jittered
from crawler.middlewares.compression import Bomb, TooLarge
from crawler.middlewares.redirect import is_endless
from crawler.middlewares.robots import Disallowed, RobotsUnreachable
from crawler.middlewares.scope import OffSite
from crawler.session import now
from storage import frontier
from storage.addresses import AddressState, Lease

_GONE = {404, 410}
_NOT_FOR_US = {401, 402, 403, 407, 451}
_LATER = {408, 425, 429}


@dataclass(frozen=True, slots=True)
class Fate:
    """What is to become of an address; without a `state` it is tried again later."""

    reason: str
    state: AddressState | None = None
    status: int | None = None  # HTTP status, where the site answered
    is_ours: bool = False  # it is our disk or database that failed, not the site
    until: datetime | None = None  # the address was not asked for: a host is on hold until then


# What no further try will change.
_FINAL: dict[type[BaseException], Fate] = {
    OffSite: Fate("off-site", AddressState.REFUSED),
    Disallowed: Fate("robots", AddressState.REFUSED),
    UnsupportedURLSchemeError: Fate("bad-scheme", AddressState.REFUSED),
    DownloadCancelledError: Fate("too-large", AddressState.FAILED),
    TooLarge: Fate("too-large", AddressState.FAILED),
    Bomb: Fate("bomb", AddressState.FAILED),
}


def fate(failure: Failure) -> Fate:
    """The fate of the address whose request ended so."""
    assert failure.value is not None  # noqa: S101 (a Failure is of an exception)
    return fate_of(failure.value)


def fate_of(error: BaseException) -> Fate:
    """The same of the exception itself."""
    match error:
        case HttpError():
            return _answered(error.response.status)
        case StorageLost() | OperationalError() | InterfaceError():
            return Fate("storage", is_ours=True)
        case SQLAlchemyError():  # this page cannot be stored, others can; its raw page is in the archive
            return Fate("not-storable", AddressState.FAILED)
        case AddressRefused(reason=reason):
            return Fate(f"address-{reason}", AddressState.REFUSED)
        case RobotsUnreachable():
            return Fate(error.hold.reason, status=error.status, until=error.hold.until)
        case Stopped():
            return Fate("stopped", until=now())
        case HostHeld():
            return Fate(error.hold.reason, until=error.hold.until)
        case _ if is_endless(error):
            return Fate("redirects", AddressState.FAILED)
        case _:
            final = next((verdict for kind, verdict in _FINAL.items() if isinstance(error, kind)), None)
            return final or Fate(named(error))


def settle_fate(connection: Connection, lease: Lease, verdict: Fate, pauses: Sequence[timedelta]) -> str:
    """Enters the fate of a leased address; how it is counted: gone, refused, failed, released, retried or held."""
    if verdict.is_ours:
        frontier.release(connection, [lease.id])
        return "released"
    if verdict.until is not None:
        frontier.put_off(connection, lease.id, until=verdict.until)
        return "held"
    if verdict.state is not None:
        frontier.settle(connection, lease.id, verdict.state, status=verdict.status, reason=verdict.reason, now=now())
        return verdict.state
    again = frontier.fail(
        connection,
        lease.id,
        pauses=[jittered(pause) for pause in pauses],
        reason=verdict.reason,
        status=verdict.status,
        now=now(),
    )
    return "retried" if again else "failed"


def _answered(status: int) -> Fate:
    reason = f"http-{status}"
    if status in _GONE:
        return Fate(reason, AddressState.GONE, status)
    if status in _NOT_FOR_US:
        return Fate(reason, AddressState.REFUSED, status)
    if status in _LATER or status >= 500:
        return Fate(reason, None, status)
    return Fate(reason, AddressState.FAILED, status)
