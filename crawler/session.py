"""What the components of one crawl share: the database and its writer, the raw archive, the run."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar
from weakref import WeakKeyDictionary

from scrapy import signals
from scrapy.crawler import Crawler
from sqlalchemy import Connection

from crawler.outcome import exit_code
from crawler.tally import Tally
from storage import frontier, runs
from storage.addresses import Lease
from storage.database import database_url, open_database, prepare_data_folder
from storage.locks import claim_data_folder, claim_database
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
        self._claims = [claim_data_folder(self.data_dir)]
        self.database = database_url(self.data_dir, settings.get("DATABASE_URL"))
        self.engine = open_database(self.database)
        self._claims.append(claim_database(self.engine))
        self.tally = Tally(crawler)
        self.retry_pauses = [timedelta(seconds=float(pause)) for pause in settings.getlist("RETRY_PAUSES")]
        self._failing: asyncio.Task[None] | None = None
        self.unsettled: dict[int, Lease] = {}
        self.stays_open = False  # when the engine has stopped: for whoever settles, and closes it then
        self.on_change: Callable[[str], None] | None = None  # the scheduler's: a site may have something to hand out
        self._writer = Writer(self.engine)
        with self.engine.begin() as connection:
            self.run = runs.begin(connection, spider=str(crawler.spidercls.name), now=now())
            if left := frontier.release(connection):
                logger.info("%d addresses were under way when the last crawl was killed; they are due again", left)
        self.archive_folder = (self.data_dir / "archive").resolve()
        self._archive = Archive(self.archive_folder, run=self.run, software=settings["USER_AGENT"])
        self._archive_thread = ThreadPoolExecutor(1, thread_name_prefix="archive")
        crawler.signals.connect(self._engine_stopped, signals.engine_stopped)

    @staticmethod
    def of(crawler: Crawler) -> Session:
        if crawler not in _sessions:
            _sessions[crawler] = Session(crawler)
        return _sessions[crawler]

    async def do(self, operation: Callable[[Connection], T], *, changes: Iterable[str] = ()) -> T:
        """The outcome of an operation on the store, once it is committed.

        `changes` names the sites whose addresses may be due by it: new ones, or ones that waited for a lease to end.
        """
        try:
            return await self._writer.do(operation)
        finally:
            if self.on_change is not None:
                for site in changes:
                    self.on_change(site)

    async def archive(self, exchange: Exchange) -> Place:
        """Where the exchange stands in the archive, once it is written."""
        return await asyncio.get_running_loop().run_in_executor(self._archive_thread, self._archive.write, exchange)

    def fail(self) -> None:
        """Ends the crawl because nothing can be kept any more; started again, it goes on where it stopped."""
        if self._failing is None and self._crawler.engine is not None:
            logger.error("what is fetched can no longer be stored; the crawl ends")
            self._failing = asyncio.create_task(self._crawler.engine.close_spider_async(reason="storage_failed"))

    async def _engine_stopped(self) -> None:
        await self._writer.close()
        self.end_run()
        if not self.stays_open:
            self.close()

    def end_run(self, code: int | None = None) -> None:
        """Writes the run's outcome and counts, as they are now; `code` where it is not that of the crawl itself."""
        reason = self._crawler.stats.get_value("finish_reason")
        counts = self.tally.by_site()
        with self.engine.begin() as connection:
            runs.end(
                connection,
                self.run,
                outcome=reason,
                exit_code=exit_code(reason, counts) if code is None else code,
                counts=counts,
                now=now(),
            )

    def close(self) -> None:
        """Lets go of all files. After a second Ctrl-C, when no engine has stopped, the command calls this by itself."""
        self._archive_thread.shutdown()
        self._archive.close()
        for claimed in self._claims:
            claimed.close()
        self.engine.dispose()


_sessions: WeakKeyDictionary[Crawler, Session] = WeakKeyDictionary()
