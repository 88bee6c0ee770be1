"""Retries while the storage fails: pauses grow, and after a set time the crawl ends."""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections.abc import Callable
from typing import TypeVar

from cleaning.errors import StorageLost
from storage.database.faults import Fault, classify_fault, describe_error

T = TypeVar("T")
logger = logging.getLogger(__name__)

DEFAULT_PATIENCE = 300.0  # seconds of retries before the storage counts as lost
GRACE = 3.0  # seconds of retries that are left once the crawl is asked to stop
FIRST_PAUSE, MAX_PAUSE = 0.1, 5.0  # seconds between two tries: doubled each time, and half of it is random
LOG_INTERVAL = 60.0  # seconds between two log lines while a fault lasts
_POLL_INTERVAL = 0.2  # seconds between two checks whether the crawl is asked to stop


class StorageRetry:
    """Times the retries of one writer to `what` ("the database"), for at most `seconds`.

    Log one line when the retries begin, with what `waits` meanwhile, and one when they end. Call `on_wait` with the
    fault each time that retries begin. `is_ending` returns whether the crawl is asked to stop.
    """

    def __init__(
        self,
        what: str,
        seconds: float = DEFAULT_PATIENCE,
        *,
        on_wait: Callable[[Fault], None] = lambda _: None,
        is_ending: Callable[[], bool] = lambda: False,
        waits: str = "fetched pages wait to be stored",
    ) -> None:
        self._what = what
        self._waits = waits
        self._seconds = seconds
        self._on_wait = on_wait
        self._is_ending = is_ending
        self._failing_since: float | None = None
        self._fault: Fault | None = None
        self._logged_at = 0.0
        self._ending_since: float | None = None
        self._tries = 0

    @property
    def problem(self) -> str | None:
        """What is wrong if the last try failed ("the database is locked"); None if it succeeded."""
        return f"{self._what} is {self._fault}" if self._fault is not None else None

    async def wait(self, error: BaseException, fault: Fault) -> None:
        """Return when it is time for the next try. Raise `StorageLost` when the patience is over."""
        until = time.monotonic() + self._next_pause(error, fault)
        while (left := until - time.monotonic()) > 0 and not self._notice_end():  # noqa: ASYNC110 (no event is set)
            await asyncio.sleep(min(left, _POLL_INTERVAL))

    def sleep(self, error: BaseException, fault: Fault) -> None:
        """Do the same as `wait` without an event loop."""
        time.sleep(self._next_pause(error, fault))

    def record_success(self) -> None:
        if self._failing_since is not None:
            logger.info("%s works again after %.0f seconds", self._what, time.monotonic() - self._failing_since)
        self._failing_since = self._ending_since = self._fault = None
        self._tries = 0

    def _notice_end(self) -> bool:
        """Return True once, at the first call after the crawl was asked to stop: the next try is made at once."""
        if self._ending_since is None and self._is_ending():
            self._ending_since = time.monotonic()
            return True
        return False

    def _next_pause(self, error: BaseException, fault: Fault) -> float:
        """Return the seconds to the next try. Raise `StorageLost` if there is no next try."""
        now = time.monotonic()
        self._fault = fault
        if self._failing_since is None:
            self._failing_since = self._logged_at = now
            self._on_wait(fault)
            if fault.may_pass:
                logger.warning(
                    "%s is %s (%s); %s, for at most %g seconds",
                    *(self._what, fault, describe_error(error), self._waits, self._seconds),
                )
        self._notice_end()
        waited = now - self._failing_since
        left = self._seconds - waited
        if self._ending_since is not None:
            left = min(left, self._ending_since + GRACE - now)
        if left <= 0 or not fault.may_pass:
            raise StorageLost(
                f"{self._what} is {fault} ({describe_error(error)}), for {waited:.0f} seconds", fault
            ) from error
        if now - self._logged_at >= LOG_INTERVAL:
            self._logged_at = now
            logger.warning("%s is %s for %.0f seconds now (%s)", self._what, fault, waited, describe_error(error))
        longest: float = min(FIRST_PAUSE * 2 ** min(self._tries, 10), MAX_PAUSE, left)
        self._tries += 1
        share: float = random.uniform(0.5, 1)  # noqa: S311 (against two programs in step, not against guessing)
        return longest * share


def run_with_retries(work: Callable[[], T], retry: StorageRetry) -> T:
    """Return the result of `work`, retried while the storage fails. Blocking.

    `work` may run several times, so a second run must do no harm. Raise `StorageLost` when the patience is over, and
    at once any error that is no fault of the storage.
    """
    while True:
        try:
            value = work()
        except Exception as error:
            fault = classify_fault(error)
            if fault is None:
                raise
            retry.sleep(error, fault)
        else:
            retry.record_success()
            return value
