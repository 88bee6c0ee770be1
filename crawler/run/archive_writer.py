"""Writes exchanges to the archive in a thread of its own, and retries while the disk fails."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Protocol

from storage.archive.location import ArchiveLocation
from storage.archive.write import Archive, Conversion, Exchange
from storage.database.faults import Fault, classify_fault
from storage.database.retry import StorageRetry


@dataclass(frozen=True, slots=True)
class WriterUser:
    """What a crawl tells a writer that it shares with others: see StorageRetry. `count` counts what is of no site."""

    on_wait: Callable[[Fault], None]
    is_ending: Callable[[], bool]
    count: Callable[[str, int], None]


class ExchangeWriter(Protocol):
    """What a session needs of its archive, wherever that is."""

    @property
    def problem(self) -> str | None:
        """What is wrong if the archive takes nothing at present."""

    async def write(self, exchange: Exchange | Conversion) -> ArchiveLocation:
        """Return where the exchange is stored. Raise `StorageLost` when the patience is over."""

    async def make_durable(self, locations: Iterable[ArchiveLocation]) -> None:
        """Return when these records outlive the machine, or `sync` will see to it. Raise `StorageLost`."""

    def sync(self) -> None:
        """Is called before a transaction is committed; afterwards the records that its rows name are durable."""

    async def drain(self) -> None:
        """Write what waits to be written, at the end of a crawl."""

    def close(self) -> None:
        """End the threads. Closing again does nothing."""


class ArchiveWriter:
    """Writes one exchange at a time to a folder.

    Written at once, small pages, for which a nearly full disk has space, would hide that the disk is full.
    """

    def __init__(self, archive: Archive, patience: StorageRetry) -> None:
        self._archive = archive
        self._patience = patience
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="archive")
        self._lock = asyncio.Lock()

    @property
    def problem(self) -> str | None:
        return self._patience.problem

    async def write(self, exchange: Exchange | Conversion) -> ArchiveLocation:
        """Return where the exchange is stored, once it is written. Raise `StorageLost` when the patience is over."""
        loop = asyncio.get_running_loop()
        async with self._lock:
            while True:
                try:
                    location = await loop.run_in_executor(self._thread, self._archive.write, exchange)
                    self._patience.record_success()
                except OSError as error:
                    await self._patience.wait(error, classify_fault(error) or Fault.UNWRITABLE)
                else:
                    return location

    async def make_durable(self, locations: Iterable[ArchiveLocation]) -> None:
        """Do nothing: `sync` takes a thousandth of a second."""

    def sync(self) -> None:
        self._archive.sync()

    async def drain(self) -> None:
        """Do nothing: nothing waits."""

    def close(self) -> None:
        self._thread.shutdown()
        self._archive.close()
