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
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import ClassVar, Self

from scrapy.settings import BaseSettings
from sqlalchemy import Engine

from cleaning.duplicates.fingerprint import fingerprint
from cleaning.errors import MemoryUnreadable
from cleaning.memory.dependency import hash_site_rules
from cleaning.memory.learning import LearnedMemory, learn_memory
from cleaning.memory.observation import Observation
from cleaning.memory.site_memory import SiteMemory
from cleaning.records.given import NO_RULES
from cleaning.version import CLEANER_VERSION
from cleaning.workers import Cleaners
from crawler.recleaning.clean_stored import CountOutcome, RecleanedPage, ResponseReader, StoredPageCleaner
from crawler.storing.deduplicate import deduplicate, index_missing_articles, keep_sketch
from crawler.storing.observations import (
    name_observation_version,
    needs_recleaning,
    was_cleaned_by_other_rules,
)
from crawler.storing.parts import reject_as_part
from crawler.storing.readings import KeptReadings
from storage.archive.part_locations import find_known_parts
from storage.articles import saving
from storage.articles.live_entries import complete_entries
from storage.articles.sanitise import sanitise_article
from storage.articles.story_lock import lock_stories
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
NO_OBSERVATION = b""  # stored for a page on which the cleaner fails


def _ignore_count(_site: str, _stat: str, _number: int) -> None:
    """Drop a count: only the run of a crawl has stats."""


class Settler:
    """Learns and settles the sites of a store.

        with Settler(engine, settings, data_dir, count) as settler:
            for site in list_sites(connection):
                settler.settle(site)

    Blocking. Calls `count` for every outcome.
    """

    judges_duplicates: ClassVar[bool] = True  # else each article keeps its sketch, and others judge it later

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
        archive: ResponseReader | None = None,
    ) -> None:
        """`cleaners` have been started, and are stopped when this is done. By default `jobs` new ones are started.

        `readings` are those of the crawl that has just ended. `archive` reads pages, by default those of `data_dir`.
        """
        self._engine = engine
        self._count = count
        self._window, self._sample = settings.getint("MEMORY_WINDOW"), settings.getint("MEMORY_SAMPLE")
        self._cleaner = StoredPageCleaner(
            settings, data_dir, count, jobs=jobs, cleaners=cleaners, readings=readings, archive=archive
        )
        self._pages, self._readings = self._cleaner.decoder, self._cleaner.readings
        self.is_indexed = False  # whether every article of the store is in the index of near-duplicates
        self._last_learned: tuple[object, LearnedMemory] | None = None  # what it was learnt from, and the result

    def __enter__(self) -> Self:
        self._cleaner.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._cleaner.__exit__(kind, error, trace)

    def interrupt(self) -> None:
        """Make the call under way raise `SettlingInterrupted` before its next page. May be called from any thread."""
        self._cleaner.interrupt()

    def settle(self, site: str) -> None:
        """Learn the site's memory and clean again the articles that it changes, until nothing changes.

        Articles of another cleaner version, or that were cleaned by other rules of sites.toml, are left to
        `scrapy reclean`, which shows first what changes. A second round can be necessary: the memory contains the
        headlines of the articles, and its knowledge of the site's titles may change these. Headlines depend on nothing
        else, so the second round is the last one.
        """
        others = Counter[str]()
        before: LearnedMemory | None = None
        with self._engine.begin() as connection:
            newest = sample_pages(connection, site, window=self._window, size=self._window)
        self._readings.open_site(site, newest)
        for _ in range(MAX_ROUNDS):
            self._cleaner.check_interrupt()
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
        self._readings.close_site()

    def _find_due(self, site: str, memory: SiteMemory, others: Counter[str]) -> Iterator[PageDependency]:
        """Yield the pages that the memory changes; count those that other rules of the site would change."""
        for page in self.iter_pages(site):
            self._readings.see(page)
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
        return self._cleaner.clean_pages(pages, memory)

    def adopt(self, batch: Iterable[RecleanedPage]) -> int:
        """Store the results of a batch in one transaction and return the number of texts that changed.

        If the text is the same and only the cut blocks differ, only the blocks are stored. An article that was made by
        another cleaner version or other rules is stored completely, because its dates and authors may differ, too. The
        memory dependency is always stored.
        """
        judge = deduplicate if self.judges_duplicates else keep_sketch
        if (
            self.judges_duplicates and not self.is_indexed
        ):  # in case no crawl has opened this store since the index exists
            index_missing_articles(self._engine)
            self.is_indexed = True
        changed: list[str] = []  # the site of each changed article
        results = list(batch)
        with self._engine.begin() as connection:
            lock_stories(connection)
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
                    judge(connection, page.id, article.sketch)
                elif not saving.has_same_blocks(connection, page.id, article):
                    saving.save_blocks(connection, page.id, article)
                if not same:
                    changed.append(page.site)
                dependencies.append(TextDependency(page.id, article.memory_fingerprint, article.memory_dependency))
            save_memory_dependencies(connection, dependencies)
        for site in changed:
            self._count(site, "settle/changed", 1)
        return len(changed)


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
