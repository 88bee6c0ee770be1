"""The session of a crawl: the database and its writer, the archive and the run, shared by all components."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.exceptions import CloseSpider, NotConfigured
from scrapy.settings import BaseSettings
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from cleaning.errors import StorageLost
from cleaning.workers import Cleaners
from crawler.run.archive_place import archive_place_of
from crawler.run.archive_writer import ExchangeWriter, WriterUser
from crawler.run.counts import Counts, counts_of
from crawler.run.exit_codes import WRONG_USE, get_exit_code
from crawler.run.lent_claim import lent_claim_of
from crawler.run.once import once_per_crawler
from crawler.run.open_archive import check_archive_access, open_archive_writer, repair_after_kill
from crawler.run.run_row import NO_SITE, RunRow
from crawler.run.search_backlog import index_search_backlog
from crawler.storing.deduplicate import index_missing_articles
from crawler.storing.readings import KeptReadings
from crawler.terminal.json_log import name_run
from crawler.terminal.numbers import join_some
from storage import runs
from storage.archive.location import ArchiveLocation
from storage.archive.place import FOLDER
from storage.archive.write import Conversion, Exchange
from storage.database.engine import make_database_url, open_database, open_for_reading, prepare_data_folder
from storage.database.faults import Fault, classify_fault
from storage.database.locks import claim_database
from storage.database.retry import StorageRetry, run_with_retries
from storage.database.server_claim import TAKEN, ServerClaim
from storage.database.writer import Late, Writer
from storage.frontier import settling
from storage.frontier.addresses import Lease

T = TypeVar("T")
logger = logging.getLogger(__name__)

BUSY_TIMEOUT = 2.0  # seconds that one try waits for a locked database; a signal is handled only between two tries
MERGE_INTERVAL = 15.0  # seconds between two merges of the counts into the run that was joined: a kill loses no more


def now() -> datetime:
    return datetime.now(UTC)


class Session:
    """Opened by the first component that calls `session_of`, closed when the engine has stopped.

    Opening raises a `UsageError` if the data folder or the database cannot be used, or if another crawl uses the
    folder: two crawls would mistake each other's leases for those of a killed crawl. With STORE_ENABLED = False there
    is no session: `session_of` raises NotConfigured.

    If the database or the disk fails, the session retries (storage/database/retry.py), and the scheduler leases nothing
    meanwhile. After STORAGE_PATIENCE every waiting call raises `StorageLost`, and the crawl ends with the finish_reason
    "database_lost" or "disk_low".
    """

    def __init__(self, crawler: Crawler) -> None:
        settings = crawler.settings
        self._crawler = crawler
        self._is_spider_opened = self._is_engine_started = False
        self.is_interrupted = False  # whether the work after the crawl shall end soon
        self.has_ended_run = False  # whether the end of the run was recorded, or could not be
        self._abort_reason: str | None = None  # finish_reason of a crawl that was aborted
        self._closing: asyncio.Task[None] | None = None
        self._siteless_counts = Counter[str]()  # of what belongs to no site
        self._leasing_paused: str | None = None  # the reason
        patience = settings.getfloat("STORAGE_PATIENCE")
        user = WriterUser(lambda fault: self.count(f"storage/waited/{fault}"), self._is_stop_requested, self.count)
        self._database_wait, self._archive_wait = (
            StorageRetry(what, patience, on_wait=user.on_wait, is_ending=user.is_ending)
            for what in ("the database", "the archive")
        )
        self.data_dir = prepare_data_folder(Path(settings["DATA_DIR"]))
        self.archive_place = archive_place_of(settings, self.data_dir)
        check_archive_access(self.archive_place, self._archive_wait)  # before anything is claimed: it may raise
        lent = lent_claim_of(crawler)
        claims = lent.take(self.data_dir)
        self.database = make_database_url(self.data_dir, settings.get("DATABASE_URL"))
        joined = settings.getint("JOIN_RUN") or None
        self.engine = open_database(self.database, upgrade=joined is None, lock_timeout=BUSY_TIMEOUT)
        # The sites that only this crawl may touch; None: all of the store.
        self.claimed_sites = lent.sites if self.engine.dialect.name == "postgresql" else None
        self.claim = claim_database(self.engine, self.claimed_sites, lent.places)
        self._claims = [*claims, self.claim]
        self.counts = counts_of(crawler)
        self.unsettled_leases: dict[int, Lease] = {}  # by id
        self._is_closed = False
        # Set by EndOfRun: the work after the last page, which still needs the store.
        self.finish: Callable[[], Awaitable[None]] | None = None
        # Set by the clean pipeline when they have started: after the last page they clean stored pages again.
        self.cleaners: Cleaners | None = None
        self.readings = KeptReadings(self.data_dir, settings.getint("READINGS_MAXSIZE"))  # of the pages stored
        # Set by the scheduler.
        self.on_change: Callable[[str], None] | None = None  # a site may have an address to lease
        self.on_reorder: Callable[[str, bool], None] | None = None  # see `report_reorder`
        self.on_withhold: Callable[[Collection[str]], list[int]] | None = None  # see `withhold`
        self.on_resume: Callable[[], None] | None = None  # leasing is allowed again
        self._run_row = RunRow(joined, self.claimed_sites)
        self._merging: asyncio.Task[None] | None = None
        self._has_stopped = asyncio.Event()  # the engine
        self.run = self.retry_storage(lambda: self._begin_run(str(crawler.spidercls.name)))
        if not self.is_joined:  # else who made the crawler does so before its crawls
            self._index_missing_articles()
            self._repair_archive()
        self._archive_writer = self._open_archive_writer(settings, user)
        self._writer = Writer(self.engine, retry=self._database_wait, before_commit=self._archive_writer.sync)
        crawler.signals.connect(self._on_spider_opened, signals.spider_opened)
        crawler.signals.connect(self._on_spider_closed, signals.spider_closed)
        crawler.signals.connect(self._on_engine_started, signals.engine_started)
        crawler.signals.connect(self._on_engine_stopped, signals.engine_stopped)

    @property
    def pause_reason(self) -> str | None:
        """Why no address is leased at present; None if leasing is allowed."""
        return self._leasing_paused or self._database_wait.problem or self._archive_writer.problem

    @property
    def may_fetch(self) -> bool:
        """Whether a request may be sent: the claim of this crawl was confirmed a moment ago."""
        if self.claim.is_taken:
            self._abort_because(StorageLost(TAKEN, Fault.TAKEN))
        return self.claim.is_fresh and not self.claim.is_taken

    @property
    def is_ending(self) -> bool:
        """Whether the crawl was told to stop, or aborted."""
        return self._abort_reason is not None or self._is_stop_requested()

    @property
    def is_joined(self) -> bool:
        """Whether the crawl is a part of a run of several crawls, which another program ends."""
        return self._run_row.is_joined

    @property
    def is_storage_lost(self) -> bool:
        """Whether the database has taken no writes for longer than STORAGE_PATIENCE."""
        return self._writer.lost is not None

    async def run_in_transaction(
        self,
        operation: Callable[[Connection], T | Late[T]],
        *,
        changed_sites: Iterable[str] = (),
        ended_sites: Iterable[str] = (),
        can_wait: bool = False,
        records: Collection[ArchiveLocation] = (),
    ) -> T:
        """Run an operation on the store, and return its result once it is committed.

        The operation may run several times, but is committed once. It names these `records` of the archive, so it waits
        until they are durable there. `changed_sites` may have more to lease afterwards:
        new addresses, or addresses that waited for a lease to end. Of `ended_sites` only leases have ended: the order
        of their other addresses is as before. `can_wait`: the crawl goes on meanwhile, so the operation is committed
        with others (storage/database/writer.py). Raise `StorageLost` after STORAGE_PATIENCE.
        """
        try:
            if records:
                await self._archive_writer.make_durable(records)
            return await self._writer.run(operation, can_wait=can_wait)
        except StorageLost as lost:
            self._abort_because(lost)
            raise
        finally:
            for site in changed_sites:
                self.report_reorder(site)
            if self.on_change is not None:
                for site in (*changed_sites, *ended_sites):
                    self.on_change(site)

    def report_reorder(self, site: str, *, has_twins: bool = False) -> None:
        """Tell the scheduler that other addresses of a site may be due first, or are due no longer.

        `has_twins`: it was learnt that some of its addresses show the same page.
        """
        if self.on_reorder is not None:
            self.on_reorder(site, has_twins)

    def withhold(self, urls: Collection[str]) -> list[int]:
        """Keep the scheduler from asking for these addresses; return the ids of those that it had leased to do so.

        Their pages are stored by the transaction that is given next, which has to return the leases first.
        """
        return [] if self.on_withhold is None or not urls else self.on_withhold(urls)

    async def archive(self, exchange: Exchange | Conversion) -> ArchiveLocation:
        """Archive an exchange, or a page made of one, and return where it is stored.

        A transaction that stores the location is given with it to `run_in_transaction`. Raise `StorageLost` after
        STORAGE_PATIENCE.
        """
        try:
            return await self._archive_writer.write(exchange)
        except StorageLost as lost:
            self._abort_because(lost)
            raise

    def retry_storage(self, work: Callable[[], T]) -> T:
        """Return the result of `work` on the database, retried like a transaction. Blocking: not during the crawl."""
        return run_with_retries(work, self._database_wait)

    @contextmanager
    def suppress_storage_lost(self, lease: Lease | None = None) -> Iterator[None]:
        """Suppress `StorageLost`, because the crawl ends anyway; count the lease as released.

        Its address is due again when the scheduler closes, at the latest when the next crawl starts.
        """
        try:
            yield
        except StorageLost:
            if lease is not None and self.unsettled_leases.pop(lease.id, None) is not None:
                self.counts.add(lease.site, "address/released/storage")

    def pause_leasing(self, reason: str) -> None:
        self._leasing_paused = reason

    def resume_leasing(self) -> None:
        self._leasing_paused = None
        if self.on_resume is not None:
            self.on_resume()

    def abort_crawl(self, reason: str = "database_lost") -> None:
        """End the crawl with this finish_reason, because no page can be stored any more. The next one continues it."""
        if self._abort_reason is None:
            self._abort_reason = reason
            logger.error("what is fetched can no longer be stored; the crawl ends")
            if self._is_spider_opened:
                self._closing = asyncio.create_task(self._crawler.engine.close_spider_async(reason=reason))

    def count(self, stat: str, number: int = 1) -> None:
        """Count what belongs to no site; `self.counts` counts what belongs to one."""
        self._siteless_counts[stat] += number
        if self._is_spider_opened:  # there are no stats before
            self._crawler.stats.set_value(stat, self._siteless_counts[stat])

    def has_earlier_part(self, site: str) -> bool:
        """Return whether another crawl of the site was a part of the run before: its lists are read already."""
        return self._run_row.has_earlier_part(site)

    def own_counts(self) -> Counts:
        """Return the counts by site, without those of other crawls, whose stories a page of ours may have changed."""
        counts = self.counts.by_site()
        if self.claimed_sites is None:
            return counts
        return {site: stats for site, stats in counts.items() if site in self.claimed_sites}

    def end_run(self, code: int | None = None) -> None:
        """Store the run's finish reason, exit code and counts; `code` replaces the exit code of the crawl itself.

        A run that was joined gets the counts alone.
        """
        work, self.has_ended_run = self._prepare_run_end(code), True
        try:
            with self.engine.begin() as connection:
                counts = work(connection)
            self._run_row.stored_counts = counts
        except Exception as error:
            if classify_fault(error) is None and not isinstance(error, StorageLost):
                raise
            logger.error("the database took no more writes, so the table of runs does not say how this run ended")  # noqa: TRY400 (one line)

    def abandon(self) -> None:
        """End the run and close, because a component refuses to start for a mistake of the user."""
        self.end_run(WRONG_USE)
        self.close()

    def close(self) -> None:
        """Close the archive, release the claims, and disconnect from the database. Closing again does nothing."""
        if self._is_closed:
            return
        self._is_closed = True
        if self.cleaners is not None:
            self.cleaners.stop()
        self._archive_writer.close()
        self.readings.close()
        if self._run_row.has_own_parts:
            with suppress(DBAPIError, StorageLost), self.engine.begin() as connection:
                self._run_row.forget_own_parts(connection)
        for claim in self._claims:
            claim.close()
        self.engine.dispose()

    def _begin_run(self, spider: str) -> int:
        with self.engine.begin() as connection:
            run = self._run_row.begin(connection, spider, now())
            if left := settling.return_all_leases(connection, self.claimed_sites):
                logger.info("%d addresses were under way when the last crawl was killed; they are due again", left)
        if isinstance(self.claim, ServerClaim):
            self.claim.was_held_since = self._run_row.is_latest
        name_run(run, spider)
        if self.is_joined:
            logger.info("run %d: the crawl of %s begins", run, join_some(sorted(self.claimed_sites or ())))
        else:
            logger.info("run %d of the spider %s begins", run, spider)
        return run

    def _open_archive_writer(self, settings: BaseSettings, user: WriterUser) -> ExchangeWriter:
        with open_for_reading(self.engine) as connection:
            run = runs.load_run(connection, self.run)
        assert run is not None  # noqa: S101 (it has begun)
        return open_archive_writer(
            self.archive_place, settings, self._archive_wait, user, run=run, is_shared=self.is_joined
        )

    def _index_missing_articles(self) -> None:
        """Index what an older version stored, to be compared with each new article, and to be searched."""
        self.count("story/indexed", self.retry_storage(lambda: index_missing_articles(self.engine)))
        self.retry_storage(lambda: index_search_backlog(self.engine))

    def _repair_archive(self) -> None:
        folder = self.archive_place.folder
        is_own = folder == self.data_dir / FOLDER
        if folder is None or not (is_own or self.claimed_sites is None):
            return  # an object is whole; in a folder that machines share, another crawl may be writing
        self.count("archive/repaired", repair_after_kill(self.engine, folder))

    async def _on_spider_opened(self) -> None:
        self._is_spider_opened = True
        for stat in self._siteless_counts:
            self.count(stat, 0)
        if self._abort_reason is not None:
            raise CloseSpider(self._abort_reason)

    def _on_engine_started(self) -> None:
        self._is_engine_started = True
        if self.is_joined:
            self._merging = asyncio.create_task(self._merge_regularly())

    async def _merge_regularly(self) -> None:
        """Add the counts to the run that was joined, again and again until the engine stops."""
        while not self._has_stopped.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(self._has_stopped.wait(), MERGE_INTERVAL)
            with self.suppress_storage_lost():
                self._run_row.stored_counts = await self._writer.run(self._prepare_run_end(None), can_wait=True)

    async def _on_spider_closed(self) -> None:
        if not self._is_engine_started:  # a component ended the crawl before its start: the engine will not stop
            await self._on_engine_stopped()

    async def _on_engine_stopped(self) -> None:
        self._has_stopped.set()
        if self._merging is not None:
            await self._merging  # not cancelled: what it has given to the writer would be counted twice
        await self._archive_writer.drain()
        if self._writer.lost is None:
            with self.suppress_storage_lost():
                self._run_row.stored_counts = await self._writer.run(self._prepare_run_end(None))
                self.has_ended_run = True
        if self._writer.lost is not None:
            self.end_run()  # the database may work again by now
        await self._writer.close()
        try:
            if self.finish is not None:
                await self.finish()
        finally:
            self.close()

    def _prepare_run_end(self, code: int | None) -> Callable[[Connection], Counts]:
        """Return what stores the end of the run, and returns the counts that it has stored."""
        stats = self._crawler._stats  # None: the spider could not be made
        reason = None if stats is None else stats.get_value("finish_reason")
        counts = {} if stats is None else self.counts.by_site()
        code = get_exit_code(reason, counts) if code is None else code
        if self._siteless_counts.total():
            counts[NO_SITE] = {stat: number for stat, number in sorted(self._siteless_counts.items()) if number}

        return lambda connection: self._run_row.store_end(
            connection, outcome=reason, exit_code=code, counts=counts, now=now()
        )

    def _abort_because(self, lost: StorageLost) -> None:
        if self._abort_reason is None:
            logger.error("%s", lost)
            is_disk_full = lost.fault == Fault.FULL or self._leasing_paused
            self.abort_crawl("disk_low" if is_disk_full else "database_lost")

    def _is_stop_requested(self) -> bool:
        """Return whether Ctrl-C or SIGTERM stopped the engine. Stopped otherwise, it has a finish_reason."""
        if self.is_interrupted:
            return True
        if not self._is_engine_started or self._crawler.engine.running:
            return False
        return self._crawler.stats.get_value("finish_reason") is None


def _open_session(crawler: Crawler) -> Session:
    if not crawler.settings.getbool("STORE_ENABLED"):
        raise NotConfigured  # by the component that needs it: Scrapy leaves it out
    return Session(crawler)


session_of = once_per_crawler(_open_session)
