"""Ends processes of the browser that use too much memory, and all of them if it does not end by itself."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator
from contextlib import suppress

import psutil

logger = logging.getLogger(__name__)

_INTERVAL = 1.0  # seconds
_OF_DRIVER = "run-driver"  # in the command line of Playwright's, which starts Chromium


class MemoryWatch:
    """Looks at the processes of one crawl's browser, once a second, while `run` lasts.

    A process may run several crawls, each with a browser of its own: `mark` stands in the command line of this one.
    What uses more than `max_bytes` is killed: that costs the page that it shows, or the browser, which is replaced.
    `on_kill` is called for each. Memory that processes share is not counted.
    """

    def __init__(self, mark: str, max_bytes: int, on_kill: Callable[[], None]) -> None:
        self._mark = mark
        self._max_bytes = max_bytes
        self._on_kill = on_kill
        self._drivers: set[psutil.Process] = set()

    async def run(self) -> None:
        """Watch until cancelled."""
        while True:
            await asyncio.sleep(_INTERVAL)
            for name, size in await asyncio.to_thread(self.kill_large):
                self._on_kill()
                logger.info("a process of the browser (%s) used %d MB, and was ended", name, size >> 20)

    def kill_all(self) -> None:
        """Kill the browser and its driver, which do not answer."""
        for process in self.list_own():
            with suppress(psutil.Error):
                process.kill()

    def kill_large(self) -> list[tuple[str, int]]:
        """Kill the processes that use too much memory; return the name and the bytes of each."""
        killed = []
        for process in self.list_own():
            with suppress(psutil.Error):
                memory = process.memory_info()
                if self._max_bytes and (own := memory.rss - memory.shared) > self._max_bytes:
                    process.kill()
                    killed.append((process.name(), own))
        return killed

    def list_own(self) -> list[psutil.Process]:
        """Return the drivers of the marked browsers, and all that stands below them."""
        self._drivers.update(self._find_drivers())
        self._drivers = {driver for driver in self._drivers if driver.is_running()}
        own = list(self._drivers)
        for driver in self._drivers:
            with suppress(psutil.Error):
                own += driver.children(recursive=True)
        return own

    def _find_drivers(self) -> Iterator[psutil.Process]:
        with suppress(psutil.Error):
            for driver in psutil.Process().children():
                with suppress(psutil.Error):
                    if _OF_DRIVER in driver.cmdline() and any(self._mark in one.cmdline() for one in driver.children()):
                        yield driver
