"""Crawls one group of sites in the process of a worker, as a part of the run of the night.

The crawl is that of `scrapy crawl articles -a site=NAMES`, with the same settings, components and end: its sites are
settled when it ends. Its counts are added to those of the night's run.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from scrapy.crawler import AsyncCrawlerProcess, Crawler

from cleaning.errors import BroadsheetError, DatabaseMissing
from cleaning.workers import Cleaners
from crawler.finishing.end_of_run import EndOfRun
from crawler.finishing.report import CrawlReport, get_report
from crawler.run.exit_codes import DATABASE_LOST, DISK_LOW, ENDED_BY, INTERRUPTED, NOTHING_TO_DO, UNGUARDED, WRONG_USE
from crawler.run.lent_claim import lent_claim_of
from crawler.run.lent_cleaners import LentCleaners, cleaners_lent_to
from crawler.run.session import Session, session_of
from crawler.terminal.json_log import name_run

SPIDER = "articles"
# With these a worker takes nothing more: what its machine lacks the next group of sites would lack, too.
ENDS_WORKER = (DISK_LOW, UNGUARDED, DATABASE_LOST)


class GroupTaken(BroadsheetError):
    """Another crawl has claimed a site of the group, or the database: no failure, it is tried again soon."""


class GroupInterrupted(BroadsheetError):
    """The worker was told to stop at once: the group goes back, and whoever gets it goes on."""


class GroupFailed(BroadsheetError):
    """The crawl did not end as it should; `status` is its exit status."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.exit_status = status


@dataclass(frozen=True, slots=True)
class GroupOrder:
    """What is to be crawled. `listed` is the file of the night's sites, `pages` the most articles a site (0: all).

    `places` are the hosts of the sites.
    """

    run: int
    sites: tuple[str, ...]
    places: tuple[str, ...]
    listed: Path
    ends_at: datetime | None
    pages: int

    def to_settings(self) -> dict[str, Any]:
        values: dict[str, Any] = {"JOIN_RUN": self.run, "SITES_FILE": str(self.listed)}
        if self.ends_at is not None:
            values["CRAWL_ENDS_AT"] = self.ends_at.isoformat()
        if self.pages:
            values["PAGES_PER_SITE"] = self.pages
        return values


class GroupCrawl:
    """One crawl among others of its process. `cleaners` belong to the process."""

    def __init__(self, process: AsyncCrawlerProcess, order: GroupOrder, cleaners: Cleaners) -> None:
        self._process = process
        self._order = order
        self._is_stopping = False
        own = process.settings.copy()
        own.setdict(order.to_settings(), priority="cmdline")
        self._crawler = Crawler(process.spider_loader.load(SPIDER), own)
        lent = lent_claim_of(self._crawler)
        lent.is_lent, lent.sites, lent.places = True, order.sites, order.places
        cleaners_lent_to(self._crawler).cleaners = LentCleaners(cleaners)
        self._session: Session | None = None

    @property
    def pages(self) -> int:
        """How many pages were fetched by now."""
        has_stats = self._session is not None and self._crawler._stats is not None  # from the start of the crawl on
        return count_pages(self._session.counts.by_site()) if self._session is not None and has_stats else 0

    async def run(self) -> CrawlReport:
        """Crawl to the end, with settling. Raise GroupTaken, GroupInterrupted or GroupFailed where that is no end."""
        name_run(self._order.run, SPIDER)
        try:
            # It may wait for the database, for as long as STORAGE_PATIENCE.
            session = self._session = await asyncio.to_thread(session_of, self._crawler)
        except DatabaseMissing as error:
            raise GroupTaken(str(error)) from error
        except BroadsheetError as error:
            raise GroupFailed(str(error), error.exit_status) from error
        try:
            if self._is_stopping:
                raise GroupInterrupted("stopped before it began")
            try:
                await self._process.crawl(self._crawler, site=",".join(self._order.sites))
            except BroadsheetError as error:
                raise GroupFailed(str(error), error.exit_status) from error
        finally:
            await asyncio.to_thread(self._close, session)
        return self._judge(get_report(self._crawler))

    async def stop(self) -> None:
        """Let the crawl end soon: what is under way is finished, settling ends between two pages."""
        self._is_stopping = True
        if self._crawler.crawling:
            if (end := self._crawler.get_extension(EndOfRun)) is not None:
                end.interrupt()
            await self._crawler.stop_async()

    def _close(self, session: Session) -> None:
        if not session.has_ended_run:  # a component could not be made
            session.end_run()
        session.close()

    def _judge(self, report: CrawlReport) -> CrawlReport:
        reason, status = report.finish_reason, report.exit_status
        if self._session is not None and self._session.claim.is_taken:
            raise GroupTaken("another worker has taken its sites, while the database did not hear of this one")
        if self._is_stopping and (status == INTERRUPTED or reason in (None, "shutdown")):
            raise GroupInterrupted("interrupted")
        if status in (*ENDS_WORKER, INTERRUPTED, WRONG_USE) and reason not in ENDED_BY:
            raise GroupFailed(f"its crawl ended with {reason or 'no reason'}, exit status {status}", status)
        if status != NOTHING_TO_DO and reason not in ENDED_BY:
            raise GroupFailed(f"an error ended its crawl ({reason}); the log of the worker has it", status)
        if status in (DATABASE_LOST, DISK_LOW, INTERRUPTED):
            raise GroupFailed("the storage was lost while its texts were settled", status)
        return report


def count_pages(counts: Mapping[str, Mapping[str, int]]) -> int:
    """Return how many article pages were fetched, over all sites."""
    return sum(stats.get("page/fetched", 0) for stats in counts.values())
