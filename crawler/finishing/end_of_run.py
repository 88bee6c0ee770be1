"""Does the work after the last page: measures the night, marks what is gone, settles the texts, compares with a
release, writes the feeds, ends the run.

It runs when the engine has stopped and before the crawl counts as ended. So `scrapy crawl`, `AsyncCrawlerProcess` and
`CrawlerRunner` come to the same end, and whoever waits for the crawl waits for this, too. It works in a thread: other
crawls of the process go on.
"""

from __future__ import annotations

import asyncio
import logging
from functools import partial
from typing import Any

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.utils.reactor import is_reactor_installed
from twisted.internet.defer import Deferred

from cleaning.errors import StorageLost
from crawler.feeds.exporter import StoredFeedExporter
from crawler.finishing.gone import mark_missing_articles
from crawler.finishing.metrics import write_metrics
from crawler.finishing.report import get_report, outcome_of
from crawler.finishing.settling_progress import SettlingProgress
from crawler.health.check_health import Health, close_run
from crawler.health.describe import describe_health
from crawler.recleaning.clean_stored import SettlingInterrupted
from crawler.recleaning.settler import Settler
from crawler.refetching.refetch import Refetch
from crawler.refetching.refetch_report import write_refetch_report
from crawler.run.articles_spider import find_articles_spider
from crawler.run.exit_codes import ENDED_BY, FAILED, FINISHED, INTERRUPTED, get_exit_code
from crawler.run.nights import count_night
from crawler.run.notices import notices_of
from crawler.run.rechecks import recheck_plan_of
from crawler.run.session import now, session_of
from crawler.run.starts import keep_start_error
from crawler.terminal.progress import show_progress
from storage.articles.story_lock import lock_stories

logger = logging.getLogger(__name__)


class EndOfRun:
    """Ends a run, whoever started it.

    A first Ctrl-C while the texts are settled stops that between two pages; the next run goes on with it. If the
    reactor is stopped while pages are still under way (a second Ctrl-C), nothing is settled, but the run gets its end.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        with keep_start_error(crawler):
            self._session = session_of(crawler)
        self._session.finish = self._finish
        self._outcome = outcome_of(crawler)
        self._settler: Settler | None = None
        self._is_stopping = False
        self._waiting: Deferred[None] | None = None  # fires when a reactor that is stopping may go on
        self._is_working = False
        self._triggers: list[Any] = []
        crawler.signals.connect(self._on_spider_opened, signals.spider_opened)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> EndOfRun:
        return cls(crawler)

    def _on_spider_opened(self) -> None:
        if is_reactor_installed():
            add = _get_reactor().addSystemEventTrigger
            self._triggers = [
                add("before", "shutdown", self._on_stopping),
                add("after", "shutdown", self._end_by_force),
            ]

    async def _finish(self) -> None:
        self._is_working = True
        try:
            await asyncio.to_thread(self._work)
            await self._write_feeds()
        except asyncio.CancelledError:
            self.interrupt()
            raise
        except BaseException:  # a defect: Scrapy logs it, because this is called by a signal
            self._outcome.exit_code = FAILED
            self._session.end_run(FAILED)
            raise
        finally:
            self._is_working = False
            self._outcome.has_ended = True
            self._forget_triggers()
            if self._waiting is not None:
                self._waiting.callback(None)
            if not self._session.is_joined:
                write_metrics(self._crawler.settings, self._session.engine)
            self._log_table()  # last: an error here must not keep the reactor waiting

    def interrupt(self) -> None:
        """Let settling end soon, between two pages. May be called from any thread."""
        self._session.is_interrupted = True
        if self._settler is not None:
            self._settler.interrupt()

    def _work(self) -> None:
        """Do all that needs the store after the crawl. Blocking."""
        self._measure_night()
        self._settle()
        self._record_night()
        if self._session.cleaners is not None:  # whether they have settled anything or not
            self._session.cleaners.stop()
        self._compare()

    def _measure_night(self) -> None:
        """Count what the sites listed as articles of the last day, and what became of it."""
        spider = find_articles_spider(self._crawler)
        sites = getattr(spider, "sites", None)
        is_whole = not getattr(spider, "is_list_closed", False)  # a night of all that the sites list
        if sites and is_whole and not self._session.is_storage_lost:
            try:
                count_night(self._session, [site.name for site in sites])
            except StorageLost as error:
                logger.warning("%s; how complete this night was is not known", error)
            else:
                self._session.end_run()

    def _settle(self) -> None:
        """Put into effect what the pages teach of their sites."""
        session = self._session
        if self._crawler.stats.get_value("finish_reason") not in ENDED_BY:
            return
        settings = self._crawler.settings
        try:
            mark_missing_articles(session, recheck_plan_of(self._crawler))
            with show_progress("settling", "sites", every=settings.getfloat("PROGRESS_INTERVAL")) as report:
                progress = SettlingProgress(report, session.counts.add)
                count, cleaners = progress.count, session.cleaners
                with Settler(
                    session.engine,
                    settings,
                    session.data_dir,
                    count,
                    cleaners=cleaners,
                    readings=session.readings,
                ) as settler:
                    self._settler = settler
                    settler.is_indexed = True  # the session saw to it when it began
                    if session.is_interrupted:  # meanwhile
                        settler.interrupt()
                    for site in progress.follow(session.own_counts()):
                        session.retry_storage(partial(settler.settle, site))
        except SettlingInterrupted:
            logger.warning("interrupted while the texts were settled; the next run of these sites goes on with it")
            self._outcome.exit_code = INTERRUPTED
        except StorageLost as error:
            logger.error("%s; the next run of these sites settles their texts", error)  # noqa: TRY400 (one line)
            self._outcome.exit_code = error.exit_status
        finally:
            self._settler = None
        session.end_run(self._outcome.exit_code)

    def _record_night(self) -> None:
        """Record the numbers of the night of each site, and compare them with those of its past."""
        session, spider = self._session, find_articles_spider(self._crawler)
        if spider is None or session.is_storage_lost or session.is_joined:  # who ends a shared run does this
            return
        notices = [(notice.site, notice.kind.value, notice.text) for notice in notices_of(self._crawler).list_all()]
        is_night = bool(getattr(spider, "is_night", False))
        listed: frozenset[str] | None = getattr(spider, "listed_sites", None)
        session.end_run(self._outcome.exit_code)  # with the counts of settling and of the notices

        def record() -> Health:
            with session.engine.begin() as connection:
                lock_stories(connection)  # crawls of other sites may end at the same time
                return close_run(connection, session.run, now(), is_night=is_night, notices=notices, listed=listed)

        try:
            health = self._outcome.health = session.retry_storage(record)
        except StorageLost as error:
            logger.warning("%s; the numbers of this night are not recorded", error)
            return
        for line in describe_health(health):
            logger.warning("%s", line)
        if self._outcome.exit_code is None:
            reason = self._crawler.stats.get_value("finish_reason")
            code = get_exit_code(reason, session.counts.by_site(), health.excused_sites)
            self._outcome.exit_code = FAILED if code == FINISHED and health.new else code
            session.end_run(self._outcome.exit_code)

    def _compare(self) -> None:
        """Where a release was fetched again: write how its articles have changed, also of a part of them."""
        refetch = self._refetch
        if refetch is not None and not self._session.is_storage_lost:
            engine = self._session.engine
            self._outcome.comparison = self._session.retry_storage(lambda: write_refetch_report(engine, refetch))
            self._outcome.comparison_file = refetch.report_file

    @property
    def _refetch(self) -> Refetch | None:
        return getattr(find_articles_spider(self._crawler), "refetch", None)

    async def _write_feeds(self) -> None:
        """Write what the run has stored to its feeds, as it stands when the texts are settled."""
        feeds = self._crawler.get_extension(StoredFeedExporter)
        if (
            feeds is not None
            and not self._session.is_joined
            and not await feeds.export_stored()
            and self._outcome.exit_code in (None, FINISHED)
        ):
            self._outcome.exit_code = FAILED
            self._session.end_run(FAILED)

    def _log_table(self) -> None:
        """Write the table into the log file. Where there is none, the log stands beside the printed table."""
        if self._crawler.settings.get("LOG_FILE"):
            for line in get_report(self._crawler).format_table().splitlines():
                logger.info("%s", line.rstrip())

    def _on_stopping(self) -> Deferred[None] | None:
        """Make a reactor that is stopping wait for the work under way, which ends soon."""
        self._is_stopping = True
        if not self._is_working:
            return None
        self.interrupt()
        self._waiting = Deferred()
        return self._waiting

    def _end_by_force(self) -> None:
        """End the run of a crawl whose engine did not stop: the reactor was told to stop twice. Blocking."""
        try:
            self._measure_night()
            self._compare()
            if not self._session.has_ended_run:
                self._session.end_run()
        finally:
            self._outcome.has_ended = True
            if not self._session.is_joined:
                write_metrics(self._crawler.settings, self._session.engine)
            self._log_table()
            self._session.close()

    def _forget_triggers(self) -> None:
        """Let the reactor forget this crawl: its process may go on with others."""
        called = 1 if self._is_stopping else 0  # Twisted warns of removing what it has called
        for trigger in self._triggers[called:]:
            _get_reactor().removeSystemEventTrigger(trigger)
        self._triggers = []


def _get_reactor() -> Any:
    from twisted.internet import reactor  # noqa: PLC0415 (the import installs one where there is none)

    return reactor
