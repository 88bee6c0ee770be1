"""What all stages of a bulk run share: a stage is one step of a datatrove pipeline, run once for each task."""

from __future__ import annotations

import logging
import os
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any, ClassVar

from scrapy.settings import Settings

from cleaning.errors import BroadsheetError
from crawler.bulk.plan import BulkPlan, remove_unfinished

CPU_SECONDS, SECONDS = "time/cpu", "time/seconds"
_REPORT_EVERY = 2.0  # seconds


@dataclass
class Stage(ABC):
    """A stage: `work` does the part of one task. What it counts is kept by datatrove, when the task has ended."""

    plan: BulkPlan
    name: ClassVar[str]
    doing: ClassVar[str]  # for the log
    things: ClassVar[str]  # what its progress is counted in
    needs: ClassVar[type[Stage] | None]  # the stage before: all its tasks must be complete
    is_divided: ClassVar[bool] = True  # else it has one task
    stats: Any = None  # datatrove's

    @abstractmethod
    def work(self, task: int, tasks: int) -> Counter[str]:
        """Do the part of one task of so many, and return what is counted of it."""

    @property
    def folder(self) -> Path:
        """The folder of what this stage makes."""
        return self.plan.work / self.name

    @property
    def tasks(self) -> int:
        return self.plan.tasks if self.is_divided else 1

    @property
    def task_folder(self) -> Path:
        """The folder in which datatrove keeps which tasks are complete, what they have counted, and their logs."""
        return self.plan.work / "tasks" / self.name

    @property
    def settings(self) -> Settings:
        return Settings({**self.plan.settings, "SITES_FILE": str(self.plan.sites_file)}, priority="project")

    def count_complete(self) -> int:
        """Return how many tasks are complete."""
        return len(list((self.task_folder / "completions").glob("[0-9]*")))

    def __call__(self, _data: object, rank: int, world_size: int) -> None:
        from datatrove.utils.stats import Stats  # noqa: PLC0415 -- comes with the extra `bulk`

        self._check_needs()
        self.folder.mkdir(parents=True, exist_ok=True)
        before, began = measure_processor(), monotonic()
        with _log_to_task():
            counts: Counter[str] = self.work(rank, world_size)
        self.stats = Stats(self.name)
        for name, number in sorted(counts.items()):
            self.stats[name].update(number)
        self.stats[CPU_SECONDS].update(round(measure_processor() - before, 3))
        self.stats[SECONDS].update(round(monotonic() - began, 3))

    def _check_needs(self) -> None:
        """Raise BroadsheetError if a task of the stage before is missing: what it would have made would be left out.

        Slurm begins a stage although one of the arrays before has failed, where there are several for one stage.
        """
        before = None if self.needs is None else self.needs(self.plan)
        if before is not None and (complete := before.count_complete()) < before.tasks:
            raise BroadsheetError(
                f"{before.doing}: {before.tasks - complete} of {before.tasks} tasks are not complete; "
                f"{before.task_folder}/logs tells why, and the same command goes on"
            )

    @contextmanager
    def draft(self, path: Path) -> Iterator[Path]:
        """Yield where to write what shall be at `path`, a file or a folder, once it is complete.

        What is there already comes from a task that was killed before it was counted: it is made anew.
        """
        for left in path.parent.glob(f".{path.name}.*"):
            remove_unfinished(left)
        new = path.with_name(f".{path.name}.{os.getpid()}")
        yield new
        if path.is_dir():
            remove_unfinished(path)
        new.replace(path)

    def report(self, task: int, number: int) -> None:
        """Tell the command how many things this task has done."""
        now = monotonic()
        if now - getattr(self, "_reported_at", 0.0) > _REPORT_EVERY:
            self._reported_at = now
            folder = self.plan.work / "progress"
            folder.mkdir(exist_ok=True)
            (folder / f"{self.name}-{task:05d}").write_text(str(number))


def measure_processor() -> float:
    """Return the seconds of the processor that this process and all its descendants have used so far."""
    times = os.times()
    return times.user + times.system + sum(_measure_tree(os.getpid()))


def _measure_tree(parent: int) -> Iterator[float]:
    """Yield the seconds of each living descendant, with those of its descendants that have ended. Linux only."""
    children: dict[int, list[tuple[int, float]]] = {}
    ticks = os.sysconf("SC_CLK_TCK")
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text("utf-8", "replace").rpartition(")")[2].split()
        except OSError:  # it has ended
            continue
        children.setdefault(int(fields[1]), []).append((int(folder.name), sum(map(int, fields[11:15])) / ticks))
    times = os.times()
    yield times.children_user + times.children_system
    due = [parent]
    while due:
        for number, seconds in children.get(due.pop(), ()):
            yield seconds
            due.append(number)


@contextmanager
def _log_to_task() -> Iterator[None]:
    """Write what our modules log into the log that datatrove keeps of a task."""
    from loguru import logger as task_logger  # noqa: PLC0415 -- comes with datatrove

    class Handler(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            task_logger.log(record.levelname, "{}: {}", record.name, record.getMessage())

    handler, root = Handler(logging.INFO), logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    try:
        yield
    finally:
        root.removeHandler(handler)
        root.setLevel(before)
