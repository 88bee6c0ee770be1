"""What the components of one crawl share: the database and its writer, the raw archive, the run."""

from __future__ import annotations

import asyncio
import fcntl
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO, TypeVar
from weakref import WeakKeyDictionary

from scrapy import signals
from scrapy.crawler import Crawler
from sqlalchemy import Connection

from cleaning.errors import DataFolderError
from crawler.outcome import exit_code
from crawler.tally import Tally
from storage import frontier, runs
from storage.addresses import Lease
from storage.database import database_url, open_database, prepare_data_folder
from storage.warc import Archive, Exchange, Place
from storage.writer import Writer

T = TypeVar("T")
logger = logging.getLogger(__name__)


def now() -> datetime:
    return datetime.now(UTC)


class Session:
    """Opened by the first who asks for the session of a crawl, closed when its engine has stopped.

    Opening raises a `UsageError` where the data folder or the database cannot be used, or where another crawl uses the
    folder: two crawls would take each other's leases for what a killed one left behind.
    """

    def __init__(self, crawler: Crawler) -> None:
        settings = crawler.settings
        self._crawler = crawler
        self.data_dir = prepare_data_folder(Path(settings["DATA_DIR"]))
        self._lock = _lock(self.data_dir)
        self.database = database_url(self.data_dir, settings.get("DATABASE_URL"))
        self.engine = open_database(self.database)
        self.tally = Tally(crawler)
        self.retry_pauses = [timedelta(seconds=float(pause)) for pause in settings.getlist("RETRY_PAUSES")]
        self.unsettled: dict[int, Lease] = {}
        self.on_change: Callable[[str], None] | None = None  # the scheduler's: a site may have something to hand out
        self._writer = Writer(self.engine)
        with self.engine.begin() as connection:
            self.run = runs.begin(connection, spider=str(crawler.spidercls.name), now=now())
            if left := frontier.release(connection):
                logger.info("%d addresses were under way when the last crawl was killed; they are due again", left)
        self._archive = Archive(self.data_dir / "archive", run=self.run, software=settings["USER_AGENT"])
        self._archive_thread = ThreadPoolExecutor(1, thread_name_prefix="archive")
        crawler.signals.connect(self._engine_stopped, signals.engine_stopped)

    @staticmethod
    def of(crawler: Crawler) -> Session:
        if crawler not in _sessions:
            _sessions[crawler] = Session(crawler)
        return _sessions[crawler]

    async def do(self, operation: Callable[[Connection], T], *, changes: str | None = None) -> T:
        """The outcome of an operation on the store, once it is committed.

        `changes` names the site whose addresses may be due by it: new ones, or old ones that waited for a lease to end.
        """
        try:
            return await self._writer.do(operation)
        finally:
            if changes is not None and self.on_change is not None:
                self.on_change(changes)

    async def archive(self, exchange: Exchange) -> Place:
        """Where the exchange stands in the archive, once it is written."""
        return await asyncio.get_running_loop().run_in_executor(self._archive_thread, self._archive.write, exchange)

    async def _engine_stopped(self) -> None:
        await self._writer.close()
        reason = self._crawler.stats.get_value("finish_reason")
        counts = self.tally.by_site()
        with self.engine.begin() as connection:
            runs.end(
                connection, self.run, outcome=reason, exit_code=exit_code(reason, counts), counts=counts, now=now()
            )
        self.close()

    def close(self) -> None:
        """Lets go of all files. After a second Ctrl-C, when no engine has stopped, the command calls this by itself."""
        self._archive_thread.shutdown()
        self._archive.close()
        self.engine.dispose()
        self._lock.close()


_sessions: WeakKeyDictionary[Crawler, Session] = WeakKeyDictionary()


def _lock(data_dir: Path) -> IO[str]:
    """Holds the data folder as long as the file is open: the kernel lets go of it even after `kill -9`."""
    file = (data_dir / ".lock").open("w")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        file.close()
        raise DataFolderError(
            f"another crawl is using the data folder {data_dir}; wait for it, or choose another by -s DATA_DIR="
        ) from error
    return file
