"""Keeps the error with which a crawl could not start, for whoever asks for its report."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from scrapy.crawler import Crawler

from cleaning.errors import BroadsheetError
from crawler.run.once import once_per_crawler


class Start:
    """How a crawl started: `error` is why it could not."""

    def __init__(self, _crawler: Crawler) -> None:
        self.error: BroadsheetError | None = None


start_of = once_per_crawler(Start)


@contextmanager
def keep_start_error(crawler: Crawler) -> Iterator[None]:
    """Keep an error of ours that is raised inside, and raise it again.

    `CrawlerProcess` runs a crawl in a task, and tells its caller only that something failed.
    """
    try:
        yield
    except BroadsheetError as error:
        start_of(crawler).error = error
        raise
