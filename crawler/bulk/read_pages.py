"""Stage 1: reads a share of the WARC files, and cleans each page without any memory, as the crawl does at first.

A page that hangs, kills its process or takes too much memory costs that page only (cleaning/workers.py).
"""

from __future__ import annotations

import logging
from collections import Counter, deque
from concurrent.futures import Future
from dataclasses import replace

from cleaning.errors import RecordUnreadable
from cleaning.records.article import Article
from cleaning.workers import Cleaners
from crawler.bulk.page_files import PageFileWriter, PageRecord
from crawler.bulk.stage import Stage
from crawler.bulk.warc_reader import read_warc
from crawler.items import FetchedPage
from crawler.recleaning.page_decoder import PageDecoder
from storage.archive.records import TORN, ArchivedResponse

logger = logging.getLogger(__name__)

PAGES_AHEAD = 8  # pages read ahead of the child that cleans
_FILE_BITS = 32  # of the number of a page in its file


class ReadPages(Stage):
    """Task N of M reads the files N, N + M, N + 2 M ..."""

    name = "pages"
    doing = "cleaning"
    things = "pages"
    needs = None

    def work(self, task: int, tasks: int) -> Counter[str]:
        settings = self.settings
        counts: Counter[str] = Counter()
        self._decoder = PageDecoder(settings)
        self._cleaners = Cleaners(
            count=1, deadline=settings.getfloat("CLEANING_DEADLINE"), max_memory=settings.getint("CLEANING_MEMORY")
        )
        if task < len(self.plan.files):  # to start takes a second
            self._cleaners.start()
        try:
            with self.draft(self.folder / f"{task:05d}") as draft:
                draft.mkdir()
                with PageFileWriter(draft) as file:
                    self._read_files(task, tasks, file, counts)
        finally:
            self._cleaners.stop()
        return counts

    def _read_files(self, task: int, tasks: int, file: PageFileWriter, counts: Counter[str]) -> None:
        waiting: deque[tuple[FetchedPage, int, Future[Article]]] = deque()

        def keep_oldest() -> None:
            item, number, answer = waiting.popleft()
            assert item.location is not None  # noqa: S101 (it comes from an archive)
            page = replace(item.page, html="")
            file.add(PageRecord(page, item.site, item.location, answer.result()), number)
            counts["page/cleaned"] += 1
            self.report(task, counts["page/cleaned"])

        for place in range(task, len(self.plan.files), tasks):
            skipped: Counter[str] = Counter()
            responses = read_warc(self.plan.files[place], skipped, max_body=self._decoder.max_body)
            for number, archived in enumerate(responses, place << _FILE_BITS):
                item = self._make_item(archived)
                if isinstance(item, str):
                    skipped[item] += 1
                elif archived.part_of is not None and item.location is not None:
                    skipped["part"] += 1
                    page = replace(item.page, html="")
                    file.add(PageRecord(page, item.site, item.location, None, archived.part_of), number)
                else:
                    waiting.append((item, number, self._cleaners.submit(item.page, observe=True)))
                while len(waiting) > PAGES_AHEAD:
                    keep_oldest()
            if skipped[TORN]:
                logger.warning("%s breaks off, or is damaged: what follows is not read", self.plan.files[place])
            counts["file/read"] += 1
            counts.update({f"skipped/{reason}": number for reason, number in skipped.items()})
        while waiting:
            keep_oldest()

    def _make_item(self, archived: ArchivedResponse) -> FetchedPage | str:
        """Return the page of a response, or the reason why there is none: the reasons of `scrapy crawl archive`."""
        if not 200 <= archived.status <= 299:
            return f"http-{archived.status}"
        try:
            return self._decoder.make_fetched_page(archived) or "not-html"
        except RecordUnreadable as error:
            return error.reason
