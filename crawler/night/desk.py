"""What the steps of a night share: the store, the options, the night's own row, the crawl."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from scrapy.crawler import Crawler
from scrapy.settings import Settings
from sqlalchemy import Engine

from crawler.night.options import NightOptions
from storage.database.retry import StorageRetry, run_with_retries
from storage.nights.stored_nights import StoredNight, change_night

# The steps in their order; a database may give what is stored of them in another.
STEP_NAMES = ("crawl", "health", "report", "release", "retention", "alerts")
LINES = "lines"  # of a step that has ended: what was told of it
MACHINE = "machine"  # of a step that has ended: whose disk has what it wrote


class RunCrawl(Protocol):
    """Crawls all sites until this moment, at most so many pages of each; returns the crawler when it has ended.

    Calls `on_run` with the run's id before anything is asked. Returns None if a component could not be made.
    """

    def __call__(self, *, ends_at: datetime | None, pages: int, on_run: Callable[[int], None]) -> Crawler | None: ...


class StepResult(NamedTuple):
    """What a step tells: lines for standard output and the log, the first with its name; an exit status.

    `facts` are stored with the night. A step that `ends_here` leaves the night open: the next command goes on with it.
    """

    lines: tuple[str, ...]
    status: int = 0
    facts: dict[str, Any] = {}  # noqa: RUF012 (never changed)
    ends_here: bool = False


@dataclass(slots=True)
class Desk:
    """The night under way."""

    engine: Engine
    settings: Settings
    data_dir: Path
    options: NightOptions
    night: StoredNight
    former: list[StoredNight]
    is_resumed: bool
    run_crawl: RunCrawl
    now: Callable[[], datetime]
    values: dict[str, Any] = field(default_factory=dict)  # what a step leaves for those after it

    def change(self, **values: Any) -> None:
        """Set columns of the night's row; retried while the database fails. Raise StorageLost after its patience."""
        retry = StorageRetry("the database", self.settings.getfloat("STORAGE_PATIENCE"))

        def write() -> StoredNight:
            with self.engine.begin() as connection:
                return change_night(connection, self.night, **values)

        self.night = run_with_retries(write, retry)

    def record_step(self, name: str, facts: dict[str, Any]) -> None:
        """Store what is known of a step beside what is stored of it already."""
        step = self.night.steps.get(name, {}) | facts
        self.change(steps=self.night.steps | {name: step})


def list_told_lines(night: StoredNight, *, with_machines: bool = False) -> list[str]:
    """Return what was told of the steps of a night that have ended, in their order.

    `with_machines`: each line ends with the machine that did the step.
    """
    return [
        line + (f" ({step[MACHINE]})" if with_machines and MACHINE in step else "")
        for step in (night.steps.get(name, {}) for name in STEP_NAMES)
        for line in step.get(LINES, ())
    ]
