"""Writes exchanges to the archive in a thread of its own, and retries while the disk fails."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

from storage.archive.write import Archive, ArchiveLocation, Conversion, Exchange
from storage.database.faults import Fault, classify_fault
from storage.database.retry import StorageRetry


class ArchiveWriter:
    """Writes one exchange at a time.

    Written at once, small pages, for which a nearly full disk has space, would hide that the disk is full.
    """

    def __init__(self, archive: Archive, patience: StorageRetry) -> None:
        self._archive = archive
        self._patience = patience
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="archive")
        self._lock = asyncio.Lock()

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

    def close(self) -> None:
        self._thread.shutdown()
        self._archive.close()
