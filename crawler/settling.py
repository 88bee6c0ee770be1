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
from datetime import datetime
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Self

from scrapy.settings import BaseSettings
from sqlalchemy import Connection, Engine

from cleaning.article import Article
from cleaning.errors import ArchiveMissing, MemoryUnreadable, RecordUnreadable
from cleaning.memory.fingerprint import fingerprint
from cleaning.memory.learning import Learnt, learn
from cleaning.memory.observation import Observation
from cleaning.memory.site_memory import SiteMemory
from cleaning.memory.traces import Trace
from cleaning.version import CLEANER_VERSION
from cleaning.workers import Cleaners
from crawler.archived import ArchivedPages
from crawler.pipelines.deduplicate import deduplicate
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
WAITING = 4  # pages a child that are read ahead

Count = Callable[[str, str, int], None]  # a site, a noun, a number


def keep_sight(connection: Connection, site: str, article: Article, fetched_at: datetime) -> None:
    """Keeps what a page told of its site and what of the site's memory its text depends on, beside the stored text."""
    name = articles.article_id(article.url)
    keep_trace(connection, name, article.recalled, article.trace)
    if article.observation:
        keep_observation(connection, name, site, article.cleaner_version, fetched_at, article.observation)


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A stored page cleaned again: the article, or why there is none (the page could not be read back)."""

    page: TracedPage
    article: Article | None
    problem: str = ""


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
        self._cleaners = Cleaners(count=self._jobs, deadline=settings.getfloat("CLEANING_DEADLINE"))
        self._started = False

    def __enter__(self) -> Self:
        self._archive.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._archive.__exit__(kind, error, trace)
        self._cleaners.stop()

    def settle(self, site: str) -> None:
        """Learn the site's memory and clean again what it changes. Articles of another version are left for reclean."""
        memory = self.learn(site)
        pages = (page for page in self.pages(site) if page.cleaner_version == CLEANER_VERSION)
        due = (page for page in pages if is_due(page, memory))
        for batch in _batches(self.cleaned(due, memory)):
            self.adopt(batch)

    def learn(self, site: str) -> SiteMemory:
        """The site's memory, learnt from the pages of its sample and stored."""
        with self._engine.begin() as connection:
            chosen = sample(connection, site, window=self._window, size=self._sample)
            known = observations(connection, site, chosen, CLEANER_VERSION)
        missing = set(chosen) - known.keys()
        unseen = (page for page in self.pages(site) if page.id in missing)
        for batch in _batches(self.cleaned(unseen if missing else (), None)):
            with self._engine.begin() as connection:
                for one in batch:
                    if one.article is not None and one.article.observation:
                        known[one.page.id] = one.article.observation
                        keep_observation(
                            connection, one.page.id, site, CLEANER_VERSION, one.page.fetched_at, known[one.page.id]
                        )
        with self._engine.begin() as connection:
            forget_observations(connection, site, chosen)
            learnt = self._learnt(connection, site, known)
            memory = learnt.memory
            changed = remember(
                connection, site, memory.digest, CLEANER_VERSION, memory.articles, memory.packed(), learnt.blocks
            )
        self._count(site, "memory/changed" if changed else "memory/unchanged", 1)
        return memory

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
                yield self._result(*waiting.popleft())
        while waiting:
            yield self._result(*waiting.popleft())

    def adopt(self, batch: Iterable[Cleaned]) -> None:
        """Store what was cleaned again, in one transaction: the text where it is another, else what it depends on."""
        with self._engine.begin() as connection:
            for page, article in [(one.page, one.article) for one in batch if one.article is not None]:
                if articles.same_text(articles.text_of(connection, page.id), article):
                    if page.cleaner_version != CLEANER_VERSION:
                        articles.cleaned_by(connection, page.id, CLEANER_VERSION)
                else:
                    articles.keep(
                        connection, article, site=page.site, run=None, fetched_at=page.fetched_at, place=page.place
                    )
                    deduplicate(connection, page.id)
                    self._count(page.site, "settle/changed", 1)
                keep_sight(connection, page.site, article, page.fetched_at)

    def _learnt(self, connection: Connection, site: str, known: dict[str, bytes]) -> Learnt:
        seen = {}
        for name, data in known.items():
            try:
                seen[name] = Observation.unpacked(data)
            except MemoryUnreadable as error:
                logger.warning("%s of %s: %s", name, site, error)
        others = (fingerprint(key) for key, _ in headlines(connection, site))
        return learn(seen, headlines=others, pardoned=pardons(connection, site))

    def _submitted(self, page: TracedPage, memory: bytes | None) -> Future[Article] | str:
        try:
            archived = self._archive.read(page.place)
            fetched = self._pages.stored_page(archived, url=page.url, site=page.site, fetched_at=page.fetched_at)
        except (ArchiveMissing, RecordUnreadable) as error:
            return str(error)
        if not self._started:  # only where there is something to do: it takes a second
            self._cleaners.start()
            self._started = True
        return self._cleaners.submit(fetched, memory, observe=True)

    def _result(self, page: TracedPage, answer: Future[Article] | str) -> Cleaned:
        if isinstance(answer, str):
            logger.warning("%s cannot be cleaned again: %s", page.url, answer)
            self._count(page.site, "settle/unreadable", 1)
            return Cleaned(page, None, answer)
        article = answer.result()
        self._count(page.site, "settle/cleaned", 1)
        if (article.rejected or "").startswith("cleaner-"):  # what stands is better than what failed
            return Cleaned(page, None, article.rejected or "")
        return Cleaned(page, article)


def is_due(page: TracedPage, memory: SiteMemory) -> bool:
    """Whether a page would now be cleaned with other knowledge than its stored text was."""
    if page.data is None:
        return True
    if not page.data:  # the cleaner failed on it
        return False
    return Trace.unpacked(page.data).digest(memory) != page.digest


def _batches(cleaned: Iterator[Cleaned]) -> Iterator[list[Cleaned]]:
    while batch := list(islice(cleaned, BATCH)):
        yield batch
