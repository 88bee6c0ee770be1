"""Shows how far settling is: a bar at a terminal, a line in the log every PROGRESS_INTERVAL seconds elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from crawler.terminal.numbers import count_things

if TYPE_CHECKING:
    from crawler.recleaning.clean_stored import CountOutcome
    from crawler.terminal.progress import Report

_CLEANED, _FROM_ARCHIVE = "settle/cleaned", "settle/from-archive"


class SettlingProgress:
    """Counts the outcomes of settling, and shows the sites that are settled and the pages that were cleaned again."""

    def __init__(self, report: Report, count: CountOutcome) -> None:
        self._report = report
        self._count = count
        self._done = self._total = self._pages = self._archived = 0
        self._site = ""

    def follow(self, sites: Iterable[str]) -> Iterator[str]:
        """Yield the sites; each is settled when the next one is asked for."""
        names = list(sites)
        self._total = len(names)
        for self._done, self._site in enumerate(names):
            self._show()
            yield self._site
        self._done = self._total
        self._show()

    def count(self, site: str, stat: str, number: int) -> None:
        """Count an outcome of settling."""
        self._count(site, stat, number)
        if stat == _FROM_ARCHIVE:
            self._archived += number
        elif stat == _CLEANED:
            self._pages += number
            self._show()

    def _show(self) -> None:
        self._report(
            self._done,
            self._total,
            f"{self._site}, {count_things(self._pages, 'page')} cleaned again, {self._archived:,} from the archive",
        )
