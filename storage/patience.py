"""How long a fault of the storage is waited for: tried again at growing pauses, until the crawl must end."""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections.abc import Callable
from typing import TypeVar

from cleaning.errors import StorageLost
from storage.faults import Fault, fault, told

T = TypeVar("T")
logger = logging.getLogger(__name__)

SECONDS = 300.0  # for which a fault is waited for, where nothing else is said
GRACE = 3.0  # seconds for which it is still waited for when the crawl is told to end
FIRST_PAUSE, LONGEST_PAUSE = 0.1, 5.0  # seconds between two tries: doubled each time, and half of it is left to chance
SAID_AGAIN = 60.0  # seconds between two lines of the log while it lasts
_LOOK = 0.2  # seconds between two looks at whether the crawl is told to end


class Patience:
    """The waiting of one writer for `what` ("the database"): one line in the log when it begins and when it ends.

    `began` is told the fault each time that a waiting begins; `ending` says whether the crawl is told to end.
    """

    def __init__(
        self,
        what: str,
        seconds: float = SECONDS,
        *,
        began: Callable[[Fault], None] = lambda _: None,
        ending: Callable[[], bool] = lambda: False,
    ) -> None:
        self._what = what
        self._seconds = seconds
        self._began = began
        self._ending = ending
        self._since: float | None = None
        self._wrong: Fault | None = None
        self._said = 0.0
        self._told_to_end: float | None = None
        self._tries = 0

    @property
    def trouble(self) -> str | None:
        """What is wrong, where what was tried last failed: "the database is locked"."""
        return f"{self._what} is {self._wrong}" if self._wrong is not None else None

    async def wait(self, error: BaseException, wrong: Fault) -> None:
        """Returns when it is time for the next try; `StorageLost` where it was waited long enough."""
        until = time.monotonic() + self._pause(error, wrong)
        while (left := until - time.monotonic()) > 0 and not self._hurried():  # noqa: ASYNC110 (nobody sets an event)
            await asyncio.sleep(min(left, _LOOK))

    def sleep(self, error: BaseException, wrong: Fault) -> None:
        """As `wait`, where there is no event loop."""
        time.sleep(self._pause(error, wrong))

    def worked(self) -> None:
        """Says that a try succeeded."""
        if self._since is not None:
            logger.info("%s works again after %.0f seconds", self._what, time.monotonic() - self._since)
        self._since = self._told_to_end = self._wrong = None
        self._tries = 0

    def _hurried(self) -> bool:
        """Whether the crawl was told to end since the last look."""
        if self._told_to_end is None and self._ending():
            self._told_to_end = time.monotonic()
            return True
        return False

    def _pause(self, error: BaseException, wrong: Fault) -> float:
        """Seconds to the next try; `StorageLost` where there is to be none."""
        now = time.monotonic()
        self._wrong = wrong
        if self._since is None:
            self._since = self._said = now
            self._began(wrong)
            if wrong.may_pass:
                logger.warning(
                    "%s is %s (%s); what is fetched waits, for at most %g seconds",
                    *(self._what, wrong, told(error), self._seconds),
                )
        self._hurried()
        waited = now - self._since
        left = self._seconds - waited
        if self._told_to_end is not None:
            left = min(left, self._told_to_end + GRACE - now)
        if left <= 0 or not wrong.may_pass:
            raise StorageLost(f"{self._what} is {wrong} ({told(error)}), for {waited:.0f} seconds", wrong) from error
        if now - self._said >= SAID_AGAIN:
            self._said = now
            logger.warning("%s is %s for %.0f seconds now (%s)", self._what, wrong, waited, told(error))
        longest: float = min(FIRST_PAUSE * 2 ** min(self._tries, 10), LONGEST_PAUSE, left)
        self._tries += 1
        share: float = random.uniform(0.5, 1)  # noqa: S311 (against two programs in step, not against guessing)
        return longest * share


def steadily(work: Callable[[], T], patience: Patience) -> T:
    """What `work` returns, tried again while the storage fails; it must do no harm by being done twice. Blocking."""
    while True:
        try:
            value = work()
        except Exception as error:
            wrong = fault(error)
            if wrong is None:
                raise
            patience.sleep(error, wrong)
        else:
            patience.worked()
            return value
