"""Clean stored articles again from the archive: try it first, judge the differences, and only then adopt the results.

    learn     learn the memory of each site, without putting it into effect
    try       clean every page that is due with it, and write the results to a spool beside the store
    judge     sum up what that changes (crawler/recleaning/differences.py)
    adopt     store the memories, then the articles, in batches, and remove the spool

The spool also records the request and the learned memories. A later run with the same request and the same memories
continues it; any other run discards it. Once adopting has begun, nothing is learned or judged again, because the store
is then partly old and partly new.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import Any

from sqlalchemy import Engine

from cleaning.memory.learning import LearnedMemory
from cleaning.version import CLEANER_VERSION
from crawler.recleaning.clean_stored import RecleanedPage
from crawler.recleaning.differences import RecleanSummary
from crawler.recleaning.settler import Settler, make_batches
from crawler.recleaning.spool import RecordSpool
from crawler.storing.observations import needs_recleaning
from crawler.terminal.progress import Report
from storage.articles.live_entries import complete_entries
from storage.articles.texts import count_accepted, count_archived_pages, get_last_run, load_stored_texts
from storage.database.engine import open_for_reading
from storage.site_memory.memories import load_keep_rules
from storage.site_memory.observations import PageDependency

FORMAT = 7  # of the spool's records; raise it when a pickled class is renamed or changed


class _RecordKind(IntEnum):
    REQUEST = 0
    LEARNED = 1
    PAGE = 2
    ADOPTING = 3  # from here on the store is changed


@dataclass(frozen=True, slots=True)
class RecleanSelection:
    """Which pages to clean again: those of these sites, in order, fetched at `since` or later."""

    sites: tuple[str, ...]
    since: datetime | None = None


class RecleanJob:
    """One `scrapy reclean`, or the continuation of one that was killed.

        with Settler(...) as settler, RecordSpool(data_dir / SPOOL_NAME) as spool:
            job = RecleanJob(engine, settler, spool, selection, bounds)
            job.learn(report)                      # stores nothing but observations
            differences = job.run_trial(report)    # stores nothing
            job.adopt(differences, report)

    Blocking. The caller holds the locks of the data folder and the database. A `report` is called with the numbers of
    sites or pages done and in total.
    """

    def __init__(
        self,
        engine: Engine,
        settler: Settler,
        spool: RecordSpool,
        selection: RecleanSelection,
        bounds: Sequence[int],
    ) -> None:
        """`bounds` are the settings of learning, on which the memory depends."""
        self._engine = engine
        self._settler = settler
        self._spool = spool
        self._selection = selection
        self._request = self._describe_request(bounds)
        is_begun = next(spool.iter_records(_RecordKind.REQUEST), None) == self._request
        self._differences: RecleanSummary | None = spool.get_last(_RecordKind.ADOPTING) if is_begun else None
        if not is_begun:
            spool.clear()

    @property
    def is_adopting(self) -> bool:
        """Whether adopting has begun, in this process or in an earlier one that was killed."""
        return self._differences is not None

    def learn(self, report: Report) -> None:
        """Learn the memories of the sites. Report sites."""
        if self.is_adopting:
            return
        learned: dict[str, LearnedMemory] = {}
        for site in self._selection.sites:
            report(len(learned), len(self._selection.sites))
            learned[site] = self._settler.learn(site)
        before = self._spool.get_last(_RecordKind.LEARNED)
        if before is None or _get_digests(before) != _get_digests(learned):
            self._spool.clear()
            self._spool.append(_RecordKind.REQUEST, self._request)
            self._spool.append(_RecordKind.LEARNED, learned)

    def run_trial(self, report: Report) -> RecleanSummary:
        """Clean all pages that are due and return what that would change. Report pages.

        Continue where an earlier run with the same request stopped.
        """
        if self._differences is not None:
            return self._differences
        self._clean_due_pages(self._spool.get_last(_RecordKind.LEARNED), report)
        return self._compare()

    def adopt(self, differences: RecleanSummary, report: Report) -> None:
        """Put the results of the trial into effect. Report pages. Repeating it after a kill gives the same store.

        Then settle the sites, because changed headlines change their memories, except with `since`: older pages must
        stay as they are.
        """
        if self._differences is None:
            self._spool.append(_RecordKind.ADOPTING, differences, sync=True)
            self._differences = differences
        for site, learned in self._spool.get_last(_RecordKind.LEARNED).items():
            self._settler.remember(site, learned)
        done = 0
        for batch in self._iter_batches():
            self._settler.adopt(batch)
            done += len(batch)
            report(done, differences.pages)
        for site in self._selection.sites if self._selection.since is None else ():
            self._settler.settle(site)
        self._spool.remove()

    def _describe_request(self, bounds: Sequence[int]) -> dict[str, Any]:
        with open_for_reading(self._engine) as connection:
            return {
                "format": FORMAT,
                "cleaner": CLEANER_VERSION,
                "selection": (self._selection.sites, self._selection.since),
                "bounds": tuple(bounds),
                "keep_rules": {site: sorted(load_keep_rules(connection, site)) for site in self._selection.sites},
                "rules": {site: self._settler.get_rules_hash(site) for site in self._selection.sites},
                "run": get_last_run(connection),  # a crawl adds pages and settles their sites
            }

    def _clean_due_pages(self, learned: dict[str, LearnedMemory], report: Report) -> None:
        last: RecleanedPage | None = self._spool.get_last(_RecordKind.PAGE)
        position = ("", "") if last is None else (last.page.site, last.page.id)
        with open_for_reading(self._engine) as connection:
            total = count_archived_pages(connection, self._selection.sites, self._selection.since)
        done = 0

        def find_due(site: str) -> Iterator[PageDependency]:
            nonlocal done
            for page in self._settler.iter_pages(site):
                if self._selection.since is not None and page.fetched_at < self._selection.since:
                    continue
                done += 1
                report(done, total)
                changed = (
                    page.cleaner_version != CLEANER_VERSION
                    or needs_recleaning(page, learned[site].memory)
                    or self._settler.has_other_rules(page)
                )
                # The cleaner may succeed with more memory or time, or on a machine with less other work.
                failed = (page.rejected or "").startswith("cleaner-")
                if (site, page.id) > position and (changed or failed):
                    yield page

        for site in self._selection.sites:
            for result in self._settler.clean_pages(find_due(site), learned[site].memory):
                self._spool.append(_RecordKind.PAGE, result)

    def _compare(self) -> RecleanSummary:
        with open_for_reading(self._engine) as connection:
            differences = RecleanSummary(count_accepted(connection, self._selection.sites, self._selection.since))
            for batch in self._iter_batches():
                texts = load_stored_texts(connection, [one.page.id for one in batch])
                for page, article, problem in ((one.page, one.article, one.problem) for one in batch):
                    if article is not None:
                        completed = complete_entries(connection, page.id, article, page.fetched_at)
                        differences.add(page.id, page.site, texts[page.id], completed)
                    elif problem.startswith("cleaner-"):
                        differences.failed[problem] += 1
                    else:
                        differences.unreadable[page.location.file] += 1
        return differences

    def _iter_batches(self) -> Iterator[list[RecleanedPage]]:
        return make_batches(self._spool.iter_records(_RecordKind.PAGE))


def _get_digests(learned: dict[str, LearnedMemory]) -> dict[str, str]:
    return {site: one.memory.digest for site, one in learned.items()}
