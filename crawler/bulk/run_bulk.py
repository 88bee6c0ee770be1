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
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from subprocess import SubprocessError
from threading import Event, Thread
from typing import Any

from cleaning.errors import BadArgument, BroadsheetError
from crawler.bulk.candidates import FindCandidates
from crawler.bulk.executors import Execution
from crawler.bulk.match_articles import MatchArticles
from crawler.bulk.plan import BulkPlan, open_folder
from crawler.bulk.read_pages import ReadPages
from crawler.bulk.settle_sites import SettleSites
from crawler.bulk.slurm import is_job_alive
from crawler.bulk.stage import Stage
from crawler.bulk.stories import JudgeStories
from crawler.bulk.write_release import WriteRelease
from crawler.terminal.console import console
from crawler.terminal.numbers import count_things
from crawler.terminal.progress import Report, show_progress

logger = logging.getLogger(__name__)

LOG_FILE = "bulk.log"  # of datatrove
JOB_FILE = "slurm-job"  # the number of the job that waits for all others
_LOOK_EVERY = 1.0  # seconds
_STAGES: tuple[type[Stage], ...] = (ReadPages, SettleSites, FindCandidates, MatchArticles, JudgeStories, WriteRelease)


@dataclass(frozen=True, slots=True)
class StageCounts:
    """What a stage has counted by now in its tasks that are complete."""

    name: str
    tasks: int
    counts: Counter[str]


def run_bulk(plan: BulkPlan, execution: Execution, *, interval: float) -> bool:
    """Run all stages that are not complete; return whether all are done: with Slurm they run later.

    Raise a `UsageError` for a folder that holds another run or in which one works, BroadsheetError if a task fails.
    """
    with open_folder(plan) as is_old:
        if is_old:
            logger.info("going on with the run in %s", plan.folder)
        if plan.is_done():
            return True
        _check_jobs(plan)
        stages = [stage(plan) for stage in _STAGES]
        if execution.executor == "slurm":
            return _hand_to_slurm(execution, stages)
        with execution.start() as run:
            for stage in stages:
                _run_stage(stage, run, interval)
    return True


def count_stages(plan: BulkPlan) -> list[StageCounts]:
    """Return what the stages have counted so far, by whatever executor."""
    return [StageCounts(stage.name, stage.tasks, _add_up(stage)) for stage in (stage(plan) for stage in _STAGES)]


def _run_stage(stage: Stage, run: Callable[[Stage], None], interval: float) -> None:
    complete = stage.count_complete()
    if complete:
        logger.info("%s: %d of %d tasks were complete before", stage.doing, complete, stage.tasks)
    if complete < stage.tasks:
        log = stage.plan.folder / LOG_FILE
        with (
            _divert_errors(log),
            show_progress(stage.doing, "tasks", every=interval) as report,
            _watch(stage, report),
        ):
            try:
                run(stage)
            except Exception as error:
                raise _build_failure(stage, f"{str(error) or type(error).__name__}; {log} tells more") from error
    if stage.count_complete() < stage.tasks:
        raise _build_failure(stage, f"{stage.task_folder}/logs tells why")
    shown = "".join(f", {number:,.0f} {name}" for name, number in _choose(_add_up(stage)))
    logger.info("%s: %s done%s", stage.doing, count_things(stage.tasks, "task"), shown)


def _build_failure(stage: Stage, reason: str) -> BroadsheetError:
    missing = stage.tasks - stage.count_complete()
    return BroadsheetError(
        f"{stage.doing}: {missing} of {stage.tasks} tasks failed: {reason}, and the same command goes on"
    )


def _choose(counts: Counter[str]) -> list[tuple[str, float]]:
    return [
        (name, number) for name, number in sorted(counts.items()) if number and not name.startswith(("rows/", "time/"))
    ]


def _hand_to_slurm(execution: Execution, stages: Sequence[Stage]) -> bool:
    """Hand over the stages that are not complete; return whether there is none."""
    due = [stage for stage in stages if stage.count_complete() < stage.tasks]
    if not due:
        return True
    last: Any = None
    folder = due[0].plan.folder
    with _divert_errors(folder / LOG_FILE):
        for stage in due:
            last = execution.make(stage, depends=last)
        try:
            last.run()
        except (OSError, ValueError, IndexError, SubprocessError) as error:
            raise BroadsheetError(f"sbatch could not be called: {error}") from error
        (folder / JOB_FILE).write_text(str(last.job_id), "utf-8")
    return False


def _check_jobs(plan: BulkPlan) -> None:
    """Raise `BadArgument` while Slurm has jobs of this run: a task must not be done by two at once."""
    path = plan.folder / JOB_FILE
    if path.is_file() and is_job_alive(number := path.read_text("utf-8")):
        raise BadArgument(
            f"--out: Slurm still has jobs of the run in {plan.folder}, the last one is {number}; wait for it "
            "(squeue), or cancel them (scancel)"
        )


def _add_up(stage: Stage) -> Counter[str]:
    """Return the counts of all tasks that are complete."""
    total: Counter[str] = Counter()
    for path in sorted((stage.task_folder / "stats").glob("[0-9]*.json")):
        for block in json.loads(path.read_text("utf-8")):
            for name, value in block["stats"].items():
                total[name] += value["total"] if isinstance(value, dict) else value
    return total


@contextmanager
def _watch(stage: Stage, report: Report) -> Iterator[None]:
    """Report how many tasks of a stage are complete while it runs, and how many things are done."""
    ended = Event()

    def look() -> None:
        while not ended.wait(_LOOK_EVERY):
            files = (stage.plan.work / "progress").glob(f"{stage.name}-*")
            number = sum(int(path.read_text() or 0) for path in files)
            report(stage.count_complete(), stage.tasks, f"{number:,} {stage.things}" if number else "")

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
