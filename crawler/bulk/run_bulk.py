"""Runs the stages of a bulk run one after the other, shows how far they are, and adds up their counts. Start here.

A stage begins when all tasks of the one before are complete. datatrove keeps which tasks are: a run that was killed
goes on with those that are missing. With Slurm, jobs that wait for each other are handed over, and the command ends.
"""

from __future__ import annotations

import json
import logging
import os
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from subprocess import SubprocessError
from threading import Event, Thread
from typing import Any

from cleaning.errors import BroadsheetError
from crawler.bulk.candidates import FindCandidates
from crawler.bulk.executors import Execution
from crawler.bulk.match_articles import MatchArticles
from crawler.bulk.plan import BulkPlan, prepare_folder
from crawler.bulk.read_pages import ReadPages
from crawler.bulk.settle_sites import SettleSites
from crawler.bulk.stage import Stage
from crawler.bulk.stories import JudgeStories
from crawler.bulk.write_release import WriteRelease
from crawler.terminal.console import console
from crawler.terminal.progress import Report, show_progress

logger = logging.getLogger(__name__)

LOG_FILE = "bulk.log"  # of datatrove
_LOOK_EVERY = 1.0  # seconds
_STAGES: tuple[tuple[type[Stage], str, bool], ...] = (  # stage, what it does, whether it has many tasks
    (ReadPages, "cleaning", True),
    (SettleSites, "settling", True),
    (FindCandidates, "looking for duplicates", True),
    (MatchArticles, "comparing", True),
    (JudgeStories, "judging", False),
    (WriteRelease, "writing the release", False),
)


@dataclass(frozen=True, slots=True)
class StageCounts:
    """What a stage has counted. `skipped` tasks were complete before."""

    name: str
    tasks: int
    skipped: int
    counts: Counter[str]


def run_bulk(plan: BulkPlan, execution: Execution, *, interval: float) -> list[StageCounts] | None:
    """Run all stages that are not complete; return their counts, or None where Slurm runs them later.

    Raise a `UsageError` for a folder that holds another run, BroadsheetError if a task fails.
    """
    if prepare_folder(plan):
        logger.info("going on with the run in %s", plan.folder)
    stages = [(stage(plan), doing, plan.tasks if is_many else 1) for stage, doing, is_many in _STAGES]
    if execution.executor == "slurm":
        with _divert_errors(plan.folder / LOG_FILE):
            _hand_to_slurm(execution, stages)
        return None
    with _ray(execution):
        return [_run_stage(execution, stage, doing, tasks, interval) for stage, doing, tasks in stages]


def count_processors() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def count_stages(plan: BulkPlan) -> list[StageCounts]:
    """Return what the stages have counted so far, by whatever executor."""
    return [
        StageCounts(stage.name, plan.tasks if is_many else 1, 0, _add_up(_task_folder(stage(plan))))
        for stage, _, is_many in _STAGES
    ]


def _run_stage(execution: Execution, stage: Stage, doing: str, tasks: int, interval: float) -> StageCounts:
    folder = _task_folder(stage)
    complete = len(_list_complete(folder))
    if complete:
        logger.info("%s: %d of %d tasks were complete before", doing, complete, tasks)
    if complete < tasks:
        log = stage.plan.folder / LOG_FILE
        with (
            _divert_errors(log),
            show_progress(doing, "tasks", every=interval) as report,
            _watch(stage, tasks, report),
        ):
            try:
                execution.make(stage, tasks).run()
            except Exception as error:
                what = str(error) or type(error).__name__
                raise BroadsheetError(
                    f"{doing} failed: {what}; {log} tells more, and the same command goes on"
                ) from error
    done = len(_list_complete(folder))
    if done < tasks:
        raise BroadsheetError(
            f"{doing}: {tasks - done} of {tasks} tasks failed; {folder}/logs tells why, and the same command goes on"
        )
    counts = _add_up(folder)
    logger.info(
        "%s: %d tasks done%s", doing, tasks, "".join(f", {number:,.0f} {name}" for name, number in _choose(counts))
    )
    return StageCounts(stage.name, tasks, complete, counts)


def _choose(counts: Counter[str]) -> list[tuple[str, float]]:
    return [
        (name, number) for name, number in sorted(counts.items()) if number and not name.startswith(("rows/", "time/"))
    ]


def _hand_to_slurm(execution: Execution, stages: Sequence[tuple[Stage, str, int]]) -> None:
    last: Any = None
    for stage, _, tasks in stages:
        last = execution.make(stage, tasks, depends=last)
    try:
        last.run()
    except (OSError, ValueError, IndexError, SubprocessError) as error:
        raise BroadsheetError(f"sbatch could not be called: {error}") from error


def _task_folder(stage: Stage) -> Path:
    return stage.plan.work / "tasks" / stage.name


def _list_complete(folder: Path) -> list[Path]:
    return list((folder / "completions").glob("[0-9]*"))


def _add_up(folder: Path) -> Counter[str]:
    """Return the counts of all tasks that are complete."""
    total: Counter[str] = Counter()
    for path in sorted((folder / "stats").glob("[0-9]*.json")):
        for block in json.loads(path.read_text("utf-8")):
            for name, value in block["stats"].items():
                total[name] += value["total"] if isinstance(value, dict) else value
    return total


@contextmanager
def _watch(stage: Stage, tasks: int, report: Report) -> Iterator[None]:
    """Report how many tasks of a stage are complete while it runs, and how many things are done."""
    ended = Event()

    def look() -> None:
        while not ended.wait(_LOOK_EVERY):
            files = (stage.plan.work / "progress").glob(f"{stage.name}-*")
            number = sum(int(path.read_text() or 0) for path in files)
            report(len(_list_complete(_task_folder(stage))), tasks, f"{number:,} {stage.things}" if number else "")

    thread = Thread(target=look, name="bulk-progress", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


@contextmanager
def _divert_errors(path: Path) -> Iterator[None]:
    """Let what datatrove and its processes write to standard error go to a file; our own log stays where it is."""
    sys.stderr.flush()
    kept = os.dup(2)
    own = os.fdopen(os.dup(2), "w", buffering=1, encoding="utf-8", errors="backslashreplace")
    standard = sys.stderr
    console.file = own
    with path.open("ab") as file:
        os.dup2(file.fileno(), 2)
    handlers = [one for one in logging.getLogger().handlers if getattr(one, "stream", None) is standard]
    for one in handlers:
        one.setStream(own)  # type: ignore[attr-defined]
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        for one in handlers:
            one.setStream(standard)  # type: ignore[attr-defined]
        console.file = standard
        own.close()


@contextmanager
def _ray(execution: Execution) -> Iterator[None]:
    """Connect to the Ray of `execution`, or start one on this machine with a processor for each worker."""
    if execution.executor != "ray":
        yield
        return
    import ray  # noqa: PLC0415 -- of the extra `ray`

    if execution.ray_address:
        ray.init(address=execution.ray_address, log_to_driver=False)
    else:
        ray.init(num_cpus=execution.workers or os.cpu_count(), include_dashboard=False, log_to_driver=False)
    try:
        yield
    finally:
        ray.shutdown()
