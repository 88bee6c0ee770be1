"""The child processes that clean pages for several crawls of one process, lent to each of them."""

from __future__ import annotations

from concurrent.futures import Future
from typing import Any

from scrapy.crawler import Crawler

from cleaning.workers import Cleaners
from crawler.run.once import once_per_crawler


class LentCleaners(Cleaners):
    """Cleaners of somebody else, who starts and stops them: a crawl that ends stops nothing."""

    def __init__(self, owner: Cleaners) -> None:
        self._owner = owner
        self.count = owner.count
        self.deadline = owner.deadline
        self._work = owner._work

    def prepare(self) -> None:
        """Do nothing: they are loaded."""

    def start(self) -> None:
        """Do nothing: they have been started."""

    def stop(self, *, wait: bool = False) -> None:
        """Do nothing: other crawls go on with them."""

    def _submit(self, answer: Future[Any], submission: Any) -> None:
        self._owner._submit(answer, submission)


class Loan:
    """Says which cleaners a crawl gets; None: it starts its own. Set it before the crawl's pipelines are made."""

    def __init__(self, _crawler: Crawler) -> None:
        self.cleaners: Cleaners | None = None


cleaners_lent_to = once_per_crawler(Loan)
