"""Opens the archive of a crawl for writing: in a folder, or elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from crawler.run.archive_writer import ArchiveWriter, ExchangeWriter, WriterUser
from storage.archive.write import Archive
from storage.database.retry import StorageRetry, run_with_retries

if TYPE_CHECKING:
    from scrapy.settings import BaseSettings

    from storage.archive.elsewhere import AddressPlace
    from storage.archive.place import ArchivePlace


def check_archive_access(place: ArchivePlace, patience: StorageRetry) -> None:
    """Raise BadArgument if an archive elsewhere refuses a crawl, and StorageLost if it stays away. Blocking."""
    if place.folder is not None:
        return
    from crawler.run.shared_writer import is_writing_to  # noqa: PLC0415 (few crawls need it)

    elsewhere = cast("AddressPlace", place)
    if not is_writing_to(elsewhere):  # else another crawl of this process waits for it, without holding others up
        run_with_retries(elsewhere.check_access, patience)


def open_archive_writer(
    place: ArchivePlace, settings: BaseSettings, patience: StorageRetry, user: WriterUser, *, run: int, name: str
) -> ExchangeWriter:
    """Return the writer of a run. For a folder, with this patience; `name` tells it from others of the run."""
    if place.folder is not None:
        return ArchiveWriter(Archive(place.folder, run=run, writer=name, software=settings["USER_AGENT"]), patience)
    from crawler.run.shared_writer import SharedWriter  # noqa: PLC0415 (few crawls need it)

    return SharedWriter(cast("AddressPlace", place), user, run=run, settings=settings)
