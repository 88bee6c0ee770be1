"""Stored articles are cleaned again from the archive: tried first, judged, and only then adopted.

    learn     each site's memory anew, not yet put into effect
    try       every page that is due is cleaned with it; what comes out goes to a spool beside the store
    judge     what that changes (crawler/differences.py)
    adopt     the memories, then the articles, in batches; the spool is removed

The spool says what was asked for and what was learnt. It is continued where all of that is the same again, and thrown
away where it is not. Once adopting has begun nothing is learnt or judged again: the store is neither old nor new then.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import Any

from sqlalchemy import Engine

from cleaning.memory.learning import Learnt
from cleaning.version import CLEANER_VERSION
from crawler.differences import Differences
from crawler.progress_bar import Report
from crawler.settling import Cleaned, Settling, batches
from crawler.sight import is_due
from crawler.spool import Spool
from storage.database import reading
from storage.memory import pardons
from storage.observations import TracedPage
from storage.texts import accepted, archived_pages, last_run, stored_texts

SPOOL = "reclean.spool"  # in the data folder
FORMAT = 2  # of the spool's records


class _Kind(IntEnum):
    ASKED = 0
    LEARNT = 1
    PAGE = 2
    ADOPTED = 3  # from here on the store is changed


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which pages: of these sites, in order; of those, fetched then or later."""

    sites: tuple[str, ...]
    since: datetime | None = None


class Recleaning:
    """One `scrapy reclean`, or what one that was killed left.

        with Settling(...) as settling, Spool(data_dir / SPOOL) as spool:
            recleaning = Recleaning(engine, settling, spool, wanted)
            recleaning.learn(report)                   # stores nothing but what pages told of their site
            differences = recleaning.tried(report)     # stores nothing
            recleaning.adopt(differences, report)

    Blocking. Whoever calls holds the locks of the data folder and the database.
    """

    def __init__(self, engine: Engine, settling: Settling, spool: Spool, wanted: Wanted, bounds: Sequence[int]) -> None:
        """`bounds` are the settings that the memory is learnt within: another one may come of others."""
        self._engine = engine
        self._settling = settling
        self._spool = spool
        self._wanted = wanted
        self._asked = self._as_asked(bounds)
        begun = next(spool.records(_Kind.ASKED), None) == self._asked
        self._differences: Differences | None = spool.last(_Kind.ADOPTED) if begun else None
        if not begun:
            spool.clear()

    @property
    def is_adopting(self) -> bool:
        """Whether the articles are being adopted, in this process or in one that was killed then."""
        return self._differences is not None

    def learn(self, report: Report) -> None:
        """Learns what the sites' pages teach now; reports sites."""
        if self.is_adopting:
            return
        learnt: dict[str, Learnt] = {}
        for site in self._wanted.sites:
            report(len(learnt), len(self._wanted.sites))
            learnt[site] = self._settling.learn(site)
        before = self._spool.last(_Kind.LEARNT)
        if before is None or _digests(before) != _digests(learnt):
            self._spool.clear()
            self._spool.append(_Kind.ASKED, self._asked)
            self._spool.append(_Kind.LEARNT, learnt)

    def tried(self, report: Report) -> Differences:
        """What cleaning all that is due would change; reports pages.

        Goes on where the last one that was asked the same stopped.
        """
        if self._differences is not None:
            return self._differences
        self._try(self._spool.last(_Kind.LEARNT), report)
        return self._compared()

    def adopt(self, differences: Differences, report: Report) -> None:
        """Puts what was tried into effect; a second time, after a kill, it ends in the same. Reports pages.

        The sites are settled then: other headlines are other evidence. Not where older pages are to be left alone.
        """
        if self._differences is None:
            self._spool.append(_Kind.ADOPTED, differences, sync=True)
            self._differences = differences
        for site, learnt in self._spool.last(_Kind.LEARNT).items():
            self._settling.remember(site, learnt)
        done = 0
        for batch in self._batches():
            self._settling.adopt(batch)
            done += len(batch)
            report(done, differences.tried)
        for site in self._wanted.sites if self._wanted.since is None else ():
            self._settling.settle(site)
        self._spool.remove()

    def _as_asked(self, bounds: Sequence[int]) -> dict[str, Any]:
        with reading(self._engine) as connection:
            return {
                "format": FORMAT,
                "cleaner": CLEANER_VERSION,
                "wanted": (self._wanted.sites, self._wanted.since),
                "bounds": tuple(bounds),
                "pardons": {site: sorted(pardons(connection, site)) for site in self._wanted.sites},
                "run": last_run(connection),  # a crawl brings pages, and settles what it brings
            }

    def _try(self, learnt: dict[str, Learnt], report: Report) -> None:
        last: Cleaned | None = self._spool.last(_Kind.PAGE)
        at = ("", "") if last is None else (last.page.site, last.page.id)
        with reading(self._engine) as connection:
            total = archived_pages(connection, self._wanted.sites, self._wanted.since)
        done = 0

        def due(site: str) -> Iterator[TracedPage]:
            nonlocal done
            for page in self._settling.pages(site):
                if self._wanted.since is not None and page.fetched_at < self._wanted.since:
                    continue
                done += 1
                report(done, total)
                changed = page.cleaner_version != CLEANER_VERSION or is_due(page, learnt[site].memory)
                # What ended its cleaner may be cleaned with more memory or time, or on a machine that does less beside.
                failed = (page.rejected or "").startswith("cleaner-")
                if (site, page.id) > at and (changed or failed):
                    yield page

        for site in self._wanted.sites:
            for cleaned in self._settling.cleaned(due(site), learnt[site].memory):
                self._spool.append(_Kind.PAGE, cleaned)

    def _compared(self) -> Differences:
        with reading(self._engine) as connection:
            differences = Differences(accepted(connection, self._wanted.sites, self._wanted.since))
            for batch in self._batches():
                texts = stored_texts(connection, [one.page.id for one in batch])
                for page, article, problem in ((one.page, one.article, one.problem) for one in batch):
                    if article is not None:
                        differences.add(page.id, page.site, texts[page.id], article)
                    elif problem.startswith("cleaner-"):
                        differences.failed[problem] += 1
                    else:
                        differences.unreadable[page.place.file] += 1
        return differences

    def _batches(self) -> Iterator[list[Cleaned]]:
        return batches(self._spool.records(_Kind.PAGE))


def _digests(learnt: dict[str, Learnt]) -> dict[str, str]:
    return {site: one.memory.digest for site, one in learnt.items()}
