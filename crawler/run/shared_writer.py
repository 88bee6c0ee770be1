"""Shares one writer of objects between the crawls of a run in this process.

Each object costs a request, and a polite crawl fetches a page a second of each site: fifty sites at once fill one
object a second, not fifty.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from crawler.run.archive_writer import WriterUser
from crawler.run.object_writer import ObjectWriter
from storage.archive.location import ArchiveLocation
from storage.archive.own_files import make_writer
from storage.archive.write import Conversion, Exchange

if TYPE_CHECKING:
    from scrapy.settings import BaseSettings

    from storage.archive.elsewhere import AddressPlace

_writers: dict[tuple[str, int], ObjectWriter] = {}  # by archive and run


def is_writing_to(place: AddressPlace) -> bool:
    """Return whether a crawl of this process writes to an archive."""
    return any(key == place.key for key, _ in _writers)


class SharedWriter:
    """One crawl's share of the writer of its run; see ExchangeWriter."""

    def __init__(self, place: AddressPlace, user: WriterUser, *, run: int, mark: str, settings: BaseSettings) -> None:
        """`mark` tells the run from one of another store (storage/archive/own_files.py)."""
        self._key = (place.key, run)
        self._user = user
        if self._key not in _writers:
            _writers[self._key] = ObjectWriter(
                place,
                run=run,
                writer=make_writer(mark),
                software=settings["USER_AGENT"],
                patience=settings.getfloat("STORAGE_PATIENCE"),
                linger=settings.getfloat("ARCHIVE_LINGER"),
            )
        self._writer = _writers[self._key]
        self._writer.add_user(user)
        self._is_closed = False

    @property
    def problem(self) -> str | None:
        return self._writer.problem

    async def write(self, exchange: Exchange | Conversion) -> ArchiveLocation:
        return await self._writer.write(exchange)

    async def make_durable(self, locations: Iterable[ArchiveLocation]) -> None:
        await self._writer.make_durable(locations)

    def sync(self) -> None:
        """Do nothing: a row is given to the writer of the database after `make_durable`."""

    async def drain(self) -> None:
        await self._writer.drain()

    def close(self) -> None:
        if self._is_closed:
            return
        self._is_closed = True
        self._writer.remove_user(self._user)
        if not self._writer.is_used:
            del _writers[self._key]
