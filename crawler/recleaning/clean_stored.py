"""Cleans stored pages again, in child processes: from what cleaning saw of them, or else from the archive."""

from __future__ import annotations

import logging
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import CancelledError, Future
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from scrapy.settings import BaseSettings

from cleaning.errors import ArchiveMissing, RecordUnreadable
from cleaning.memory.site_memory import SiteMemory
from cleaning.records.article import Article
from cleaning.verdict import DECIDED_BY_CRAWL
from cleaning.workers import Cleaners
from crawler.recleaning.page_decoder import PageDecoder
from crawler.recleaning.page_readings import PageReadings
from crawler.run.archive_place import archive_place_of
from crawler.storing.observations import compute_memory_fingerprint
from crawler.storing.readings import KeptReadings
from storage.archive.location import ArchiveLocation
from storage.archive.read_back import ArchiveReader
from storage.archive.records import ArchivedResponse
from storage.site_memory.observations import PageDependency

logger = logging.getLogger(__name__)

PAGES_AHEAD = 4  # pages read ahead per child process
READINGS_AT_ONCE, READINGS_AHEAD = 8, 24  # readings that a child gets at once, and those ahead per child process

CountOutcome = Callable[[str, str, int], None]  # site, stat name, number


class ResponseReader(Protocol):
    """Reads archived responses by their locations, as `ArchiveReader` does. A context manager."""

    def read(self, location: ArchiveLocation) -> ArchivedResponse:
        """Return the response at `location`. Raise ArchiveMissing or RecordUnreadable."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


class SettlingInterrupted(Exception):
    """Settling was interrupted between two pages; what is committed stays, and the next run goes on."""


@dataclass(frozen=True, slots=True)
class RecleanedPage:
    """A stored page that was cleaned again: the article, or the problem why there is none.

    `memory_fingerprint` is set if the cleaner failed on the page: it is not due again until its fingerprint changes.
    """

    page: PageDependency
    article: Article | None
    problem: str = ""
    memory_fingerprint: str = ""


@dataclass(slots=True)
class _Group:
    """Readings that one child gets at once, and its answer when they are submitted."""

    readings: list[bytes] = field(default_factory=list)
    answer: Future[list[Article | None]] | None = None


class StoredPageCleaner:
    """Cleans stored pages again.

        with StoredPageCleaner(settings, data_dir, count) as cleaner:
            for result in cleaner.clean_pages(pages, memory):
                result.article

    Blocking. Calls `count` for every outcome. `decoder` knows the rules of the sites, `readings` are those of the site
    whose pages are cleaned.
    """

    def __init__(
        self,
        settings: BaseSettings,
        data_dir: Path,
        count: CountOutcome,
        *,
        jobs: int | None = None,
        cleaners: Cleaners | None = None,
        readings: KeptReadings | None = None,
        archive: ResponseReader | None = None,
    ) -> None:
        """`cleaners` have been started, and are stopped when this is done. By default `jobs` new ones are started.

        `readings` are those of the crawl that has just ended. `archive` reads pages, by default those of `data_dir`.
        """
        self._count = count
        jobs = cleaners.count if cleaners else jobs
        self._jobs = jobs or settings.getint("CLEANING_PROCESSES") or os.cpu_count() or 1
        self.decoder = PageDecoder(settings)
        self.readings = PageReadings(data_dir, settings.getint("SITE_READINGS_MAXSIZE"), self.decoder, readings)
        if archive is None:
            archive = ArchiveReader(archive_place_of(settings, data_dir), max_body=self.decoder.max_body)
        self._archive: ResponseReader = archive
        self._cleaners = cleaners or Cleaners(
            count=self._jobs,
            deadline=settings.getfloat("CLEANING_DEADLINE"),
            max_memory=settings.getint("CLEANING_MEMORY"),
        )
        self._is_started = cleaners is not None
        self._missing: set[str] = set()  # archive files that do not exist
        self._is_interrupted = False

    def __enter__(self) -> Self:
        self._archive.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._archive.__exit__(kind, error, trace)
        self._cleaners.stop()

    def interrupt(self) -> None:
        """Make the call under way raise `SettlingInterrupted` before its next page. May be called from any thread."""
        self._is_interrupted = True
        self._cleaners.stop()  # it may be waiting for a page

    def check_interrupt(self) -> None:
        """Raise `SettlingInterrupted` if this was interrupted."""
        if self._is_interrupted:
            raise SettlingInterrupted

    def clean_pages(self, pages: Iterable[PageDependency], memory: SiteMemory | None) -> Iterator[RecleanedPage]:
        """Clean stored pages again, with or without a memory, and yield the results in the same order."""
        data = memory.to_bytes() if memory is not None and memory.is_known else None
        waiting: deque[tuple[PageDependency, Future[Article] | Article | str]] = deque()
        for page, article in self._decide_again(pages, data):
            waiting.append((page, article or self._submit(page, data)))
            if len(waiting) > PAGES_AHEAD * self._jobs:
                yield self._make_result(*waiting.popleft(), memory)
        while waiting:
            yield self._make_result(*waiting.popleft(), memory)

    def _decide_again(
        self, pages: Iterable[PageDependency], memory: bytes | None
    ) -> Iterator[tuple[PageDependency, Article | None]]:
        """Yield the pages in the same order, each with its article if that can be made of a reading."""
        waiting: deque[tuple[PageDependency, _Group | None, int]] = deque()
        group = _Group()
        for page in pages:
            reading = self.readings.find(page)
            waiting.append((page, None if reading is None else group, len(group.readings)))
            if reading is not None:
                group.readings.append(reading)
            is_head_waiting = len(waiting) > READINGS_AHEAD * self._jobs
            if len(group.readings) == READINGS_AT_ONCE or (is_head_waiting and waiting[0][1] is group):
                self._submit_group(group, memory)
                group = _Group()
            while len(waiting) > READINGS_AHEAD * self._jobs or (waiting and waiting[0][1] is None):
                yield self._take_article(*waiting.popleft())
        self._submit_group(group, memory)
        while waiting:
            yield self._take_article(*waiting.popleft())

    def _submit_group(self, group: _Group, memory: bytes | None) -> None:
        if group.readings:
            self._start_cleaners()
            group.answer = self._cleaners.submit_readings(group.readings, memory)

    def _take_article(
        self, page: PageDependency, group: _Group | None, number: int
    ) -> tuple[PageDependency, Article | None]:
        if group is None or group.answer is None:
            return page, None
        article = group.answer.result()[number]
        self.check_interrupt()
        return page, article

    def _submit(self, page: PageDependency, memory: bytes | None) -> Future[Article] | str:
        self.check_interrupt()
        try:
            archived = self._archive.read(page.location)
            fetched = self.decoder.make_stored_page(archived, url=page.url, site=page.site, fetched_at=page.fetched_at)
            parts = (self._archive.read(part.location) for part in page.parts)
            fetched = self.decoder.add_parts(fetched, page.site, parts)
        except ArchiveMissing as error:
            if page.location.file not in self._missing:  # logged once per file, not per page
                self._missing.add(page.location.file)
                logger.warning("%s: its pages cannot be cleaned again", error)
            return str(error)
        except RecordUnreadable as error:
            logger.warning("%s cannot be cleaned again: %s", page.url, error)
            return str(error)
        self._start_cleaners()
        # What a page tells of its site is learnt before, from the page without a memory. Its reading is made once.
        is_read = memory is None or self.readings.is_wanted(page)
        return self._cleaners.submit(fetched, memory, observe=is_read)

    def _start_cleaners(self) -> None:
        self.check_interrupt()
        if self._is_started:  # only when needed: starting takes a second
            return
        try:
            self._cleaners.start()
            self._is_started = True
        except (CancelledError, RuntimeError):  # stopped while they started
            self.check_interrupt()
            raise

    def _make_result(
        self, page: PageDependency, answer: Future[Article] | Article | str, memory: SiteMemory | None
    ) -> RecleanedPage:
        if isinstance(answer, str):
            self._count(page.site, "settle/unreadable", 1)
            return RecleanedPage(page, None, answer)
        if isinstance(answer, Article):
            article = answer
        else:
            article = answer.result()
            self.check_interrupt()
            self._count(page.site, "settle/from-archive", 1)
            self.readings.add(page, article.reading)
        self._count(page.site, "settle/cleaned", 1)
        if (article.rejected or "").startswith("cleaner-"):  # the stored article is better than a failure
            return RecleanedPage(page, None, article.rejected or "", compute_memory_fingerprint(page, memory))
        if page.rejected in DECIDED_BY_CRAWL:
            article = replace(article, rejected=page.rejected)
        return RecleanedPage(page, article)
