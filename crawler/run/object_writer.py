"""Writes exchanges to an archive elsewhere, those of a moment as one object, and retries while that is away.

Nothing can be appended to an object. So records are collected, written as one object in a thread, and a row that names
a record waits for that (`make_durable`). The transactions of other rows do not wait, and neither does the writer of the
database: whatever waits is a page that is fetched already.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from cleaning.errors import StorageLost
from crawler.run.archive_writer import WriterUser
from storage.archive.location import ArchiveLocation
from storage.archive.pack import Pack
from storage.archive.write import Conversion, Exchange, build_records
from storage.database.faults import Fault, classify_fault
from storage.database.retry import StorageRetry

if TYPE_CHECKING:
    from storage.archive.elsewhere import AddressPlace

MAX_OBJECT = 8 << 20  # bytes; a larger one is written without waiting any longer
MAX_PENDING = 64 << 20  # bytes that are not written yet; with more, the next page waits
UPLOADS = 4  # objects that are written at once


class ObjectWriter:
    """Writes for one run, and for all crawls of it in this process: its users. For one event loop.

    `linger` seconds after its first record a pack is written, however small it is. A page that a spider made of a
    response is in one object with a copy of that.
    """

    def __init__(
        self, place: AddressPlace, *, run: int, writer: str, software: str, patience: float, linger: float
    ) -> None:
        self._place = place
        self._run = run
        self._software = software
        self._linger = linger
        self._writer = writer
        self._users: list[WriterUser] = []
        self._patience = StorageRetry("the archive", patience, on_wait=self._tell_wait, is_ending=self._is_ending)
        self._builder = ThreadPoolExecutor(1, thread_name_prefix="archive")
        self._uploaders = ThreadPoolExecutor(UPLOADS, thread_name_prefix="upload")
        self._slots = asyncio.Semaphore(UPLOADS)
        self._pack: Pack | None = None  # that records are added to
        self._packs = 0
        self._timer: asyncio.TimerHandle | None = None
        self._unwritten: dict[str, asyncio.Future[None]] = {}  # by the name of the object
        self._uploads: set[asyncio.Task[None]] = set()
        self._pending = 0  # bytes
        self._has_room = asyncio.Event()
        self._lost: StorageLost | None = None

    @property
    def problem(self) -> str | None:
        return self._patience.problem

    @property
    def is_used(self) -> bool:
        return bool(self._users)

    def add_user(self, user: WriterUser) -> None:
        self._users.append(user)

    def remove_user(self, user: WriterUser) -> None:
        """End the threads when it was the last user."""
        self._users.remove(user)
        if not self._users:
            self._builder.shutdown()
            self._uploaders.shutdown(wait=False)

    async def write(self, exchange: Exchange | Conversion) -> ArchiveLocation:
        """Return where the exchange will stand. Raise `StorageLost` when the patience is over."""
        while self._pending > MAX_PENDING and self._lost is None:
            self._has_room.clear()
            await self._has_room.wait()
        self._raise_lost()
        records = await self._build(exchange)
        pack = self._pack or self._begin_pack()
        if isinstance(exchange, Conversion) and exchange.source.id not in pack.sources:
            # The object with its response is being written already: another copy, so that neither depends on the other.
            response = await self._build(exchange.source)
            pack = self._pack or self._begin_pack()
            if exchange.source.id not in pack.sources:
                self._add_source(pack, response, exchange.source)
        if isinstance(exchange, Exchange) and exchange.is_source:
            location = self._add_source(pack, records, exchange)
        else:
            location = pack.add(records)
        if pack.size >= MAX_OBJECT:
            self._seal()
        return location

    async def make_durable(self, locations: Iterable[ArchiveLocation]) -> None:
        """Return when the objects with these records are written. Raise `StorageLost` when the patience is over."""
        names = {location.file for location in locations}
        if waiting := [self._unwritten[name] for name in names & self._unwritten.keys()]:
            await asyncio.wait(waiting)
        if names & self._unwritten.keys():  # there they stay when they are lost
            self._raise_lost()
            raise StorageLost("the archive did not take an object", Fault.UNWRITABLE)

    def sync(self) -> None:
        """Do nothing: a row is given to the writer of the database after `make_durable`."""

    async def drain(self) -> None:
        """Write what waits to be written. What is lost is named by no row."""
        self._seal()
        if self._unwritten:
            await asyncio.wait(list(self._unwritten.values()))

    async def _build(self, exchange: Exchange | Conversion) -> bytes:
        return await asyncio.get_running_loop().run_in_executor(self._builder, build_records, exchange)

    @staticmethod
    def _add_source(pack: Pack, records: bytes, source: Exchange) -> ArchiveLocation:
        if source.id is not None:
            pack.sources.add(source.id)
        return pack.add(records)

    def _begin_pack(self) -> Pack:
        loop = asyncio.get_running_loop()
        self._packs += 1
        self._pack = Pack(
            run=self._run, writer=self._writer, number=self._packs, software=self._software, now=datetime.now(UTC)
        )
        self._unwritten[self._pack.name] = loop.create_future()
        self._timer = loop.call_later(self._linger, self._seal)
        return self._pack

    def _seal(self) -> None:
        """Begin to write the object that is being collected."""
        if self._timer is not None:
            self._timer.cancel()
        pack, self._pack, self._timer = self._pack, None, None
        if pack is not None:
            self._pending += pack.size
            upload = asyncio.create_task(self._upload(pack))
            self._uploads.add(upload)
            upload.add_done_callback(self._uploads.discard)

    async def _upload(self, pack: Pack) -> None:
        loop, written = asyncio.get_running_loop(), self._unwritten[pack.name]
        try:
            async with self._slots:
                while self._lost is None:
                    try:
                        await loop.run_in_executor(self._uploaders, self._place.put, pack.name, pack.to_bytes())
                    except OSError as error:
                        await self._patience.wait(error, classify_fault(error) or Fault.UNWRITABLE)
                    else:
                        self._patience.record_success()
                        del self._unwritten[pack.name]
                        self._users[0].count("archive/objects", 1)
                        break
        except StorageLost as lost:
            self._lost = lost
        finally:
            self._pending -= pack.size
            self._has_room.set()
            written.set_result(None)

    def _raise_lost(self) -> None:
        if self._lost is not None:
            raise StorageLost(str(self._lost), self._lost.fault)

    def _tell_wait(self, fault: Fault) -> None:
        for user in self._users:
            user.on_wait(fault)

    def _is_ending(self) -> bool:
        return all(user.is_ending() for user in self._users)
