"""Settle the sites after a run: learn the memory of each site, and clean again the articles that it changes.

    sample     choose the pages to learn from: among the newest, those with the smallest ids
    observe    clean each of them without a memory; read it from the archive, unless the crawl stored its observation
    learn      compute the memory, a function of these observations
    settle     clean again every article whose memory fingerprint has changed

A page of the crawl that has just ended is cleaned again from what cleaning saw of it (crawler/storing/readings.py), any
other from the archive; the article is the same.

So the text of an article is a function of its page and of the settled memory, whatever the order of the pages. Results
are committed in batches: the next run continues where a killed one stopped.
"""

from __future__ import annotations

import logging
import os
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import CancelledError, Future
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Self

from scrapy.settings import BaseSettings
from sqlalchemy import Engine

from cleaning.article import NO_RULES, Article
from cleaning.duplicates.fingerprint import fingerprint
from cleaning.errors import ArchiveMissing, MemoryUnreadable, RecordUnreadable
from cleaning.memory.dependency import hash_site_rules
from cleaning.memory.learning import LearnedMemory, learn_memory
from cleaning.memory.observation import Observation
from cleaning.memory.site_memory import SiteMemory
from cleaning.verdict import DECIDED_BY_CRAWL
from cleaning.version import CLEANER_VERSION
from cleaning.workers import Cleaners
from crawler.recleaning.page_decoder import PageDecoder
from crawler.recleaning.site_readings import SiteReadings
from crawler.storing.deduplicate import deduplicate, index_missing_articles
from crawler.storing.observations import (
    compute_memory_fingerprint,
    name_observation_version,
    needs_recleaning,
    was_cleaned_by_other_rules,
)
from crawler.storing.parts import reject_as_part
from crawler.storing.readings import KeptReadings, make_reading_key
from storage.archive.part_locations import find_known_parts
from storage.archive.read_back import ArchiveReader
from storage.articles import saving
from storage.articles.live_entries import complete_entries
from storage.articles.sanitise import sanitise_article
from storage.frontier.link_headlines import load_headlines
from storage.site_memory.memories import load_keep_rules, save_memory
from storage.site_memory.observations import (
    PageDependency,
    PageObservation,
    TextDependency,
    delete_observations,
    load_observations,
    load_page_dependencies,
    sample_pages,
    save_memory_dependencies,
    save_observations,
)

logger = logging.getLogger(__name__)

BATCH_SIZE = 100  # articles per transaction
MAX_ROUNDS = 3  # of learning and settling one site
PAGES_AHEAD = 4  # pages read ahead per child process
READINGS_AT_ONCE, READINGS_AHEAD = 8, 24  # readings that a child gets at once, and those ahead per child process
NO_OBSERVATION = b""  # stored for a page on which the cleaner fails

CountOutcome = Callable[[str, str, int], None]  # site, stat name, number


class SettlingInterrupted(Exception):
    """Settling was interrupted between two pages; what is committed stays, and the next run goes on."""


def _ignore_count(_site: str, _stat: str, _number: int) -> None:
    """Drop a count: only the run of a crawl has stats."""


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


class Settler:
    """Learns and settles the sites of a store.

        with Settler(engine, settings, data_dir, count) as settler:
            for site in list_sites(connection):
                settler.settle(site)

    Blocking. Calls `count` for every outcome.
    """

    def __init__(
        self,
        engine: Engine,
        settings: BaseSettings,
        data_dir: Path,
        count: CountOutcome = _ignore_count,
        *,
        jobs: int | None = None,
        cleaners: Cleaners | None = None,
        readings: KeptReadings | None = None,
    ) -> None:
        """`cleaners` have been started, and are stopped when this is done. By default `jobs` new ones are started.

        `readings` are those of the crawl that has just ended.
        """
        self._readings = readings
        self._data_dir = data_dir
        self._site_readings_size = settings.getint("SITE_READINGS_MAXSIZE")
        self._site_readings: SiteReadings | None = None  # those of the site that is settled
        self._kept_pages: dict[str, bytes | None] = {}  # the ids of its pages in the window, with the keys of readings
        self._made: dict[bytes, bytes] = {}  # readings of its pages that came from the archive
        self._engine = engine
        self._count = count
        jobs = cleaners.count if cleaners else jobs
        self._jobs = jobs or settings.getint("CLEANING_PROCESSES") or os.cpu_count() or 1
        self._window, self._sample = settings.getint("MEMORY_WINDOW"), settings.getint("MEMORY_SAMPLE")
        self._pages = PageDecoder(settings)
        self._archive = ArchiveReader(data_dir / "archive", max_body=self._pages.max_body)
        self._cleaners = cleaners or Cleaners(
            count=self._jobs,
            deadline=settings.getfloat("CLEANING_DEADLINE"),
            max_memory=settings.getint("CLEANING_MEMORY"),
        )
        self._is_started, self._is_indexed = cleaners is not None, False
        self._last_learned: tuple[object, LearnedMemory] | None = None  # what it was learnt from, and the result
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

    def settle(self, site: str) -> None:
        """Learn the site's memory and clean again the articles that it changes, until nothing changes.

        Articles of another cleaner version, or that were cleaned by other rules of sites.toml, are left to
        `scrapy reclean`, which shows first what changes. A second round can be necessary: the memory contains the
        headlines of the articles, and its knowledge of the site's titles may change these. Headlines depend on nothing
        else, so the second round is the last one.
        """
        others = Counter[str]()
        before: LearnedMemory | None = None
        self._open_readings(site)
        for _ in range(MAX_ROUNDS):
            self._check_interrupt()
            learned = self.learn(site)
            if learned is before:  # nothing that it is learnt from has changed by the last round
                break
            before = learned
            self.remember(site, learned)
            memory, others = learned.memory, Counter()
            due = self._find_due(site, memory, others)
            changed = [self.adopt(batch) for batch in make_batches(self.clean_pages(due, memory))]
            if not any(changed):
                break
        self._count(site, "settle/other-rules", others["pages"])
        self._keep_readings()

    def _open_readings(self, site: str) -> None:
        self._site_readings = SiteReadings(self._data_dir, site, self._site_readings_size)
        with self._engine.begin() as connection:
            window = sample_pages(connection, site, window=self._window, size=self._window)
        self._kept_pages = dict.fromkeys(window)
        self._made.clear()

    def _keep_readings(self) -> None:
        """Keep the readings of the newest pages for the next night, those of the sample first."""
        if self._site_readings is not None:
            keys = [key for key in self._kept_pages.values() if key is not None]
            self._site_readings.update(keys, self._find_new_reading)
        self._site_readings = None
        self._made.clear()

    def _find_new_reading(self, key: bytes) -> bytes | None:
        return self._made.get(key) or (self._readings.get(key) if self._readings is not None else None)

    def _find_due(self, site: str, memory: SiteMemory, others: Counter[str]) -> Iterator[PageDependency]:
        """Yield the pages that the memory changes; count those that other rules of the site would change."""
        for page in self.iter_pages(site):
            if page.id in self._kept_pages:
                self._kept_pages[page.id] = self._make_reading_key(page)
            if page.cleaner_version == CLEANER_VERSION and needs_recleaning(page, memory):
                yield page
            elif self.has_other_rules(page):
                others["pages"] += 1

    def learn(self, site: str) -> LearnedMemory:
        """Learn the site's memory from a sample of its pages. Do not put it into effect.

        The observation of each page is stored, because it depends on the page only. What was learnt last is returned as
        it is while it would be learnt from the same again.
        """
        version = name_observation_version(self._pages.get_rules(site))
        with self._engine.begin() as connection:
            sample = sample_pages(connection, site, window=self._window, size=self._sample)
            headlines = frozenset(fingerprint(key) for key, _ in load_headlines(connection, site))
            keep_rules = frozenset(load_keep_rules(connection, site))
            source = (site, version, tuple(sample), headlines, keep_rules)
            if self._last_learned is not None and self._last_learned[0] == source:
                return self._last_learned[1]
            stored = load_observations(connection, site, sample, version)
        parsed = ((name, _parse_observation(name, data)) for name, data in stored.items())
        observations = {name: observation for name, observation in parsed if observation is not None}
        missing = {name for name in sample if name not in observations and stored.get(name) != NO_OBSERVATION}
        pages = (page for page in self.iter_pages(site) if page.id in missing)
        for batch in make_batches(self.clean_pages(pages if missing else (), None)):
            # A page on which the cleaner fails gets NO_OBSERVATION and is not cleaned for this again.
            found = [
                PageObservation(
                    one.page.id,
                    site,
                    version,
                    one.page.fetched_at,
                    one.article.observation if one.article else NO_OBSERVATION,
                )
                for one in batch
                if one.article is not None or one.memory_fingerprint
            ]
            with self._engine.begin() as connection:
                save_observations(connection, found)
            parsed = ((one.name, _parse_observation(one.name, one.data)) for one in found)
            observations |= {name: observation for name, observation in parsed if observation is not None}
        with self._engine.begin() as connection:
            delete_observations(connection, site, sample)
        learned = learn_memory(observations, headlines=headlines, keep_rules=keep_rules)
        self._last_learned = source, learned
        return learned

    def remember(self, site: str, learned: LearnedMemory) -> None:
        """Store the memory of a site: from now on its pages are cleaned with it."""
        memory = learned.memory
        with self._engine.begin() as connection:
            changed = save_memory(
                connection, site, memory.digest, CLEANER_VERSION, memory.articles, memory.to_bytes(), learned.blocks
            )
        self._count(site, "memory/changed" if changed else "memory/unchanged", 1)

    def has_other_rules(self, page: PageDependency) -> bool:
        """Return whether sites.toml had other rules for the page's site when the page was cleaned."""
        return was_cleaned_by_other_rules(page, self._pages.get_rules(page.site))

    def get_rules_hash(self, site: str) -> int:
        """Return a number for the rules of a site in sites.toml; equal for equal rules."""
        return hash_site_rules(self._pages.get_rules(site) or NO_RULES)

    def iter_pages(self, site: str) -> Iterator[PageDependency]:
        """Yield the stored pages of the site in order of their ids."""
        after = ""
        while True:
            with self._engine.begin() as connection:
                some = load_page_dependencies(connection, site, after=after, limit=BATCH_SIZE)
            yield from some
            if len(some) < BATCH_SIZE:
                return
            after = some[-1].id

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
            reading = self._find_reading(page)
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

    def _find_reading(self, page: PageDependency) -> bytes | None:
        if page.parts:
            return None
        key = self._make_reading_key(page)
        found = self._find_new_reading(key)
        return self._site_readings.get(key) if found is None and self._site_readings is not None else found

    def _make_reading_key(self, page: PageDependency) -> bytes:
        conditions = self._pages.describe_conditions(page.site)
        return make_reading_key(page.id, page.fetched_at, page.location, conditions)

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
        self._check_interrupt()
        return page, article

    def adopt(self, batch: Iterable[RecleanedPage]) -> int:
        """Store the results of a batch in one transaction and return the number of texts that changed.

        If the text is the same and only the cut blocks differ, only the blocks are stored. An article that was made by
        another cleaner version or other rules is stored completely, because its dates and authors may differ, too. The
        memory dependency is always stored.
        """
        if not self._is_indexed:  # in case no crawl has opened this store since the index exists
            index_missing_articles(self._engine)
            self._is_indexed = True
        changed: list[str] = []  # the site of each changed article
        results = list(batch)
        with self._engine.begin() as connection:
            stored = saving.load_stored_pages(connection, [one.page.id for one in results])
            parts = find_known_parts(connection, [one.page.url for one in results])
            dependencies: list[TextDependency] = []
            for one in results:
                page, article = one.page, one.article
                if article is None:
                    if one.memory_fingerprint:
                        dependencies.append(TextDependency(page.id, one.memory_fingerprint, page.data or b""))
                    continue
                if page.url in parts:
                    article = reject_as_part(article)
                article = complete_entries(connection, page.id, article, page.fetched_at)
                article = sanitise_article(article, page.fetched_at)
                same = saving.has_same_text(stored.get(page.id), article)
                if not same or page.cleaner_version != CLEANER_VERSION or self.has_other_rules(page):
                    saving.save_sanitised(
                        connection,
                        article,
                        stored.get(page.id),
                        site=page.site,
                        run=None,
                        fetched_at=page.fetched_at,
                        location=page.location,
                    )
                    deduplicate(connection, page.id, article.sketch)
                elif not saving.has_same_blocks(connection, page.id, article):
                    saving.save_blocks(connection, page.id, article)
                if not same:
                    changed.append(page.site)
                dependencies.append(TextDependency(page.id, article.memory_fingerprint, article.memory_dependency))
            save_memory_dependencies(connection, dependencies)
        for site in changed:
            self._count(site, "settle/changed", 1)
        return len(changed)

    def _submit(self, page: PageDependency, memory: bytes | None) -> Future[Article] | str:
        self._check_interrupt()
        try:
            archived = self._archive.read(page.location)
            fetched = self._pages.make_stored_page(archived, url=page.url, site=page.site, fetched_at=page.fetched_at)
            parts = (self._archive.read(part.location) for part in page.parts)
            fetched = self._pages.add_parts(fetched, page.site, parts)
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
        is_read = memory is None or (page.id in self._kept_pages and self._find_reading(page) is None)
        return self._cleaners.submit(fetched, memory, observe=is_read)

    def _start_cleaners(self) -> None:
        self._check_interrupt()
        if self._is_started:  # only when needed: starting takes a second
            return
        try:
            self._cleaners.start()
            self._is_started = True
        except (CancelledError, RuntimeError):  # stopped while they started
            self._check_interrupt()
            raise

    def _check_interrupt(self) -> None:
        if self._is_interrupted:
            raise SettlingInterrupted

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
            self._check_interrupt()
            self._count(page.site, "settle/from-archive", 1)
            if article.reading and not page.parts and page.id in self._kept_pages:
                self._made[self._make_reading_key(page)] = article.reading
        self._count(page.site, "settle/cleaned", 1)
        if (article.rejected or "").startswith("cleaner-"):  # the stored article is better than a failure
            return RecleanedPage(page, None, article.rejected or "", compute_memory_fingerprint(page, memory))
        if page.rejected in DECIDED_BY_CRAWL:
            article = replace(article, rejected=page.rejected)
        return RecleanedPage(page, article)


def _parse_observation(name: str, data: bytes) -> Observation | None:
    """Return the observation, or None if there is none or the stored bytes are damaged: then the page is read again."""
    try:
        return Observation.from_bytes(data) if data != NO_OBSERVATION else None
    except MemoryUnreadable as error:
        logger.warning("article %s: %s", name, error)
        return None


def make_batches(cleaned: Iterator[RecleanedPage]) -> Iterator[list[RecleanedPage]]:
    """Yield lists of at most BATCH_SIZE pages, each for one transaction."""
    while batch := list(islice(cleaned, BATCH_SIZE)):
        yield batch
