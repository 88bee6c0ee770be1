"""After a run: each site's memory is learnt anew, and what was cleaned with another one is cleaned again.

    sample     which pages the memory is learnt from: of the newest, those with the smallest ids
    observe    what each of them told, cleaned without any memory; from the archive, where the crawl did not keep it
    learn      a memory, a function of that set
    settle     every article whose trace meets another memory than the one it was cleaned with, from the archive

So an article's text is a function of its page and of the settled memory, in whatever order the pages came. What was
done is committed in batches: a run that is killed here goes on with the next.
"""

from __future__ import annotations

import logging
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Self

from scrapy.settings import BaseSettings
from sqlalchemy import Engine

from cleaning.article import Article
from cleaning.errors import ArchiveMissing, MemoryUnreadable, RecordUnreadable
from cleaning.memory.fingerprint import fingerprint
from cleaning.memory.learning import Learnt, learn
from cleaning.memory.observation import Observation
from cleaning.memory.site_memory import SiteMemory
from cleaning.version import CLEANER_VERSION
from cleaning.workers import Cleaners
from crawler.archived import ArchivedPages
from crawler.pipelines.deduplicate import deduplicate, index_missing
from crawler.sight import is_due, keep_sight, recalled
from storage import articles
from storage.headlines import headlines
from storage.memory import pardons, remember
from storage.observations import (
    TracedPage,
    forget_observations,
    keep_observation,
    keep_trace,
    observations,
    sample,
    traces,
)
from storage.replay import ArchiveReader

logger = logging.getLogger(__name__)

BATCH = 100  # articles a transaction
MOST_TIMES = 3  # that a site is learnt and settled in a row
WAITING = 4  # pages a child that are read ahead
NOTHING = b""  # what a page tells that its cleaner fails on

Count = Callable[[str, str, int], None]  # a site, a noun, a number


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A stored page cleaned again: the article, or why there is none.

    `recalled` names what the memory says of a page that its cleaner failed on: until that changes, it is not due again.
    """

    page: TracedPage
    article: Article | None
    problem: str = ""
    recalled: str = ""


class Settling:
    """Learns and settles the sites of a store.

        with Settling(engine, settings, data_dir, count) as settling:
            for site in site_names(connection):
                settling.settle(site)

    Blocking. `count` gets every outcome.
    """

    def __init__(
        self, engine: Engine, settings: BaseSettings, data_dir: Path, count: Count, *, jobs: int | None = None
    ) -> None:
        self._engine = engine
        self._count = count
        self._jobs = jobs or settings.getint("CLEANING_PROCESSES") or os.cpu_count() or 1
        self._window, self._sample = settings.getint("MEMORY_WINDOW"), settings.getint("MEMORY_SAMPLE")
        self._pages = ArchivedPages(settings)
        self._archive = ArchiveReader(data_dir / "archive", most_body=self._pages.most_body)
        self._cleaners = Cleaners(
            count=self._jobs,
            deadline=settings.getfloat("CLEANING_DEADLINE"),
            most_memory=settings.getint("CLEANING_MEMORY"),
        )
        self._started = self._indexed = False
        self._missing: set[str] = set()  # files of the archive that are not there

    def __enter__(self) -> Self:
        self._archive.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._archive.__exit__(kind, error, trace)
        self._cleaners.stop()

    def settle(self, site: str) -> None:
        """Learn the site's memory and clean again what it changes. Articles of another version are left for reclean.

        Until nothing changes: the memory holds the articles' headlines, and what it knows of the site's titles may
        change these. They depend on no other text, so that the second time is the last.
        """
        for _ in range(MOST_TIMES):
            learnt = self.learn(site)
            self.remember(site, learnt)
            memory = learnt.memory
            pages = (page for page in self.pages(site) if page.cleaner_version == CLEANER_VERSION)
            due = (page for page in pages if is_due(page, memory))
            changed = [self.adopt(batch) for batch in batches(self.cleaned(due, memory))]
            if not any(changed):
                return

    def learn(self, site: str) -> Learnt:
        """What the pages of its sample teach of the site; not yet put into effect.

        What each page told is kept: it depends on nothing but the page.
        """
        with self._engine.begin() as connection:
            chosen = sample(connection, site, window=self._window, size=self._sample)
            told = observations(connection, site, chosen, CLEANER_VERSION)
        seen = {name: told_so for name, data in told.items() if (told_so := _read(name, data)) is not None}
        missing = {name for name in chosen if name not in seen and told.get(name) != NOTHING}
        unseen = (page for page in self.pages(site) if page.id in missing)
        for batch in batches(self.cleaned(unseen if missing else (), None)):
            with self._engine.begin() as connection:
                for one in batch:
                    # A page that its cleaner fails on tells nothing, and is not asked again.
                    if one.article is not None or one.recalled:
                        page, data = one.page, one.article.observation if one.article else NOTHING
                        keep_observation(connection, page.id, site, CLEANER_VERSION, page.fetched_at, data)
                        if (observation := _read(page.id, data)) is not None:
                            seen[page.id] = observation
        with self._engine.begin() as connection:
            forget_observations(connection, site, chosen)
            others = (fingerprint(key) for key, _ in headlines(connection, site))
            return learn(seen, headlines=others, pardoned=pardons(connection, site))

    def remember(self, site: str, learnt: Learnt) -> None:
        """Store what was learnt of a site: from now on its pages are cleaned with it."""
        memory = learnt.memory
        with self._engine.begin() as connection:
            changed = remember(
                connection, site, memory.digest, CLEANER_VERSION, memory.articles, memory.packed(), learnt.blocks
            )
        self._count(site, "memory/changed" if changed else "memory/unchanged", 1)

    def pages(self, site: str) -> Iterator[TracedPage]:
        """The site's stored pages, in order of their ids."""
        after = ""
        while True:
            with self._engine.begin() as connection:
                some = traces(connection, site, after=after, limit=BATCH)
            yield from some
            if len(some) < BATCH:
                return
            after = some[-1].id

    def cleaned(self, pages: Iterable[TracedPage], memory: SiteMemory | None) -> Iterator[Cleaned]:
        """Clean stored pages again, in their order; without a memory, each is observed."""
        data = memory.packed() if memory is not None and memory.is_known else None
        waiting: deque[tuple[TracedPage, Future[Article] | str]] = deque()
        for page in pages:
            waiting.append((page, self._submitted(page, data)))
            if len(waiting) > WAITING * self._jobs:
                yield self._result(*waiting.popleft(), memory)
        while waiting:
            yield self._result(*waiting.popleft(), memory)

    def adopt(self, batch: Iterable[Cleaned]) -> int:
        """Store what was cleaned again, in one transaction: the text where it is another, else what it depends on.

        How many texts are others than before. Where only what was cut is told differently, the blocks alone are stored.
        Of what another version of the cleaner made all is stored: dates and authors may be others, too.
        """
        if not self._indexed:  # of a store that no crawl has opened since there is an index
            index_missing(self._engine)
            self._indexed = True
        changed: list[str] = []  # the sites of those articles
        with self._engine.begin() as connection:
            for one in batch:
                page, article = one.page, one.article
                if article is None:
                    if one.recalled:
                        keep_trace(connection, page.id, one.recalled, page.data or b"")
                    continue
                same = articles.same_text(articles.text_of(connection, page.id), article)
                if not same or page.cleaner_version != CLEANER_VERSION:
                    articles.keep(
                        connection, article, site=page.site, run=None, fetched_at=page.fetched_at, place=page.place
                    )
                    deduplicate(connection, page.id)
                elif not articles.same_blocks(connection, page.id, article):
                    articles.keep_blocks(connection, page.id, article)
                if not same:
                    changed.append(page.site)
                keep_sight(connection, page.site, article, page.fetched_at)
        for site in changed:
            self._count(site, "settle/changed", 1)
        return len(changed)

    def _submitted(self, page: TracedPage, memory: bytes | None) -> Future[Article] | str:
        try:
            archived = self._archive.read(page.place)
            fetched = self._pages.stored_page(archived, url=page.url, site=page.site, fetched_at=page.fetched_at)
        except ArchiveMissing as error:
            if page.place.file not in self._missing:  # said once, not for each of its pages
                self._missing.add(page.place.file)
                logger.warning("%s: its pages cannot be cleaned again", error)
            return str(error)
        except RecordUnreadable as error:
            logger.warning("%s cannot be cleaned again: %s", page.url, error)
            return str(error)
        if not self._started:  # only where there is something to do: it takes a second
            self._cleaners.start()
            self._started = True
        return self._cleaners.submit(fetched, memory, observe=True)

    def _result(self, page: TracedPage, answer: Future[Article] | str, memory: SiteMemory | None) -> Cleaned:
        if isinstance(answer, str):
            self._count(page.site, "settle/unreadable", 1)
            return Cleaned(page, None, answer)
        article = answer.result()
        self._count(page.site, "settle/cleaned", 1)
        if (article.rejected or "").startswith("cleaner-"):  # what stands is better than what failed
            return Cleaned(page, None, article.rejected or "", recalled(page, memory))
        return Cleaned(page, article)


def _read(name: str, data: bytes) -> Observation | None:
    """What a page told; None where it told nothing, or what is stored of it is damaged: then it is asked again."""
    try:
        return Observation.unpacked(data) if data != NOTHING else None
    except MemoryUnreadable as error:
        logger.warning("article %s: %s", name, error)
        return None


def batches(cleaned: Iterator[Cleaned]) -> Iterator[list[Cleaned]]:
    """As many as are stored in one transaction, one after another."""
    while batch := list(islice(cleaned, BATCH)):
        yield batch
