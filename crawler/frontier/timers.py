"""Wakes the scheduler when the next paused address comes due."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime

from crawler.run.session import now
from storage.frontier.settling import MAX_WAIT


class WakeTimers:
    """Calls `wake` at the next moment of two kinds: soon (within `settling.MAX_WAIT`) and later.

    A run waits for a soon timer, and does not wait for a later one.
    """

    def __init__(self, wake: Callable[[], None]) -> None:
        self._wake = wake
        self._soon: asyncio.TimerHandle | None = None
        self._later: asyncio.TimerHandle | None = None

    @property
    def has_soon(self) -> bool:
        return self._soon is not None

    def set(self, moment: datetime) -> None:
        """Set the timer of its kind, unless that is set for an earlier moment."""
        loop = asyncio.get_running_loop()
        wait = max(0.0, (moment - now()).total_seconds())
        is_soon = wait <= MAX_WAIT.total_seconds()
        before = self._soon if is_soon else self._later
        if before is not None and before.when() <= loop.time() + wait:
            return
        if before is not None:
            before.cancel()
        timer = loop.call_later(wait, self._wake)
        if is_soon:
            self._soon = timer
        else:
            self._later = timer

    def stop(self) -> None:
        for timer in filter(None, (self._soon, self._later)):
            timer.cancel()
        self._soon = self._later = None
