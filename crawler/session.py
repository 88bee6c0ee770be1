"""What the components of one crawl share: the database and its writer, the raw archive, the run."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar
from weakref import WeakKeyDictionary

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.exceptions import CloseSpider
from sqlalchemy import Connection

from cleaning.errors import StorageLost
from crawler.holds import pauses
from crawler.outcome import exit_code
from crawler.pipelines.deduplicate import index_missing
from crawler.tally import tally_of
from crawler.traps import Traps
from storage import frontier, runs
from storage.addresses import Lease
from storage.database import database_url, open_database, prepare_data_folder, reading
from storage.faults import Fault, fault
from storage.locks import claim_data_folder, claim_database
from storage.patience import Patience, steadily
from storage.repair import repair_archive
from storage.warc import Archive, Exchange, Place
from storage.writer import Writer

T = TypeVar("T")
logger = logging.getLogger(__name__)

BUSY = 2.0  # seconds for which one try waits in the database for others; between two, the crawl can be told to end
NO_SITE = ""  # under which the run's row keeps what belongs to no site


def now() -> datetime:
    return datetime.now(UTC)


class Session:
    """Opened by the first who asks for the session of a crawl, closed when its engine has stopped.

    Opening raises a `UsageError` where the data folder or the database cannot be used, or where another crawl uses the
    folder: two crawls would take each other's leases for what a killed one left behind.

    A database or a disk that fails is waited for (storage/patience.py), and nothing is leased meanwhile. When
    STORAGE_PATIENCE is over, what waits gets `StorageLost`; the crawl ends as "database_lost" or "disk_low".
    """

    def __init__(self, crawler: Crawler) -> None:
        settings = crawler.settings
        self._crawler = crawler
        self._opened = self._started = False
        self.has_ended = False  # whether the run's end is noted, or was to be
        self._reason: str | None = None  # for which the crawl is to end
        self._ending: asyncio.Task[None] | None = None
        self._counts = Counter[str]()  # of what belongs to no site
        self._held: str | None = None
        patience = settings.getfloat("STORAGE_PATIENCE")
        self._database_wait, self._archive_wait = (
            Patience(
                what, patience, began=lambda wrong: self.count(f"storage/waited/{wrong}"), ending=self._is_told_to_end
            )
            for what in ("the database", "the archive")
        )
        self.data_dir = prepare_data_folder(Path(settings["DATA_DIR"]))
        claim = claim_data_folder(self.data_dir)
        self.database = database_url(self.data_dir, settings.get("DATABASE_URL"))
        self.engine = open_database(self.database, busy=BUSY)
        self._claims = [claim, claim_database(self.engine)]
        self.tally = tally_of(crawler)
        self.traps = Traps(settings.getint("BARREN_PAGES"))
        self.retry_pauses = pauses(settings.getlist("RETRY_PAUSES"))
        self.unsettled: dict[int, Lease] = {}
        self.stays_open = False  # when the engine has stopped: for whoever settles, and closes it then
        self.on_change: Callable[[str], None] | None = None  # the scheduler's: a site may have something to hand out
        self.on_resume: Callable[[], None] | None = None  # the scheduler's: it may hand out again
        self.run = self.steadily(lambda: self._begin(str(crawler.spidercls.name)))
        self._index()
        self.archive_folder = (self.data_dir / "archive").resolve()
        self._repair()
        self._archive = Archive(self.archive_folder, run=self.run, software=settings["USER_AGENT"])
        self._archive_thread = ThreadPoolExecutor(1, thread_name_prefix="archive")
        self._archive_turn = asyncio.Lock()
        self._writer = Writer(self.engine, patience=self._database_wait, before_commit=self._archive.sync)
        crawler.signals.connect(self._spider_opened, signals.spider_opened)
        crawler.signals.connect(self._engine_started, signals.engine_started)
        crawler.signals.connect(self._engine_stopped, signals.engine_stopped)

    @staticmethod
    def of(crawler: Crawler) -> Session:
        if crawler not in _sessions:
            _sessions[crawler] = Session(crawler)
        return _sessions[crawler]

    @property
    def trouble(self) -> str | None:
        """Why nothing is leased at present."""
        return self._held or self._database_wait.trouble or self._archive_wait.trouble

    @property
    def is_lost(self) -> bool:
        """Whether the database takes no more writes, and was waited for long enough."""
        return self._writer.lost is not None

    async def do(self, operation: Callable[[Connection], T], *, changes: Iterable[str] = ()) -> T:
        """The outcome of an operation on the store, once it is committed; it may run several times, and one is kept.

        `changes` names the sites whose addresses may be due by it: new ones, or ones that waited for a lease to end.
        """
        try:
            return await self._writer.do(operation)
        except StorageLost as lost:
            self._lose(lost)
            raise
        finally:
            if self.on_change is not None:
                for site in changes:
                    self.on_change(site)

    async def archive(self, exchange: Exchange) -> Place:
        """Where the exchange stands in the archive, once it is written; `StorageLost` where it cannot be."""
        loop = asyncio.get_running_loop()
        async with self._archive_turn:  # lest small pages that a nearly full disk takes hide that it is full
            while True:
                try:
                    place = await loop.run_in_executor(self._archive_thread, self._archive.write, exchange)
                    self._archive_wait.worked()
                except OSError as error:
                    try:
                        await self._archive_wait.wait(error, fault(error) or Fault.UNWRITABLE)
                    except StorageLost as lost:
                        self._lose(lost)
                        raise
                else:
                    return place

    def steadily(self, work: Callable[[], T]) -> T:
        """What `work` on the database returns, tried again as `do` does; blocking, before and after the crawl."""
        return steadily(work, self._database_wait)

    @contextmanager
    def unless_lost(self, lease: Lease | None = None) -> Iterator[None]:
        """A block that ends where the storage is lost; its address is given back, at the next start at the latest."""
        try:
            yield
        except StorageLost:
            if lease is not None and self.unsettled.pop(lease.id, None) is not None:
                self.tally.count(lease.site, "address/released/storage")

    def hold(self, why: str | None) -> None:
        """Nothing more is leased, for this reason; None: leasing goes on."""
        self._held = why
        if why is None and self.on_resume is not None:
            self.on_resume()

    def fail(self, reason: str = "database_lost") -> None:
        """Ends the crawl because nothing can be kept any more; started again, it goes on where it stopped."""
        if self._reason is None:
            self._reason = reason
            logger.error("what is fetched can no longer be stored; the crawl ends")
            if self._opened:
                self._ending = asyncio.create_task(self._crawler.engine.close_spider_async(reason=reason))

    def count(self, noun: str, number: int = 1) -> None:
        """Counts what belongs to no site."""
        self._counts[noun] += number
        if self._opened:  # there are no stats before
            self._crawler.stats.set_value(noun, self._counts[noun])

    def end_run(self, code: int | None = None) -> None:
        """Writes the run's outcome and counts, as they are now; `code` where it is not that of the crawl itself."""
        work, self.has_ended = self._end_of_run(code), True
        try:
            with self.engine.begin() as connection:
                work(connection)
        except Exception as error:
            if fault(error) is None and not isinstance(error, StorageLost):
                raise
            logger.error("the table of runs does not say how this one ended: the database took no more writes")  # noqa: TRY400 (one line)

    def close(self) -> None:
        """Lets go of all files. After a second Ctrl-C, when no engine has stopped, the command calls this by itself."""
        self._archive_thread.shutdown()
        self._archive.close()
        for claimed in self._claims:
            claimed.close()
        self.engine.dispose()

    def _begin(self, spider: str) -> int:
        with self.engine.begin() as connection:
            run = runs.begin(connection, spider=spider, now=now())
            if left := frontier.release(connection):
                logger.info("%d addresses were under way when the last crawl was killed; they are due again", left)
        return run

    def _index(self) -> None:
        """What is judged is compared with everything stored: that has to be in the index."""
        self.count("story/indexed", self.steadily(lambda: index_missing(self.engine)))

    def _repair(self) -> None:
        try:
            with reading(self.engine) as connection:
                self.count("archive/repaired", len(repair_archive(connection, self.archive_folder)))
        except OSError as error:
            logger.warning("the archive's newest file cannot be looked at: %s", error)

    async def _spider_opened(self) -> None:
        self._opened = True
        for noun in self._counts:
            self.count(noun, 0)
        if self._reason is not None:
            raise CloseSpider(self._reason)

    def _engine_started(self) -> None:
        self._started = True

    async def _engine_stopped(self) -> None:
        if self._writer.lost is None:
            with self.unless_lost():
                await self._writer.do(self._end_of_run(None))
                self.has_ended = True
        if self._writer.lost is not None:
            self.end_run()  # it may have come back meanwhile
        await self._writer.close()
        if not self.stays_open:
            self.close()

    def _end_of_run(self, code: int | None) -> Callable[[Connection], None]:
        reason = self._crawler.stats.get_value("finish_reason")
        counts = self.tally.by_site()
        code = exit_code(reason, counts) if code is None else code
        if self._counts.total():
            counts[NO_SITE] = {noun: number for noun, number in sorted(self._counts.items()) if number}
        return lambda connection: runs.end(
            connection, self.run, outcome=reason, exit_code=code, counts=counts, now=now()
        )

    def _lose(self, lost: StorageLost) -> None:
        if self._reason is None:
            logger.error("%s", lost)
            self.fail("disk_low" if lost.fault == Fault.FULL or self._held else "database_lost")

    def _is_told_to_end(self) -> bool:
        """Whether Ctrl-C or SIGTERM stopped the engine; it stops, too, once it has closed its spider by itself."""
        if not self._started or self._crawler.engine.running:
            return False
        return self._crawler.stats.get_value("finish_reason") is None


_sessions: WeakKeyDictionary[Crawler, Session] = WeakKeyDictionary()
