"""Stage 2: stores the pages of a share of the sites, learns the memory of each site, and decides again with it.

Both are done by what a crawl does it with (storage/articles/saving.py, crawler/recleaning/settler.py), from what
cleaning saw of the pages: a page is read again only where that is not enough, as for an article on several pages.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice

from sqlalchemy import Connection, Engine, func, select

from cleaning.memory.site_memory import MIN_ARTICLES
from crawler.bulk.article_keys import write_keys
from crawler.bulk.inputs import InputFiles
from crawler.bulk.page_files import PageRecord, read_pages_of_share
from crawler.bulk.read_pages import ReadPages
from crawler.bulk.site_store import RUN, STORE_FILE, make_site_store
from crawler.bulk.stage import Stage
from crawler.recleaning.page_decoder import PageDecoder
from crawler.recleaning.settler import Settler
from crawler.storing.deduplicate import keep_sketch
from crawler.storing.observations import store_page_observation
from crawler.storing.parts import PART, restore_parts
from crawler.storing.readings import KeptReadings
from storage.archive.part_locations import ArchivedPart
from storage.archive.read_back import ArchiveReader
from storage.articles import saving
from storage.articles.sanitise import sanitise_article
from storage.models import StoredArticle

_BATCH = 500  # pages a transaction
_NO_LIMIT = 1 << 62


class SettleSites(Stage):
    """Task N makes the store of share N of the sites."""

    name = "sites"
    doing = "settling"
    things = "sites"
    needs = ReadPages

    def work(self, task: int, tasks: int) -> Counter[str]:
        settings = self.settings
        settings.set("SITE_READINGS_MAXSIZE", 0, priority="cmdline")  # nothing is kept for another night
        counts: Counter[str] = Counter()
        with self.draft(self.folder / f"{task:05d}") as draft:
            draft.mkdir()
            readings = KeptReadings(draft, _NO_LIMIT)
            source = ArchiveReader(InputFiles(), max_body=PageDecoder(settings).max_body)
            with make_site_store(draft / STORE_FILE) as engine:
                saver = _PageSaver(readings, counts)
                saver.save_all(engine, read_pages_of_share(ReadPages(self.plan).folder, task, tasks))

                def count(_site: str, stat: str, number: int) -> None:
                    counts[stat] += number

                with _ShareSettler(
                    engine,
                    settings,
                    draft,
                    count,
                    jobs=1,
                    readings=readings,
                    archive=source,
                ) as settler:
                    for number, site in enumerate(saver.list_sites_to_settle(), 1):
                        settler.settle(site)
                        counts["site/settled"] += 1
                        self.report(task, number)
                _count_stored(engine, counts)
                with engine.begin() as connection:
                    write_keys(draft, connection, share=task, buckets=tasks)
            readings.close()
        return counts


class _ShareSettler(Settler):
    judges_duplicates = False  # they stand in other stores, too


class _PageSaver:
    """Saves pages as the store pipeline does for pages of an archive, which have no lease."""

    def __init__(self, readings: KeptReadings, counts: Counter[str]) -> None:
        self._readings = readings
        self._counts = counts
        self._known: set[str] = set()  # the ids of the pages that are stored
        self._pages: Counter[str] = Counter()  # of each site
        self._sites_with_parts: set[str] = set()
        self._parts: dict[str, list[ArchivedPart]] = {}  # by the first page of their article

    def list_sites_to_settle(self) -> list[str]:
        """Return the sites that have enough pages for a memory, and those with articles on several pages.

        Whatever the others were learnt, their pages are cleaned without a memory.
        """
        known = {site for site, number in self._pages.items() if number >= MIN_ARTICLES}
        return sorted(known | self._sites_with_parts)

    def save_all(self, engine: Engine, records: Iterator[PageRecord]) -> None:
        while batch := list(islice(records, _BATCH)):
            with engine.begin() as connection:
                self._save(connection, batch)
        if self._parts:
            with engine.begin() as connection:
                restore_parts(connection, self._parts)

    def _save(self, connection: Connection, records: Iterable[PageRecord]) -> None:
        for record in records:
            if record.part_of is not None or record.article is None:
                part = ArchivedPart(record.page.url, record.location)
                self._parts.setdefault(record.part_of or "", []).append(part)
                self._sites_with_parts.add(record.site)
                continue
            fetched_at = record.page.fetched_at
            assert fetched_at is not None  # noqa: S101 (every record of an archive has a date)
            article = sanitise_article(record.article, fetched_at)
            name = saving.make_article_id(article.url)
            stored = saving.load_stored_page(connection, name) if name in self._known else None
            self._known.add(name)
            self._pages[record.site] += 1
            saved = saving.save_sanitised(
                connection,
                article,
                stored,
                site=record.site,
                run=RUN,
                fetched_at=fetched_at,
                location=record.location,
            )
            self._counts[f"page/{saved}"] += 1
            if saved not in (saving.SaveResult.OLDER, saving.SaveResult.KEPT_STORED):
                is_new = saved is saving.SaveResult.NEW
                store_page_observation(connection, record.site, article, fetched_at, is_new=is_new)
                self._readings.keep(record.page, record.location, article.reading)
            keep_sketch(connection, name, article.sketch)
            if article.rejected == PART and article.pager is not None:
                part = ArchivedPart(article.url, record.location)
                self._parts.setdefault(article.pager.first or "", []).append(part)
                self._sites_with_parts.add(record.site)


def _count_stored(engine: Engine, counts: Counter[str]) -> None:
    row = StoredArticle
    with engine.begin() as connection:
        for rejected, number in connection.execute(select(row.rejected, func.count()).group_by(row.rejected)):
            counts["article/kept" if rejected is None else f"rejected/{rejected}"] += number
