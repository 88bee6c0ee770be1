"""Ends processes of the browser that use too much memory, and all of them if it does not end by itself."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator
from contextlib import suppress

import psutil

logger = logging.getLogger(__name__)

_INTERVAL = 1.0  # seconds
_OF_BROWSER = ("--user-data-dir=", "--type=")  # in the command lines of Chromium's processes
_OF_DRIVER = "run-driver"  # in that of Playwright's


class MemoryWatch:
    """Looks at the processes below this one that are a browser's, once a second, while `run` lasts.

    One that uses more than `max_bytes` is killed: that costs the page that it shows, or the browser, which is replaced.
    `on_kill` is called for each. Memory that processes share is not counted.
    """

    def __init__(self, max_bytes: int, on_kill: Callable[[], None]) -> None:
        self._max_bytes = max_bytes
        self._on_kill = on_kill

    async def run(self) -> None:
        """Watch until cancelled."""
        while True:
            await asyncio.sleep(_INTERVAL)
            for name, size in await asyncio.to_thread(self._kill_large):
                self._on_kill()
                logger.info("a process of the browser (%s) used %d MB, and was ended", name, size >> 20)

    def kill_all(self) -> None:
        """Kill the browser and its driver, which do not answer."""
        for process in self._iter_processes((*_OF_BROWSER, _OF_DRIVER)):
            with suppress(psutil.Error):
                process.kill()

    def _kill_large(self) -> list[tuple[str, int]]:
        killed = []
        for process in self._iter_processes(_OF_BROWSER):
            with suppress(psutil.Error):
                memory = process.memory_info()
                if self._max_bytes and (own := memory.rss - memory.shared) > self._max_bytes:
                    process.kill()
                    killed.append((process.name(), own))
        return killed

    def _iter_processes(self, words: tuple[str, ...]) -> Iterator[psutil.Process]:
        with suppress(psutil.Error):
            for process in psutil.Process().children(recursive=True):
                with suppress(psutil.Error):
                    line = " ".join(process.cmdline())
                    if any(word in line for word in words):
                        yield process
