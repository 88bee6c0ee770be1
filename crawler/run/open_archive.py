"""Opens the archive of a crawl for writing, in a folder or elsewhere, and repairs what a kill has torn in a folder."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, cast

from crawler.run.archive_writer import ArchiveWriter, ExchangeWriter, WriterUser
from storage.archive.own_files import make_mark, make_writer
from storage.archive.repair import repair_archive
from storage.archive.write import Archive
from storage.database.engine import open_for_reading
from storage.database.retry import StorageRetry, run_with_retries

if TYPE_CHECKING:
    from pathlib import Path

    from scrapy.settings import BaseSettings
    from sqlalchemy import Engine

    from storage.archive.elsewhere import AddressPlace
    from storage.archive.place import ArchivePlace
    from storage.runs import StoredRun


logger = logging.getLogger(__name__)


def repair_after_kill(engine: Engine, folder: Path) -> int:
    """Cut the torn ends off the newest files of an archive folder; return how many, 0 if they cannot be read. Blocking.

    Call it only while no crawl writes there.
    """
    try:
        with open_for_reading(engine) as connection:
            return len(repair_archive(connection, folder))
    except OSError as error:
        logger.warning("the newest file of the archive cannot be read: %s", error)
        return 0


def check_archive_access(place: ArchivePlace, patience: StorageRetry) -> None:
    """Raise BadArgument if an archive elsewhere refuses a crawl, and StorageLost if it stays away. Blocking."""
    if place.folder is not None:
        return
    from crawler.run.shared_writer import is_writing_to  # noqa: PLC0415 (few crawls need it)

    elsewhere = cast("AddressPlace", place)
    if not is_writing_to(elsewhere):  # else another crawl of this process waits for it, without holding others up
        run_with_retries(elsewhere.check_access, patience)


def open_archive_writer(
    place: ArchivePlace,
    settings: BaseSettings,
    patience: StorageRetry,
    user: WriterUser,
    *,
    run: StoredRun,
    is_shared: bool,
) -> ExchangeWriter:
    """Return the writer of a run. For a folder, with this patience; `is_shared`: others write for it, too."""
    if place.folder is not None:
        writer = make_writer() if is_shared else ""
        archive = Archive(place.folder, run=run.id, writer=writer, software=settings["USER_AGENT"])
        return ArchiveWriter(archive, patience)
    from crawler.run.shared_writer import SharedWriter  # noqa: PLC0415 (few crawls need it)

    mark = make_mark(run.started_at)
    return SharedWriter(cast("AddressPlace", place), user, run=run.id, mark=mark, settings=settings)
